import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'node-html-parser';
import type { CheckReport, Finding } from '../../../../../shared/checks/finding.ts';
import { type Checked, tenantPage } from '../../../../../shared/host/pages/tenant-page.ts';
import type { Tenant } from '../../../../../shared/tenants/tenant.ts';
import { clientId, contoso, enterpriseApp } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { aTenant } from '../../../../support/tenant.ts';

const here = 'https://mail.example.com/api/tenant?link=l';
const undo = 'Remove-ServicePrincipal -Identity x';

function shown(overrides: Partial<Tenant> = {}, check?: Checked, exchange: Record<string, string> = { undo }) {
  const response = tenantPage({
    tenant: aTenant({ rights: ['Mail.Send'], granted: ['Mail.Send'], domain: 'contoso.example', ...overrides }),
    vendor: { name: 'Mailworks', support: undefined },
    clientId,
    here,
    expiresAt: noon,
    exchange,
    check,
  });
  assert.ok(typeof response.body === 'string');
  const root = parse(response.body);
  return { response, root, text: root.querySelector('main')?.text ?? '' };
}

const toneOf = ({ root }: ReturnType<typeof shown>) => root.querySelector('svg')?.getAttribute('class');

const theirs: Finding = {
  check: 'smtp-sign-in',
  state: 'failed',
  tried: 'Signed in over SMTP.',
  answered: '535 5.7.139',
  code: 'SMTP_AUTH_DISABLED',
  meaning: 'SMTP AUTH is off.',
  remedy: 'Set-CASMailbox post@contoso.example',
  owner: 'tenant admin',
  arrivesWithin: 'an hour',
};
const ours: Finding = {
  check: 'credential',
  state: 'warning',
  tried: 'Read the certificate.',
  answered: 'kv-inside',
  code: 'CREDENTIAL_UNUSABLE',
  meaning: 'The certificate ends soon.',
  remedy: 'Renew it in the vault kv-inside.',
  owner: 'operator',
};
const reportOf = (cause: Finding | null, verdict: CheckReport['verdict'] = 'failed'): Checked => ({
  report: {
    tenant: contoso,
    mailbox: 'post@contoso.example',
    checkedAt: new Date(noon).toISOString(),
    verdict,
    cause,
    findings: [{ check: 'clock', state: 'ok', tried: 'Compared the clock.' }, ours, theirs],
  },
});

describe('a tenant’s page', () => {
  test('says how the tenant stands and since when, with the ids that its administrator meets', () => {
    const page = shown();
    assert.equal(toneOf(page), 'mark ok');
    for (const fact of ['active', '21 November 2026 at 12:00 UTC', contoso, clientId, enterpriseApp]) {
      assert.ok(page.text.includes(fact), fact);
    }
  });

  test('has what was asked for beside what is granted, and does not look well where something is missing', () => {
    const page = shown({ rights: ['Mail.Send', 'Mail.ReadWrite'] });
    const rows = page.root.querySelectorAll('tbody tr').map((row) => row.text.replaceAll(/\s+/g, ' ').trim());
    assert.deepEqual(rows, ['Send mail Mail.Send yes granted', 'Read and write mail Mail.ReadWrite yes missing']);
    assert.equal(toneOf(page), 'mark wait');
    assert.match(page.text, /Mail\.ReadWrite is missing\. Consent again/);
  });

  test('shows a right that nobody asked for as well', () => {
    const page = shown({ granted: ['Mail.Send', 'Mail.ReadWrite'] });
    assert.match(page.root.querySelectorAll('tbody tr')[1]?.text ?? '', /no\s+granted/);
  });

  test('of a tenant that Exchange limits misses no role of Graph, and warns of one that goes beyond the limit', () => {
    assert.doesNotMatch(shown({ scoped: true, granted: [] }).text, /missing/);
    assert.match(shown({ scoped: true }).text, /granted for every mailbox/);
  });

  test('has the PowerShell to copy, as text', () => {
    const evil = '</pre><script>alert(1)</script>';
    const { root } = shown({ rights: ['SMTP.SendAsApp'] }, undefined, { commands: evil, script: 'again', undo });
    assert.deepEqual(
      root.querySelectorAll('pre').map(({ text }) => text),
      [evil, 'again', undo],
    );
    assert.equal(root.querySelectorAll('script').length, 2, 'those of the page');
  });

  test('says that commands come when the consent has arrived, where the object id is not known yet', () => {
    const tenant: Tenant = { id: contoso, state: 'pending', since: noon, rights: ['SMTP.SendAsApp'] };
    const { body } = tenantPage({
      tenant,
      vendor: { name: undefined, support: undefined },
      clientId,
      here,
      expiresAt: noon,
      exchange: {},
    });
    assert.match(String(body), /as soon as the\s+consent has arrived/);
  });

  test('sends the check to itself, for one of the mailboxes that the tenant is for', () => {
    const { root } = shown({ mailboxes: ['post@contoso.example', 'anna@contoso.example'] });
    assert.deepEqual(
      [root.querySelector('form')?.getAttribute('action'), root.querySelector('form')?.getAttribute('method')],
      [here, 'post'],
    );
    assert.deepEqual(
      root.querySelectorAll('option').map(({ text }) => text),
      ['post@contoso.example', 'anna@contoso.example'],
    );
    assert.equal(shown().root.querySelector('input[name=mailbox]')?.getAttribute('type'), 'email');
  });

  test('of a tenant that was taken out offers nothing but the way to withdraw', () => {
    const { root, text } = shown({ state: 'removed' });
    assert.deepEqual(
      root.querySelectorAll('h2').map((one) => one.text),
      ['To withdraw it'],
    );
    assert.match(text, /what was kept of it is deleted/);
  });

  test('says how to withdraw all of it without asking anybody', () => {
    const { text } = shown();
    assert.match(text, /To withdraw it/);
    assert.ok(text.includes(undo));
  });
});

describe('the report of a check', () => {
  test('stands first, with the cause, what to do, how long it takes and what came back', () => {
    const page = shown({}, reportOf(theirs));
    assert.equal(toneOf(page), 'mark bad');
    assert.equal(page.root.querySelector('h2')?.text, 'This keeps mail from leaving');
    const cause = page.root.querySelector('.note')?.text ?? '';
    for (const part of ['SMTP AUTH is off.', 'Set-CASMailbox', 'an hour', '535 5.7.139']) {
      assert.ok(cause.includes(part), part);
    }
    assert.equal(page.root.querySelectorAll('.findings > li').length, 3);
  });

  test('of what the operator must mend tells the meaning, and nothing of the inside of the installation', () => {
    const page = shown({}, reportOf(ours, 'warning'));
    assert.equal(toneOf(page), 'mark wait');
    assert.match(page.text, /The certificate ends soon\./);
    assert.match(page.text, /tell Mailworks/);
    assert.ok(!page.text.includes('kv-inside'));
  });

  test('of a tenant where nothing is wrong says so', () => {
    const page = shown({}, reportOf(null, 'ok'));
    assert.deepEqual([toneOf(page), page.root.querySelector('h2')?.text], ['mark ok', 'All is well']);
  });

  test('that there is none of has its reason beside the field, which keeps what was typed', () => {
    const { response, root } = shown({}, { problem: 'That is no mail address.', status: 400, mailbox: '"><b>' });
    assert.equal(response.status, 400);
    assert.equal(root.querySelector('[role=alert]')?.text.trim(), 'That is no mail address.');
    assert.equal(root.querySelector('input[name=mailbox]')?.getAttribute('value'), '"><b>');
    assert.equal(root.querySelector('b'), null);
  });
});
