/** Replies of Exchange's SMTP server as its pages, its users and this repository's local cloud have them. Needs nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { smtpError, smtpRule, smtpRules } from '../../../../../shared/adapters/smtp/smtp-error.ts';
import { smtpFailure, type SmtpStep } from '../../../../../shared/adapters/smtp/smtp-failure.ts';
import type { ErrorCode } from '../../../../../shared/errors.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { shownOf } from '../../../../support/failure-of.ts';

const trace = '[FR0P281CA0001.DEUP281.PROD.OUTLOOK.COM 2026-11-22T10:00:00.000Z 08DD0A0A0A0A0A0A]';
const store = '[Hostname=AM0PR01MB0001.eurprd01.prod.exchangelabs.com]';

/** At least one for each row of the table. */
const replies: readonly (readonly [SmtpStep, string, ErrorCode])[] = [
  ['connect', '421 4.3.2 Service not available', 'SMTP_UNAVAILABLE'],
  ['connect', '554 5.7.1 Connection refused', 'SMTP_UNAVAILABLE'],
  ['connect', '454 4.7.0 TLS not available due to local problem', 'SMTP_UNAVAILABLE'],
  ['AUTH', `535 5.7.3 Authentication unsuccessful ${trace}`, 'SMTP_AUTH_REFUSED'],
  ['AUTH', '504 5.7.4 Unrecognized authentication type', 'SMTP_AUTH_REFUSED'],
  ['AUTH', '454 4.7.0 Temporary authentication failure', 'SMTP_UNAVAILABLE'],
  [
    'AUTH',
    `535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant. Visit https://aka.ms/smtp_auth_disabled for more information. ${trace}`,
    'SMTP_AUTH_DISABLED',
  ],
  [
    'AUTH',
    `535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox. Visit https://aka.ms/smtp_auth_disabled for more information. ${trace}`,
    'SMTP_AUTH_DISABLED',
  ],
  [
    'AUTH',
    `535 5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator. ${trace}`,
    'SMTP_AUTH_DISABLED',
  ],
  ['AUTH', '550 5.7.30 Basic authentication is not supported for Client Submission.', 'SMTP_AUTH_REFUSED'],
  ['MAIL', '550 5.7.30 Basic authentication is not supported for Client Submission.', 'SMTP_AUTH_REFUSED'],
  ['MAIL', `530 5.7.57 Client not authenticated to send mail. ${trace}`, 'SMTP_AUTH_REFUSED'],
  ['MAIL', `550 5.7.60 SMTP; Client does not have permissions to send as this sender ${trace}`, 'SEND_FORBIDDEN'],
  ['MAIL', '451 4.7.500 Server busy. Please try again later', 'SMTP_UNAVAILABLE'],
  ['MAIL', '552 5.3.4 Message size exceeds fixed maximum message size', 'JOB_TOO_LARGE'],
  ['MAIL', '550 5.6.7 SMTPUTF8 is required', 'TRANSPORT_CANNOT'],
  ['RCPT', '501 5.1.3 Invalid address', 'SEND_REJECTED'],
  ['RCPT', '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found', 'SEND_REJECTED'],
  ['RCPT', '552 5.2.2 The mailbox of the recipient is full', 'SEND_REJECTED'],
  ['RCPT', '452 4.5.3 Too many recipients', 'SEND_REJECTED'],
  ['RCPT', '550 5.5.3 RESOLVER.ADR.RecipLimit; too many recipients', 'SEND_REJECTED'],
  ['RCPT', '450 4.2.1 Try again', 'SMTP_UNAVAILABLE'],
  ['DATA', '503 5.5.2 Need rcpt command', 'SEND_REJECTED'],
  [
    'message',
    `554 5.2.252 SendAsDenied; a@contoso.example not allowed to send as b@contoso.example; STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed to process message due to a permanent exception ${store}`,
    'SEND_FORBIDDEN',
  ],
  [
    'message',
    `554 5.2.0 STOREDRV.Submission.Exception:SendAsDeniedException.MapiExceptionSendAsDenied; Failed ${store}`,
    'SEND_FORBIDDEN',
  ],
  ['message', `554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException ${store}`, 'MAILBOX_QUOTA'],
  [
    'message',
    `554 5.2.2 mailbox full; STOREDRV.Submission.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded ${store}`,
    'MAILBOX_FULL',
  ],
  ['message', `554 5.2.0 STOREDRV.Submission.Exception:CorruptDataException ${store}`, 'SEND_REJECTED'],
  ['message', '554 5.6.0 Invalid message content', 'SEND_REJECTED'],
  ['message', '432 4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded', 'SEND_THROTTLED'],
  [
    'message',
    '432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending',
    'SEND_THROTTLED',
  ],
  ['message', "550 5.1.90 Your message can't be sent because you've reached your daily limit", 'MAILBOX_QUOTA'],
  [
    'message',
    "550 5.7.232 Your message can't be sent because your trial tenant has exceeded its limit",
    'MAILBOX_QUOTA',
  ],
  ['message', "550 5.7.233 Your message can't be sent because your tenant exceeded its daily limit", 'MAILBOX_QUOTA'],
  ['message', '550 5.1.8 Access denied, bad outbound sender AS(42004)', 'MAILBOX_BLOCKED'],
  ['message', '550 5.7.705 Access denied, tenant has exceeded threshold', 'MAILBOX_BLOCKED'],
  ['message', '554 5.3.4 Message too big for system', 'JOB_TOO_LARGE'],
  ['message', '550 5.2.3 Message too large', 'JOB_TOO_LARGE'],
  ['message', '421 4.7.0 Too many errors on this connection, closing transmission channel', 'SMTP_UNAVAILABLE'],
  ['message', '451 4.7.0 Temporary server error. Please try again later', 'SMTP_UNAVAILABLE'],
  ['message', '550 no enhanced status', 'SEND_REJECTED'],
];

describe('a reply', () => {
  for (const [step, reply, code] of replies) {
    test(`${step}: ${reply.slice(0, 60)} is ${code}`, () => {
      const error = smtpError(contoso, { step, reply, isWhole: step === 'message' });
      assert.equal(error.code, code);
      assert.equal(error.detail['serviceCode'], /^\d{3}(?: \d\.\d+\.\d+)?/.exec(reply)?.[0]);
      assert.doesNotMatch(shownOf(error), /@|STOREDRV|Hostname|OUTLOOK/);
    });
  }

  test('has an example here for every row of the table', () => {
    const met = new Set(replies.map(([step, reply]) => smtpRule(step, reply)));
    assert.deepEqual(
      smtpRules.filter((rule) => !met.has(rule)),
      [],
    );
  });

  test('of several lines is judged by its first', () => {
    const reply = '550-5.7.60 SMTP; Client does not have\n550 5.7.60 permissions to send as this sender';
    assert.equal(smtpError(contoso, { step: 'MAIL', reply, isWhole: false }).code, 'SEND_FORBIDDEN');
  });

  test('whose enhanced status goes on is no other one', () => {
    const reply = '550 5.7.6012 Something new';
    const { code, detail } = smtpError(contoso, { step: 'MAIL', reply, isWhole: false });
    assert.deepEqual([code, detail['serviceCode']], ['SEND_REJECTED', '550']);
  });

  test('that asks for patience says for how long where that is known', () => {
    const after = (reply: string) => smtpError(contoso, { step: 'message', reply, isWhole: true }).retryAfterSeconds;
    assert.equal(after('432 4.3.2 Concurrent connections limit exceeded.'), 10);
    assert.equal(after('554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException'), 3600);
    assert.equal(after('451 4.7.0 Temporary server error.'), undefined);
  });
});

describe('without a reply', () => {
  test('nothing has left before the message was whole, and nobody knows afterwards', () => {
    const network = 'ECONNRESET';
    const before = smtpError(contoso, { step: 'connect', network, isWhole: false });
    assert.deepEqual([before.code, before.detail['network']], ['SMTP_UNAVAILABLE', network]);
    assert.equal(smtpError(contoso, { step: 'connect', network, isWhole: true }).code, 'SEND_UNCONFIRMED');
  });

  test('to the message itself, what the server said besides does not count', () => {
    const failure = { step: 'connect', reply: '451 4.3.0 Half a repl', isWhole: true } as const;
    assert.equal(smtpError(contoso, failure).code, 'SEND_UNCONFIRMED');
  });
});

describe('what nodemailer throws', () => {
  const thrown = (properties: object): Error => Object.assign(new Error('of nodemailer'), properties);

  test('is told apart by command and code', () => {
    for (const [command, code, step] of [
      ['CONN', 'ESOCKET', 'connect'],
      ['EHLO', 'ECONNECTION', 'connect'],
      ['STARTTLS', 'ETLS', 'connect'],
      ['AUTH MAILBOX-XOAUTH2', 'EAUTH', 'AUTH'],
      ['MAIL FROM', 'EENVELOPE', 'MAIL'],
      ['RCPT TO', 'EENVELOPE', 'RCPT'],
      ['DATA', 'EENVELOPE', 'DATA'],
      ['DATA', 'EMESSAGE', 'message'],
      ['API', 'ESTREAM', 'connect'],
    ] as const) {
      assert.equal(smtpFailure(thrown({ command, code }), [], false).step, step, `${command} ${code}`);
    }
    assert.equal(smtpFailure('no error at all', [], false).step, 'connect');
  });

  test('names the first code of the network, if it is a plain word', () => {
    const network = (properties: object) => smtpFailure(thrown(properties), [], false).network;
    assert.equal(network({ code: 'ESOCKET', originalCode: 'CERT_HAS_EXPIRED' }), 'CERT_HAS_EXPIRED');
    assert.equal(network({ code: 'ETIMEDOUT' }), 'ETIMEDOUT');
    assert.equal(network({ code: 'anna@contoso.example' }), undefined);
  });

  test('is about the recipient that was refused for good before the one that was put off', () => {
    const replies = ['250 2.1.5 OK', '450 4.2.1 Later', '550 5.1.1 Never', '550 5.1.1 Never'];
    const failure = smtpFailure(thrown({ command: 'API', code: 'ESTREAM' }), replies, false);
    assert.deepEqual([failure.step, failure.recipient, failure.reply], ['RCPT', 2, '550 5.1.1 Never']);
    const later = smtpFailure(thrown({ command: 'DATA' }), replies.slice(0, 2), false);
    assert.deepEqual([later.recipient, later.reply], [1, '450 4.2.1 Later']);
  });

  test('is about MAIL where that was refused and the recipients with it', () => {
    const cause = thrown({ command: 'MAIL FROM', code: 'EENVELOPE', response: '550 5.7.60 no' });
    const failure = smtpFailure(cause, ['503 5.5.2 Need mail command'], false);
    assert.deepEqual([failure.step, failure.reply], ['MAIL', '550 5.7.60 no']);
  });
});
