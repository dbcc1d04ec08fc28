import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  diagnose,
  type Evidence,
  type SignIns,
  wantsComparison,
} from '../../../../shared/checks/exchange-diagnosis.ts';
import { exchangeFindings } from '../../../../shared/checks/exchange-findings.ts';
import type { SignIn } from '../../../../shared/checks/ports.ts';
import type { Protocol } from '../../../../shared/checks/protocol.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';

const inside: SignIn = { kind: 'in', answered: 'OK' };
const refused: SignIn = { kind: 'refused', answered: '535 5.7.3' };
const closed: SignIn = { kind: 'not-connected', answered: 'BAD User is authenticated but not connected.' };
const off: SignIn = { kind: 'switched-off', for: 'tenant', answered: '535 5.7.139' };
const notSender: SignIn = { kind: 'not-sender', answered: '550 5.7.60' };

const evidence = (here: SignIns, elsewhere: readonly SignIns[] = [], isKnown = true): Evidence => ({
  here,
  elsewhere,
  isKnown,
});

describe('one protocol alone', () => {
  const rows: readonly (readonly [Protocol, SignIn, readonly SignIns[], boolean, ErrorCode])[] = [
    ['smtp', refused, [], true, 'SMTP_AUTH_REFUSED'],
    ['smtp', refused, [{ smtp: refused }], true, 'SMTP_AUTH_REFUSED'],
    ['smtp', refused, [{ smtp: inside }], true, 'MAILBOX_PERMISSION_MISSING'],
    ['smtp', refused, [{ smtp: notSender }], true, 'MAILBOX_PERMISSION_MISSING'],
    ['imap', refused, [], true, 'EXCHANGE_PRINCIPAL_MISSING'],
    ['imap', refused, [], false, 'MAIL_SIGN_IN_REFUSED'],
    ['imap', closed, [], true, 'MAILBOX_ACCESS_REFUSED'],
    ['imap', closed, [{ imap: closed }], true, 'EXCHANGE_PRINCIPAL_WRONG'],
    ['imap', closed, [{ imap: closed }, { imap: inside }], true, 'MAILBOX_PERMISSION_MISSING'],
    ['pop', refused, [], true, 'MAIL_SIGN_IN_REFUSED'],
    ['pop', refused, [{ pop: inside }], true, 'MAILBOX_PERMISSION_MISSING'],
  ];
  for (const [protocol, said, elsewhere, isKnown, code] of rows) {
    test(`${protocol} ${said.answered}, elsewhere ${JSON.stringify(elsewhere)}, known ${isKnown}: ${code}`, () => {
      assert.equal(diagnose(protocol, evidence({ [protocol]: said }, elsewhere, isKnown)).code, code);
    });
  }

  test('says what it cannot tell apart, and what would', () => {
    assert.match(diagnose('pop', evidence({ pop: refused })).meaning ?? '', /POP3 is switched off.*IMAP\.AccessAsApp/);
    assert.match(diagnose('smtp', evidence({ smtp: refused }, [], false)).meaning ?? '', /there is no such mailbox/);
  });
});

describe('several protocols', () => {
  test('tell that one is switched off when another opens the mailbox', () => {
    assert.equal(diagnose('imap', evidence({ smtp: inside, imap: closed })).code, 'PROTOCOL_DISABLED');
    assert.equal(diagnose('pop', evidence({ imap: inside, pop: refused })).code, 'PROTOCOL_DISABLED');
    assert.equal(diagnose('pop', evidence({ smtp: notSender, pop: refused })).code, 'PROTOCOL_DISABLED');
  });

  test('tell that SMTP is not refused for its registration when IMAP opens the mailbox', () => {
    const { code, meaning } = diagnose('smtp', evidence({ smtp: refused, imap: inside }));
    assert.equal(code, 'SMTP_AUTH_REFUSED');
    assert.match(meaning ?? '', /registration and permission are right/);
  });

  test('share one cause where IMAP knows it', () => {
    const here = { smtp: refused, imap: refused, pop: refused };
    for (const protocol of ['smtp', 'imap', 'pop'] as const) {
      assert.equal(diagnose(protocol, evidence(here)).code, 'EXCHANGE_PRINCIPAL_MISSING');
    }
  });

  test('are compared with other mailboxes only where nothing opens this one', () => {
    assert.equal(wantsComparison({ smtp: refused, imap: closed }), 'imap');
    assert.equal(wantsComparison({ smtp: refused }), 'smtp');
    assert.equal(wantsComparison({ smtp: off, pop: refused }), 'pop');
    assert.equal(wantsComparison({ smtp: inside, imap: closed }), undefined);
    assert.equal(wantsComparison({ smtp: off }), undefined);
    assert.equal(wantsComparison({}), undefined);
  });
});

describe('the findings', () => {
  const principal = { appId: 'the-app', objectId: 'the-enterprise-app', mailbox: 'post@contoso.example' };
  const of = (here: SignIns) => exchangeFindings(evidence(here), principal);

  test('have the commands of this very tenant, app and mailbox', () => {
    const [imap] = of({ imap: closed });
    assert.match(
      imap?.remedy ?? '',
      /^In this order: Get-ServicePrincipal: of AppId the-app the ObjectId must be the-enterprise-app .*Add-MailboxPermission -Identity post@contoso\.example -User the-enterprise-app.*-ImapEnabled \$true$/,
    );
  });

  test('have commands that can be copied: an odd address is quoted, and no full stop is a part of them', () => {
    const odd = { ...principal, mailbox: 'o’brien&$son@contoso.example' };
    const [sendAs] = exchangeFindings(evidence({ smtp: notSender }), odd).slice(-1);
    assert.equal(
      sendAs?.remedy,
      "Add-RecipientPermission -Identity 'o’’brien&$son@contoso.example' -Trustee the-enterprise-app -AccessRights SendAs -Confirm:$false",
    );
    const off: SignIns = { smtp: { kind: 'switched-off', for: 'mailbox', answered: '535 5.7.139' } };
    assert.equal(of(off)[0]?.remedy, 'Set-CASMailbox post@contoso.example -SmtpClientAuthenticationDisabled $false');
  });

  test('tell who has switched SMTP AUTH off, and leave it to the table where the server does not say', () => {
    const meanings = (['tenant', 'mailbox', 'everybody', 'somebody'] as const).map(
      (whom) => of({ smtp: { kind: 'switched-off', for: whom, answered: '535 5.7.139' } })[0]?.meaning,
    );
    assert.equal(new Set(meanings).size, 4);
  });

  test('of a server that is away are the operator’s, and SendAs is not judged then', () => {
    const found = of({ smtp: { kind: 'unavailable', answered: 'ECONNRESET' } });
    assert.deepEqual(
      found.map(({ check, state, code, owner }) => [check, state, code, owner]),
      [
        ['smtp-sign-in', 'failed', 'SMTP_UNAVAILABLE', 'operator'],
        ['send-as', 'skipped', undefined, undefined],
      ],
    );
  });

  test('of who signs in and may not be the sender are two', () => {
    const found = of({ smtp: notSender });
    assert.deepEqual(
      found.map(({ check, state, code }) => [check, state, code]),
      [
        ['smtp-sign-in', 'ok', undefined],
        ['send-as', 'failed', 'SEND_AS_MISSING'],
      ],
    );
  });
});
