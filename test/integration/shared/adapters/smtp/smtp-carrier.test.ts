/** What the SMTP carrier submits to Exchange, and by how many connections. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { contentOf } from '../../../../../local/cloud/mail/content.ts';
import { SmtpCarrier } from '../../../../../shared/adapters/smtp/smtp-carrier.ts';
import type { Mail } from '../../../../../shared/mail/job/mail.ts';
import { customers } from '../../../../support/cloud.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import {
  anna,
  inboxOf,
  keepState,
  mailToken,
  openSignedInSmtp,
  post,
  startMailCloud,
} from '../../../../support/mail-servers.ts';
import { aMail, aToken, claimed, outlookToken } from '../../../../support/outgoing-mail.ts';

const cloud = await startMailCloud();
after(() => cloud.stop());
afterEach(keepState(cloud));

const carrierAddress = `localhost:${new URL(cloud.urls.smtp).port}`;
const carrier = new SmtpCarrier(carrierAddress, Date.now);

async function send(overrides: Record<string, unknown> = {}, token = outlookToken(cloud)) {
  return carrier.send(claimed(await aMail(overrides), await token));
}

const signIns = (): number => cloud.journal.count('smtp', 'AUTH');

/** The message as it came to a mailbox. */
function received(address: string): string {
  const [message] = inboxOf(cloud, address);
  assert.ok(message?.mime, `nothing came to ${address}`);
  return contentOf(cloud, message.mime).toString();
}

describe('a mail that Exchange accepts', () => {
  test('reaches every recipient, and shows no recipient those in bcc', async () => {
    const receipt = await send({
      to: [{ address: anna, name: 'Änna, "die Erste"' }],
      cc: ['cc@customer.example'],
      bcc: ['hidden@customer.example'],
      replyTo: ['support@contoso.example'],
    });
    assert.deepEqual(receipt, { requestId: undefined });
    for (const address of [anna, 'cc@customer.example', 'hidden@customer.example']) {
      const [message, ...more] = inboxOf(cloud, address);
      assert.equal(more.length, 0);
      assert.deepEqual(message?.to, [{ address: anna, name: 'Änna, "die Erste"' }]);
      assert.deepEqual(message?.cc, [{ address: 'cc@customer.example' }]);
      assert.deepEqual(message?.replyTo, [{ address: 'support@contoso.example' }]);
      assert.deepEqual(message?.bcc, []);
      assert.doesNotMatch(received(address), /hidden/);
    }
  });

  test('has the same Message-ID each time, and another for another job, tenant or app', async () => {
    await send({ id: 'one' });
    await send({ id: 'one' });
    await send({ id: 'two' });
    const [first, second, third] = inboxOf(cloud, 'anna@customer.example').map((one) => one.internetMessageId);
    assert.match(first ?? '', /^<[0-9a-f]{40}@contoso\.example>$/);
    assert.equal(second, first);
    assert.notEqual(third, first);
  });

  test('is sent as another sender where Exchange lets the mailbox, and as the mailbox without a Sender field', async () => {
    const info = 'info@contoso.example';
    const { id: tenantId } = customers.contoso;
    cloud.state.mailboxes.push({ tenantId, id: crypto.randomUUID(), address: info, displayName: 'Info' });
    const refused = await failureOf(send({ sendAs: info }));
    assert.equal(refused.code, 'SEND_FORBIDDEN');
    assert.equal(refused.detail['serviceCode'], '554 5.2.252');
    assert.equal(inboxOf(cloud, 'anna@customer.example').length, 0);
    cloud.state.recipientPermissions.push({ tenantId, mailbox: info, trustee: post, accessRights: ['SendAs'] });
    await send({ sendAs: { address: info, name: 'The info desk' } });
    assert.match(received('anna@customer.example'), /^From: The info desk <info@contoso\.example>\r$/m);
    assert.doesNotMatch(received('anna@customer.example'), /^Sender:/im);
  });
});

describe('connections', () => {
  test('many mails of a mailbox at once share three, which end with the last of them', async () => {
    const before = signIns();
    const token = await outlookToken(cloud);
    const mails = Array.from({ length: 12 }, (_, number) => send({ id: `n${number}` }, Promise.resolve(token)));
    await Promise.all(mails);
    assert.equal(inboxOf(cloud, 'anna@customer.example').length, 12);
    assert.ok(signIns() - before <= 3, `${signIns() - before} connections`);
    // Another process of the app finds all three of the mailbox free.
    const others = Array.from({ length: 3 }, () => new SmtpCarrier(carrierAddress, Date.now));
    const more = await Promise.all(others.map(async (one) => one.send(claimed(await aMail(), token))));
    assert.equal(more.length, 3);
  });

  test('a job alone leaves no connection behind', async () => {
    await send();
    const before = signIns();
    await send();
    assert.equal(signIns() - before, 1);
  });

  test('a mail whose token was replaced does not go by a connection of the token before', async () => {
    const before = signIns();
    const [old, fresh] = [await outlookToken(cloud), aToken(await mailToken(cloud, { uti: 'another' }))];
    const olds = Array.from({ length: 3 }, (_, number) => send({ id: `old-${number}` }, Promise.resolve(old)));
    const news = Array.from({ length: 3 }, (_, number) => send({ id: `new-${number}` }, Promise.resolve(fresh)));
    await Promise.all([...olds, ...news]);
    assert.equal(signIns() - before, 6);
  });

  test('a connection that the server has ended is not used again', async () => {
    cloud.faults.add({
      service: 'smtp',
      operation: 'DATA',
      times: 3,
      fault: { kind: 'reply', text: '421 4.3.2 Service not available', when: 'before' },
    });
    const mails = Array.from({ length: 6 }, (_, number) => send({ id: `n${number}` }));
    const ends = await Promise.allSettled(mails);
    assert.equal(ends.filter(({ status }) => status === 'fulfilled').length, 3);
    assert.equal(inboxOf(cloud, 'anna@customer.example').length, 3);
  });

  test('a mail that finds the three of its mailbox taken by others is told when to come again', async () => {
    const others = [await openSignedInSmtp(cloud), await openSignedInSmtp(cloud), await openSignedInSmtp(cloud)];
    const refused = await failureOf(send());
    assert.equal(refused.code, 'SEND_THROTTLED');
    assert.equal(refused.detail['serviceCode'], '432 4.3.2');
    assert.ok((refused.retryAfterSeconds ?? 0) > 0);
    assert.equal(cloud.state.messages.length, 0);
    const [first] = others;
    await first?.command('QUIT');
    await first?.ended;
    await send();
    assert.equal(inboxOf(cloud, 'anna@customer.example').length, 1);
  });
});

test('reads no second large mail into memory before the first has left, and keeps no small one waiting', async () => {
  const may = Promise.withResolvers<void>();
  const read: string[] = [];
  const large = async (id: string): Promise<Mail> => {
    const octets = Buffer.from(id);
    const whole = () => (read.push(id), may.promise.then(() => octets));
    const content = { bytes: octets.length, whole, range: () => Promise.reject(new Error()) };
    const attachments = [{ name: 'a.bin', contentType: 'application/octet-stream', content }];
    return { ...(await aMail({ id })), attachments, bytes: 60_000_000 };
  };
  const token = await outlookToken(cloud);
  const both = [await large('first'), await large('second')].map((mail) => carrier.send(claimed(mail, token)));
  await send();
  assert.deepEqual([read, inboxOf(cloud, 'anna@customer.example').length], [['first'], 1]);
  may.resolve();
  await Promise.all(both);
  assert.deepEqual([read, inboxOf(cloud, 'anna@customer.example').length], [['first', 'second'], 3]);
});

test('refuses a token of another tenant or for Graph before it connects', async () => {
  const before = cloud.journal.entries.length;
  const own = await outlookToken(cloud);
  for (const wrong of [
    { ...own, tenantId: customers.fabrikam.id },
    { ...own, resource: 'graph' as const },
  ]) {
    assert.equal((await failureOf(send({}, Promise.resolve(wrong)))).code, 'TOKEN_WRONG');
  }
  assert.equal(cloud.journal.entries.length, before);
});

test('cannot find out what became of a mail', async () => {
  assert.deepEqual(await carrier.find(), { kind: 'unsure' });
});
