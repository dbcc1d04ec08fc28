import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import { until } from '../../../support/line-dialog.ts';
import {
  anna,
  inboxOf,
  keepState,
  openSignedInSmtp,
  post,
  sendMail,
  startMailCloud,
} from '../../../support/mail-servers.ts';

const cloud = await startMailCloud();
after(() => cloud.stop());
afterEach(keepState(cloud));

const lastReason = (): string | undefined =>
  cloud.journal.find({ service: 'smtp', operation: 'submit' }).at(-1)?.reason;

function mailbox() {
  const found = cloud.state.mailboxes.find(({ address }) => address === post);
  assert.ok(found);
  return found;
}

test('refuses a message on the fourth connection of a mailbox until one of the others is closed', async () => {
  const connections = [];
  for (const _ of [1, 2, 3, 4]) connections.push(await openSignedInSmtp(cloud));
  const [first, second, third, fourth] = connections;
  assert.ok(first && second && third && fourth);
  const reply = await sendMail(fourth);
  assert.equal(
    reply,
    '432 4.3.2 Concurrent connections limit exceeded. Visit https://aka.ms/concurrent_sending for more information. [Hostname=localhost]',
  );
  assert.match(await sendMail(third), /^250 /);
  assert.equal(inboxOf(cloud, anna).length, 1);
  await first.command('QUIT');
  await first.ended;
  assert.match(await sendMail(fourth), /^250 /);
  for (const one of connections) one.close();
});

test('holds the message back that is the thirty-first in a minute, and loses none', async () => {
  cloud.state.limits.sending.messages = { most: 2, seconds: 2 };
  const smtp = await openSignedInSmtp(cloud);
  const began = performance.now();
  for (const _ of [1, 2, 3]) assert.match(await sendMail(smtp), /^250 2\.0\.0 OK /);
  assert.ok(performance.now() - began > 1900, 'the third message waited for the next window');
  assert.equal(inboxOf(cloud, anna).length, 3);
  assert.equal(lastReason(), 'held back: 30 messages a minute');
  smtp.close();
});

test('forgets a message that was held back when its client has gone', async () => {
  cloud.state.limits.sending.messages = { most: 1, seconds: 60 };
  const smtp = await openSignedInSmtp(cloud);
  await sendMail(smtp);
  await smtp.command(`MAIL FROM:<${post}>`);
  await smtp.command(`RCPT TO:<${anna}>`);
  await smtp.command('DATA');
  smtp.send('Subject: Late\r\n\r\nHello\r\n.\r\n');
  smtp.close();
  await until(() => lastReason() === 'the client left while it was held back');
  assert.equal(inboxOf(cloud, anna).length, 1);
});

test('refuses the recipient above those of a day with SubmissionQuotaExceeded', async () => {
  cloud.state.limits.sending.recipients = { most: 2, seconds: 86_400 };
  const smtp = await openSignedInSmtp(cloud);
  assert.match(await sendMail(smtp, { to: [anna, post] }), /^250 /);
  assert.equal(
    await sendMail(smtp),
    '554 5.2.0 STOREDRV.Submission.Exception:SubmissionQuotaExceededException [Hostname=localhost]',
  );
  assert.equal(inboxOf(cloud, anna).length, 1);
  smtp.close();
});

test('refuses to send for a mailbox that is full', async () => {
  mailbox().exchange = { prohibitSendQuota: 10 };
  const smtp = await openSignedInSmtp(cloud);
  assert.match(await sendMail(smtp), /^250 /);
  assert.match(
    await sendMail(smtp),
    /^554 5\.2\.2 mailbox full; STOREDRV\.Submission\.Exception:QuotaExceededException\.MapiExceptionShutoffQuotaExceeded \[/,
  );
  smtp.close();
});

test('refuses a message larger than the mailbox may send, and one whose announced size is too large', async () => {
  mailbox().exchange = { maxSendSize: 2000 };
  const smtp = await openSignedInSmtp(cloud);
  assert.match(
    await sendMail(smtp, { message: `Subject: Long\r\n\r\n${'x'.repeat(3000)}` }),
    /^552 5\.3\.4 Message size exceeds fixed maximum message size/,
  );
  assert.match(await smtp.command(`MAIL FROM:<${post}> SIZE=157286401`), /^552 5\.3\.4 /);
  assert.match(await smtp.command(`MAIL FROM:<${post}> SIZE=157286400`), /^250 /);
  assert.equal(inboxOf(cloud, anna).length, 0);
  smtp.close();
});

test('takes as many recipients as a message may have and sends to those', async () => {
  cloud.state.limits.sending.recipientsPerMessage = 2;
  const smtp = await openSignedInSmtp(cloud);
  await smtp.command(`MAIL FROM:<${post}>`);
  assert.match(await smtp.command(`RCPT TO:<${anna}>`), /^250 /);
  assert.match(await smtp.command('RCPT TO:<erin@elsewhere.example>'), /^250 /);
  assert.match(await smtp.command(`RCPT TO:<${anna}>`), /^250 /);
  assert.match(await smtp.command('RCPT TO:<third@elsewhere.example>'), /^452 4\.5\.3 Too many recipients/);
  await smtp.command('DATA');
  assert.match(await smtp.command('Subject: Two\r\n\r\nHello\r\n.'), /^250 /);
  assert.equal(inboxOf(cloud, 'third@elsewhere.example').length, 0);
  assert.equal(inboxOf(cloud, 'erin@elsewhere.example').length, 1);
  smtp.close();
});
