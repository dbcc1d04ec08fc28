import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import type { FaultRuleInput } from '../../../../local/cloud/faults/fault-rule.ts';
import { customers } from '../../../support/cloud.ts';
import { type Dialog, until } from '../../../support/line-dialog.ts';
import {
  anna,
  credentials,
  inboxOf,
  keepState,
  openSecureSmtp,
  openSignedInSmtp,
  openSmtp,
  post,
  sendMail,
  startMailCloud,
} from '../../../support/mail-servers.ts';

const cloud = await startMailCloud();
after(() => cloud.stop());
afterEach(keepState(cloud));

const fault = (operation: string, what: FaultRuleInput['fault'], times = 1): string =>
  cloud.faults.add({ service: 'smtp', operation, times, fault: what });
const lastEntry = () => cloud.journal.find({ service: 'smtp' }).at(-1);

async function upToData(smtp: Dialog): Promise<void> {
  await smtp.command(`MAIL FROM:<${post}>`);
  await smtp.command(`RCPT TO:<${anna}>`);
  assert.match(await smtp.command('DATA'), /^354 /);
}
const message = `From: ${post}\r\nSubject: Hello\r\n\r\nHello\r\n.\r\n`;

describe('DATA', () => {
  test('cut after it was accepted: the message is delivered and the 250 never arrives', async () => {
    const id = fault('DATA', { kind: 'cut', when: 'after' });
    const smtp = await openSignedInSmtp(cloud);
    await upToData(smtp);
    smtp.send(message);
    assert.equal(await smtp.ended, 'reset');
    assert.equal(inboxOf(cloud, anna).length, 1);
    assert.deepEqual([lastEntry()?.operation, lastEntry()?.status, lastEntry()?.fault], ['submit', 250, id]);
  });

  test('cut before: nothing is delivered', async () => {
    const id = fault('DATA', { kind: 'cut' });
    const smtp = await openSignedInSmtp(cloud);
    await smtp.command(`MAIL FROM:<${post}>`);
    await smtp.command(`RCPT TO:<${anna}>`);
    smtp.send('DATA\r\n');
    assert.equal(await smtp.ended, 'reset');
    assert.equal(inboxOf(cloud, anna).length, 0);
    assert.deepEqual([lastEntry()?.status, lastEntry()?.fault], [0, id]);
  });

  test('another reply after it was accepted', async () => {
    fault('DATA', { kind: 'reply', text: '451 4.7.500 Server busy. Please try again later', when: 'after' });
    const smtp = await openSignedInSmtp(cloud);
    assert.equal(await sendMail(smtp), '451 4.7.500 Server busy. Please try again later');
    assert.equal(inboxOf(cloud, anna).length, 1);
    assert.match(await sendMail(smtp), /^250 /);
    smtp.close();
  });

  test('silence after it was accepted, and a late answer', async () => {
    fault('DATA', { kind: 'silence', when: 'after' });
    const smtp = await openSignedInSmtp(cloud);
    await upToData(smtp);
    smtp.send(`${message}NOOP\r\n`);
    await until(() => inboxOf(cloud, anna).length > 0);
    const late = fault('DATA', { kind: 'slow', milliseconds: 300, when: 'after' });
    const other = await openSignedInSmtp(cloud);
    await upToData(other);
    const began = performance.now();
    other.send(message);
    await other.expect(/^250 .*\r\n/);
    assert.ok(performance.now() - began >= 290);
    assert.equal(lastEntry()?.fault, late);
    assert.equal(smtp.socket.destroyed, false);
    let heard = '';
    smtp.socket.on('data', (text: string) => (heard += text));
    assert.match(await other.command('QUIT'), /^221 /);
    assert.equal(heard, '');
    smtp.close();
    other.close();
  });

  test('a message that Exchange refuses is refused, and the rule waits for the next', async () => {
    fault('DATA', { kind: 'cut', when: 'after' });
    const smtp = await openSignedInSmtp(cloud);
    assert.match(await sendMail(smtp, { message: `From: ${anna}\r\n\r\nHello` }), /^554 5\.2\.252 /);
    assert.equal(lastEntry()?.fault, undefined);
    await upToData(smtp);
    smtp.send(message);
    assert.equal(await smtp.ended, 'reset');
  });
});

describe('other commands', () => {
  test('another reply in place of that to AUTH, MAIL or RCPT, once', async () => {
    fault('AUTH', { kind: 'reply', text: '454 4.7.0 Temporary authentication failure' });
    fault('MAIL', { kind: 'reply', text: '421 4.3.2 Service not available' });
    fault('RCPT', { kind: 'reply', text: '450 4.2.0 Mailbox busy' });
    const smtp = await openSecureSmtp(cloud);
    const auth = `AUTH XOAUTH2 ${await credentials(cloud)}`;
    assert.equal(await smtp.command(auth), '454 4.7.0 Temporary authentication failure');
    assert.match(await smtp.command(auth), /^235 /);
    smtp.close();
    const other = await openSignedInSmtp(cloud);
    assert.match(await other.command(`MAIL FROM:<${post}>`), /^421 4\.3\.2 /);
    await other.ended;
    const third = await openSignedInSmtp(cloud);
    assert.match(await third.command(`MAIL FROM:<${post}>`), /^250 /);
    assert.equal(await third.command(`RCPT TO:<${anna}>`), '450 4.2.0 Mailbox busy');
    assert.match(await third.command(`RCPT TO:<${anna}>`), /^250 /);
    third.close();
  });

  test('hits AUTH in two lines once, when the token is there', async () => {
    fault('AUTH', { kind: 'reply', text: '454 4.7.0 Temporary authentication failure' });
    const smtp = await openSecureSmtp(cloud);
    assert.match(await smtp.command('AUTH XOAUTH2'), /^334/);
    assert.match(await smtp.command(await credentials(cloud)), /^454 4\.7\.0 /);
    assert.match(await smtp.command('NOOP'), /^250 /);
    smtp.close();
  });

  test('chooses by tenant and mailbox, also before somebody has signed in', async () => {
    const { id } = customers.contoso;
    const failure = { kind: 'reply', text: '454 4.7.0 Not now' } as const;
    cloud.faults.add({ service: 'smtp', operation: 'AUTH', mailbox: anna, fault: failure });
    cloud.faults.add({ service: 'smtp', operation: 'NOOP', tenantId: id, mailbox: post, fault: failure });
    const smtp = await openSecureSmtp(cloud);
    assert.match(await smtp.command(`AUTH XOAUTH2 ${await credentials(cloud, anna)}`), /^454 /);
    assert.match(await smtp.command('NOOP'), /^250 /);
    assert.match(await smtp.command(`AUTH XOAUTH2 ${await credentials(cloud)}`), /^235 /);
    assert.match(await smtp.command('NOOP'), /^454 4\.7\.0 Not now$/);
    smtp.close();
  });

  test('a service that is down resets new connections and those there are', async () => {
    const open = await openSignedInSmtp(cloud);
    const id = cloud.faults.add({ service: 'smtp', fault: { kind: 'down' } });
    await assert.rejects(openSmtp(cloud), /ended/);
    assert.deepEqual([lastEntry()?.operation, lastEntry()?.fault], ['connection', id]);
    open.send('NOOP\r\n');
    assert.equal(await open.ended, 'reset');
    cloud.faults.clear();
    (await openSignedInSmtp(cloud)).close();
  });

  test('a clock that is an hour ahead finds good tokens expired', async () => {
    cloud.faults.add({ service: 'smtp', fault: { kind: 'clock', seconds: 3700 } });
    const smtp = await openSecureSmtp(cloud);
    assert.match(await smtp.command(`AUTH XOAUTH2 ${await credentials(cloud)}`), /^535 5\.7\.3 /);
    assert.equal(lastEntry()?.reason, 'token refused: expired');
    smtp.close();
  });
});
