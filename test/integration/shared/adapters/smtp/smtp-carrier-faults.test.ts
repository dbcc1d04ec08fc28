/** Replies, cuts and silence of Exchange's SMTP server at every step: what left, and what the job is told. Loopback only. */

import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import type { FaultRuleInput } from '../../../../../local/cloud/faults/fault-rule.ts';
import { SmtpCarrier } from '../../../../../shared/adapters/smtp/smtp-carrier.ts';
import type { ErrorCode, TenantpostError } from '../../../../../shared/errors.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';
import { anna, inboxOf, keepState, post, startMailCloud } from '../../../../support/mail-servers.ts';
import { aMail, aToken, claimed, outlookToken } from '../../../../support/outgoing-mail.ts';

const cloud = await startMailCloud();
after(() => cloud.stop());
afterEach(keepState(cloud));

const address = `localhost:${new URL(cloud.urls.smtp).port}`;
const carrier = new SmtpCarrier(address, Date.now);
const impatient = new SmtpCarrier(address, Date.now, 4000);

const reader = 'reader@customer.example';
const subject = 'Nobody may read this';

async function send(by = carrier, overrides: Record<string, unknown> = {}): Promise<void> {
  const mail = await aMail({ to: [anna, reader], subject, ...overrides });
  await by.send(claimed(mail, await outlookToken(cloud)));
}

const fault = (operation: string, what: FaultRuleInput['fault'], more: Partial<FaultRuleInput> = {}): string =>
  cloud.faults.add({ service: 'smtp', operation, times: 1, fault: what, ...more });

/** Copies in the recipients' mailboxes. */
const delivered = (): number => inboxOf(cloud, anna).length + inboxOf(cloud, reader).length;

async function fails(code: ErrorCode, by = carrier): Promise<TenantpostError> {
  const failure = await failureOf(send(by));
  assert.equal(failure.code, code, failure.message);
  // Replies quote addresses; what is told of them does not.
  assert.doesNotMatch(shownOf(failure), /@|Bearer|Nobody may read|eyJ/);
  return failure;
}

describe('before the message is whole, nothing leaves and the job is told to come again', () => {
  for (const operation of ['EHLO', 'STARTTLS', 'AUTH', 'MAIL', 'RCPT', 'DATA']) {
    test(`${operation} is answered with 421`, async () => {
      fault(operation, { kind: 'reply', text: `421 4.3.2 ${anna} may not` });
      const { detail } = await fails('SMTP_UNAVAILABLE');
      assert.equal(detail['serviceCode'], '421 4.3.2');
      assert.equal(delivered(), 0);
    });

    test(`the connection is cut at ${operation}`, async () => {
      fault(operation, { kind: 'cut' });
      const { detail } = await fails('SMTP_UNAVAILABLE');
      assert.match(String(detail['network']), /^E[A-Z]+$/);
      assert.equal(delivered(), 0);
    });
  }

  for (const operation of ['EHLO', 'RCPT']) {
    test(`the server falls silent at ${operation}`, async () => {
      fault(operation, { kind: 'silence' });
      const { detail } = await fails('SMTP_UNAVAILABLE', impatient);
      assert.equal(detail['network'], 'ETIMEDOUT');
      assert.equal(delivered(), 0);
    });
  }

  for (const [operation, code] of [
    ['AUTH', '454 4.7.0'],
    ['MAIL', '451 4.7.500'],
    ['RCPT', '450 4.2.0'],
    ['DATA', '451 4.3.0'],
  ] as const) {
    test(`${operation} is answered with ${code}`, async () => {
      fault(operation, { kind: 'reply', text: `${code} Later` });
      assert.equal((await fails('SMTP_UNAVAILABLE')).detail['serviceCode'], code);
      assert.equal(delivered(), 0);
    });
  }

  test('nothing listens', async () => {
    cloud.faults.add({ service: 'smtp', fault: { kind: 'down' } });
    await fails('SMTP_UNAVAILABLE');
    const nobody = new SmtpCarrier('localhost:1', Date.now);
    assert.equal((await fails('SMTP_UNAVAILABLE', nobody)).detail['network'], 'ECONNREFUSED');
    assert.equal(delivered(), 0);
  });
});

describe('all recipients or none', () => {
  test('the second of two is refused for good: the first gets nothing, and the job is told which', async () => {
    fault('RCPT', { kind: 'reply', text: `550 5.1.10 ${reader} not found` }, { skip: 1 });
    const { detail } = await fails('SEND_REJECTED');
    assert.deepEqual([detail['serviceCode'], detail['field']], ['550 5.1.10', '/to/1']);
    assert.equal(delivered(), 0);
    assert.equal(cloud.state.messages.length, 0);
  });

  test('one is told to come later: all come later', async () => {
    fault('RCPT', { kind: 'reply', text: '450 4.2.1 Later' });
    const { detail } = await fails('SMTP_UNAVAILABLE');
    assert.deepEqual([detail['serviceCode'], detail['field']], ['450 4.2.1', '/to/0']);
    assert.equal(delivered(), 0);
  });

  test('one is told to come later and another never: never', async () => {
    fault('RCPT', { kind: 'reply', text: '450 4.2.1 Later' });
    fault('RCPT', { kind: 'reply', text: '550 5.1.1 Never' });
    const { detail } = await fails('SEND_REJECTED');
    assert.deepEqual([detail['serviceCode'], detail['field']], ['550 5.1.1', '/to/1']);
  });

  test('more than the mailbox may have in one message', async () => {
    cloud.state.limits.sending.recipientsPerMessage = 2;
    const failure = await failureOf(
      send(carrier, { cc: ['third@customer.example'], bcc: ['fourth@customer.example'] }),
    );
    assert.equal(failure.code, 'SEND_REJECTED');
    assert.deepEqual([failure.detail['serviceCode'], failure.detail['field']], ['452 4.5.3', '/cc/0']);
    assert.equal(cloud.state.messages.length, 0);
  });
});

describe('the reply to the whole message', () => {
  test('a refusal is one: the message is not there, and the reply says what becomes of the job', async () => {
    cloud.state.limits.sending.recipients = { most: 1, seconds: 86_400 };
    const quota = await fails('MAILBOX_QUOTA');
    assert.equal(quota.detail['serviceCode'], '554 5.2.0');
    assert.ok((quota.retryAfterSeconds ?? 0) >= 600);
    cloud.state.limits.sending.recipients.most = 100;
    const mailbox = cloud.state.mailboxes.find((one) => one.address === post);
    assert.ok(mailbox);
    mailbox.exchange = { maxSendSize: 100 };
    assert.equal((await fails('JOB_TOO_LARGE')).detail['serviceCode'], '552 5.3.4');
    mailbox.exchange = { prohibitSendQuota: 10 };
    await send();
    assert.equal((await fails('MAILBOX_FULL')).detail['serviceCode'], '554 5.2.2');
    assert.equal(delivered(), 2);
  });

  test('is lost with the connection: nobody knows', async () => {
    fault('DATA', { kind: 'cut', when: 'after' });
    await fails('SEND_UNCONFIRMED');
    assert.equal(delivered(), 2);
  });

  test('never comes: nobody knows', async () => {
    fault('DATA', { kind: 'silence', when: 'after' });
    await fails('SEND_UNCONFIRMED', impatient);
    assert.equal(delivered(), 2);
  });

  test('comes late: the mail is sent, once', async () => {
    fault('DATA', { kind: 'slow', milliseconds: 500, when: 'after' });
    await send();
    assert.equal(delivered(), 2);
  });
});

describe('AUTH', () => {
  const organization = () => {
    const [found] = cloud.state.exchangeOrganizations;
    assert.ok(found);
    return found;
  };

  test('is off for the tenant, for the mailbox, or by security defaults', async () => {
    organization().smtpClientAuthenticationDisabled = true;
    assert.equal((await fails('SMTP_AUTH_DISABLED')).detail['serviceCode'], '535 5.7.139');
    organization().smtpClientAuthenticationDisabled = false;
    const mailbox = cloud.state.mailboxes.find((one) => one.address === post);
    assert.ok(mailbox);
    mailbox.exchange = { smtpClientAuthenticationDisabled: true };
    await fails('SMTP_AUTH_DISABLED');
    delete mailbox.exchange;
    organization().securityDefaults = true;
    await fails('SMTP_AUTH_DISABLED');
    assert.equal(delivered(), 0);
  });

  test('refuses a young token for good, and one that has been used for a while so that the next is tried', async () => {
    cloud.state.mailboxPermissions = [];
    await fails('SMTP_AUTH_REFUSED');
    const token = await outlookToken(cloud);
    const old = aToken(token.value, { issuedAt: token.issuedAt - 20 * 60_000 });
    const failure = await failureOf(carrier.send(claimed(await aMail(), old)));
    assert.deepEqual([failure.code, failure.detail['serviceCode']], ['SEND_TOKEN_REFUSED', '535 5.7.3']);
    assert.doesNotMatch(shownOf(failure), /eyJ|@/);
    assert.equal(delivered(), 0);
  });
});
