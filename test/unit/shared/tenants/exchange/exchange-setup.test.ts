/** The forms as texts; what they do is in test/integration/shared/tenants/exchange. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  exchangeForms,
  type ExchangeSetup,
  exchangeSetup,
  nameInExchange,
} from '../../../../../shared/tenants/exchange/exchange-setup.ts';

const objectId = '6233fba6-0198-4277-892f-9275bf728bcc';
const setup = (overrides: Partial<ExchangeSetup> = {}): ExchangeSetup => ({
  form: 'commands',
  organization: '11111111-aaaa-4aaa-8aaa-111111111111',
  appId: '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10',
  objectId,
  displayName: 'Mailworks',
  mailboxes: ['post@contoso.example'],
  rights: ['SMTP.SendAsApp'],
  ...overrides,
});

/** What would be run: no comments, no empty lines. */
const linesOf = (overrides: Partial<ExchangeSetup>): string[] =>
  exchangeSetup(setup(overrides))
    .split('\n')
    .filter((line) => line.trim() !== '' && !line.trim().startsWith('#'));

describe('the commands to paste', () => {
  test('for SMTP are these, in this order', () => {
    assert.deepEqual(linesOf({}), [
      'Install-Module -Name ExchangeOnlineManagement -Scope CurrentUser',
      'Import-Module -Name ExchangeOnlineManagement',
      "Connect-ExchangeOnline -Organization '11111111-aaaa-4aaa-8aaa-111111111111'",
      `New-ServicePrincipal -AppId '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10' -ObjectId '${objectId}' -DisplayName 'Mailworks'`,
      `Add-MailboxPermission -Identity 'post@contoso.example' -User '${objectId}' -AccessRights FullAccess`,
      `Add-RecipientPermission -Identity 'post@contoso.example' -Trustee '${objectId}' -AccessRights SendAs -Confirm:$false`,
      "Set-CASMailbox -Identity 'post@contoso.example' -SmtpClientAuthenticationDisabled $false",
      "Get-ServicePrincipal -Identity '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10' | Format-List DisplayName, AppId, ObjectId",
      "Get-MailboxPermission -Identity 'post@contoso.example' | Format-Table User, AccessRights",
    ]);
  });

  test('for IMAP and POP give no SendAs, and leave SMTP AUTH as it is', () => {
    const lines = linesOf({ rights: ['IMAP.AccessAsApp', 'POP.AccessAsApp'] }).join('\n');
    assert.match(lines, /Set-CASMailbox -Identity 'post@contoso\.example' -ImapEnabled \$true/);
    assert.match(lines, /Set-CASMailbox -Identity 'post@contoso\.example' -PopEnabled \$true/);
    assert.doesNotMatch(lines, /SendAs|SmtpClientAuthentication/);
  });

  test('never switch SMTP AUTH on for the whole organisation by themselves', () => {
    for (const form of exchangeForms) assert.doesNotMatch(linesOf({ form }).join('\n'), /Set-TransportConfig/);
  });

  test('are none for rights of Graph, for which the consent is all', () => {
    for (const form of ['commands', 'script'] as const) {
      assert.deepEqual(linesOf({ form, rights: ['Mail.Send', 'Mail.ReadWrite'] }), []);
      assert.match(exchangeSetup(setup({ form, rights: ['Mail.Send'] })), /the consent in Entra ID is all/);
    }
  });
});

describe('the least privilege', () => {
  test('warns at the top that it adds to consent, and says so again when it is run', () => {
    const text = exchangeSetup(setup({ form: 'scoped', rights: ['Mail.Send'] }));
    assert.match(text, /^# WARNING: this adds to what was consented to in Entra ID, and never narrows it\./m);
    assert.match(text, /^Write-Warning 'Consent to Mail\.Send in Entra ID goes beyond this scope/m);
  });

  test('says that there is no role for IMAP and POP, and grants nothing then', () => {
    assert.deepEqual(linesOf({ form: 'scoped', rights: ['IMAP.AccessAsApp', 'POP.AccessAsApp'] }), []);
    const text = exchangeSetup(setup({ form: 'scoped', rights: ['Mail.Send', 'POP.AccessAsApp'] }));
    assert.match(text, /# There is no role of RBAC for Applications for POP\.AccessAsApp\./);
  });

  test('names its objects within the 64 characters that Exchange takes, however the vendor is called', () => {
    const text = exchangeSetup(
      setup({
        form: 'scoped',
        rights: ['Mail.Send', 'Mail.ReadWrite', 'SMTP.SendAsApp'],
        displayName: 'Ö'.repeat(60),
        group: 'senders@contoso.example',
      }),
    );
    const names = [...text.matchAll(/(?:-Name|\$scope =) '(Ö[^']*)'/g)].map(([, name = '']) => name);
    assert.equal(names.length, 5);
    for (const name of names) assert.ok(name.length <= 64, name);
  });
});

describe('every form', () => {
  test('is ASCII but for the values: Windows PowerShell 5.1 reads a file without a mark in an ANSI code page', () => {
    for (const form of exchangeForms) {
      for (const group of [undefined, 'senders@contoso.example']) {
        const text = exchangeSetup(setup({ form, group, rights: ['Mail.Send', 'SMTP.SendAsApp', 'IMAP.AccessAsApp'] }));
        assert.doesNotMatch(text, /[^\n -~]/);
      }
    }
  });

  test('has the enterprise application’s object id, and no placeholder', () => {
    for (const form of exchangeForms) {
      const text = exchangeSetup(setup({ form }));
      assert.ok(text.includes(objectId), form);
      assert.doesNotMatch(text, /undefined|<|\bTODO\b/);
    }
  });

  test('lets no value out of its quotes', () => {
    const evil = "x'; Remove-Mailbox y; '@contoso.example";
    for (const form of exchangeForms) {
      const text = exchangeSetup(setup({ form, mailboxes: [evil], displayName: 'z’; Remove-Mailbox y; ’' }));
      const outside = text.replaceAll(/'(?:[^'‘-‛\n]|['‘-‛]{2})*'/g, "''");
      assert.doesNotMatch(outside, /Remove-Mailbox(?!Permission)/, form);
    }
  });

  test('calls the app as its vendor is called, or else tenantpost', () => {
    assert.equal(nameInExchange('Mailworks'), 'Mailworks');
    assert.equal(nameInExchange(undefined), 'tenantpost');
  });
});
