import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'node-html-parser';
import { invitationPage } from '../../../../../shared/host/pages/invitation-page.ts';
import { rightWords } from '../../../../../shared/host/pages/rights.ts';
import { rights } from '../../../../../shared/tenants/rights.ts';
import type { Invitation } from '../../../../../shared/tenants/invitation.ts';
import type { Vendor } from '../../../../../shared/vendor-settings.ts';
import { clientId, contoso } from '../../../../support/app-identity.ts';
import { anInvitation } from '../../../../support/tenant.ts';

const link = 'https://mail.example.com/api/consent/invitation?invitation=signed';
const startUrl = 'https://mail.example.com/api/consent/start?invitation=signed';
const mailworks: Vendor = { name: 'Mailworks', support: 'help@mailworks.example' };
const nobody: Vendor = { name: undefined, support: undefined };

function shown(overrides: Partial<Invitation> = {}, vendor = mailworks) {
  const { body } = invitationPage({ invitation: anInvitation(overrides), vendor, clientId, link, startUrl });
  assert.ok(typeof body === 'string');
  return parse(body);
}

const named = { tenantId: contoso, domain: 'contoso.example', mailboxes: ['post@contoso.example'] };

describe('the page of an invitation', () => {
  test('says who asks, for which organisation and mailboxes, and until when', () => {
    const text = shown(named).querySelector('main')?.text ?? '';
    assert.match(text, /Mailworks asks to send mail for contoso\.example/);
    for (const fact of [contoso, 'post@contoso.example', '25 November 2026 at 12:00 UTC', clientId]) {
      assert.ok(text.includes(fact), fact);
    }
  });

  test('has one button, a link to where consent begins: nothing is sent, and nothing is spent by fetching it', () => {
    const root = shown(named);
    assert.deepEqual(
      root.querySelectorAll('.button').map((one) => [one.text, one.getAttribute('href')]),
      [['Continue to Microsoft', startUrl]],
    );
    assert.equal(root.querySelector('form'), null);
  });

  test('says of each right what it lets the app do and what not, and says of what holds for all mailboxes how to limit it', () => {
    const text = shown({ ...named, rights }).querySelector('main')?.text ?? '';
    for (const right of rights) {
      assert.ok(text.includes(right));
      assert.ok(text.includes(rightWords[right].can) && text.includes(rightWords[right].cannot), right);
    }
    assert.match(text, /as any mailbox of your organisation/);
    assert.ok(shown(named).querySelector('a[href*="application-rbac"]'));
  });

  test('does not call what is opened mailbox by mailbox a right on all', () => {
    const text = shown({ rights: ['IMAP.AccessAsApp'] }).querySelector('main')?.text ?? '';
    assert.doesNotMatch(text, /whole organisation/);
  });

  test('has a text for an administrator, with the link, who asks and what for', () => {
    const forwarded = shown({ ...named, rights: ['Mail.Send', 'SMTP.SendAsApp'] }).querySelector('pre')?.text ?? '';
    for (const part of [link, 'Mailworks', 'contoso.example', 'Mail.Send', 'SMTP.SendAsApp', 'post@contoso.example']) {
      assert.ok(forwarded.includes(part), part);
    }
  });

  test('of whichever organisation, from a vendor without a name, claims neither', () => {
    const text = shown({}, nobody).querySelector('main')?.text ?? '';
    assert.match(text, /The app that invited you asks to send mail for your organisation/);
    assert.match(text, /the one that you sign in with at Microsoft/);
    assert.doesNotMatch(text, /undefined/);
  });

  test('shows the names that an operator wrote as text', () => {
    const evil = '<img src=x onerror=alert(1)>';
    const root = shown({ ...named, domain: evil, mailboxes: [evil] }, { name: evil, support: undefined });
    assert.equal(root.querySelector('img'), null);
    assert.ok(root.querySelector('h1')?.text.includes(evil));
  });
});
