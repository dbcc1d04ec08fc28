import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'node-html-parser';
import { resultPage, type ShownResult } from '../../../../../shared/host/pages/result-page.ts';
import type { Tenant } from '../../../../../shared/tenants/tenant.ts';
import { headersOf } from '../../../../support/invocation.ts';
import { aPendingTenant, aTenant } from '../../../../support/tenant.ts';

const here = 'https://mail.example.com/api/consent/result?follow=f';
const statusUrl = 'https://mail.example.com/api/consent/status?follow=f';
const tenantUrl = 'https://mail.example.com/api/tenant?link=l';
const returnUrl = 'https://app.mailworks.example/mail?customer=1';

function shown(tenant: Tenant, more: Partial<ShownResult> = {}) {
  const response = resultPage({
    tenant,
    vendor: { name: 'Mailworks', support: undefined },
    here,
    statusUrl,
    tenantUrl,
    ...more,
  });
  assert.ok(typeof response.body === 'string');
  return { response, root: parse(response.body) };
}

const granted: Partial<Tenant> = { rights: ['Mail.Send'], granted: ['Mail.Send'] };
const buttonsOf = ({ root }: ReturnType<typeof shown>) =>
  root.querySelectorAll('a.button').map((one) => [one.text, one.getAttribute('href')]);

describe('the end of a consent', () => {
  test('of an active tenant is 200, says that mail can be sent, and runs no script', () => {
    const { response, root } = shown(aTenant(granted));
    assert.equal(response.status, 200);
    assert.equal(root.querySelector('h1')?.text, 'Consent is in place');
    assert.match(root.querySelector('main')?.text ?? '', /There is nothing else to do/);
    assert.equal(root.querySelector('script'), null);
    assert.doesNotMatch(headersOf(response)['content-security-policy'] ?? '', /script-src|connect-src/);
  });

  test('leads back to where the invitation says, by a link and never by itself', () => {
    const page = shown(aTenant(granted), { returnUrl });
    assert.deepEqual(buttonsOf(page), [
      ['Your organisation’s page', tenantUrl],
      ['Back to app.mailworks.example', returnUrl],
    ]);
    assert.equal(page.root.querySelector('meta[http-equiv]'), null);
    assert.equal(headersOf(page.response)['location'], undefined);
  });

  test('of a pending tenant leads nowhere else yet', () => {
    assert.deepEqual(buttonsOf(shown(aPendingTenant(), { returnUrl })), [['Look now', here]]);
  });

  test('of rights that need Exchange says that a step is left, and where', () => {
    const page = shown(aTenant({ rights: ['SMTP.SendAsApp'], granted: ['SMTP.SendAsApp'] }));
    assert.match(page.root.querySelector('h2')?.text ?? '', /One step is left/);
    assert.deepEqual(buttonsOf(page), [['Your organisation’s page', tenantUrl]]);
  });

  test('does not call done what lacks a right that was asked for', () => {
    const { root } = shown(aTenant({ rights: ['Mail.Send', 'Mail.ReadWrite'], granted: ['Mail.Send'] }));
    assert.match(root.querySelector('.note')?.text ?? '', /Mail\.ReadWrite is missing/);
    assert.doesNotMatch(root.querySelector('main')?.text ?? '', /nothing else to do/);
  });

  test('of a pending tenant is 202, says to wait, follows it, and works without scripts by a link', () => {
    const { response, root } = shown(aPendingTenant());
    assert.equal(response.status, 202);
    assert.equal(root.querySelector('h1')?.text, 'Consent is on its way');
    assert.equal(root.querySelector('[data-follow]')?.getAttribute('data-follow'), statusUrl);
    assert.match(headersOf(response)['content-security-policy'] ?? '', /connect-src 'self'/);
  });

  test('of a tenant that is stopped says so, and where the cause is found', () => {
    for (const state of ['degraded', 'revoked'] as const) {
      const page = shown(aTenant({ state, code: 'APP_BLOCKED' }));
      assert.equal(page.root.querySelector('svg')?.getAttribute('class'), 'mark bad');
      assert.deepEqual(buttonsOf(page), [['Find out', tenantUrl]]);
    }
  });

  test('gives the link to the organisation’s page to nobody for whom nobody vouches', () => {
    for (const tenant of [aTenant(granted), aPendingTenant(), aTenant({ state: 'revoked' })]) {
      const { root } = shown(tenant, { tenantUrl: undefined });
      assert.equal(root.querySelector('a[href*="/api/tenant"]'), null);
    }
  });
});
