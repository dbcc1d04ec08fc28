import assert from 'node:assert/strict';
import { after, afterEach, test } from 'node:test';
import type { FaultRuleInput } from '../../../../local/cloud/faults/fault-rule.ts';
import {
  credentials,
  keepState,
  openImap,
  openSignedInImap,
  post,
  startMailCloud,
} from '../../../support/mail-servers.ts';

const cloud = await startMailCloud();
after(() => cloud.stop());
afterEach(keepState(cloud));

const fault = (operation: string, what: FaultRuleInput['fault']): string =>
  cloud.faults.add({ service: 'imap', operation, times: 1, fault: what });
const lastEntry = () => cloud.journal.find({ service: 'imap' }).at(-1);
const message = `From: ${post}\r\nSubject: Kept\r\n\r\nHello`;

test('answers another line in place of its own, with the tag of the command, once', async () => {
  const id = fault('SELECT', {
    kind: 'reply',
    text: 'NO Request is throttled. Suggested Backoff Time: 9000 milliseconds',
  });
  const imap = await openSignedInImap(cloud);
  assert.equal(
    await imap.command('a SELECT INBOX'),
    'a NO Request is throttled. Suggested Backoff Time: 9000 milliseconds',
  );
  assert.deepEqual(
    [lastEntry()?.operation, lastEntry()?.status, lastEntry()?.fault, lastEntry()?.mailbox],
    ['SELECT', 0, id, post],
  );
  assert.match(await imap.command('b SELECT INBOX'), /^b OK /m);
  imap.close();
});

test('hits AUTHENTICATE of one mailbox only, in either form', async () => {
  cloud.faults.add({
    service: 'imap',
    operation: 'AUTHENTICATE',
    mailbox: post,
    times: 2,
    fault: { kind: 'reply', text: 'NO Server Unavailable. 15' },
  });
  const imap = await openImap(cloud);
  assert.equal(await imap.command(`a AUTHENTICATE XOAUTH2 ${await credentials(cloud)}`), 'a NO Server Unavailable. 15');
  imap.send('b AUTHENTICATE XOAUTH2\r\n');
  await imap.expect(/^\+ \r\n/);
  imap.send(`${await credentials(cloud)}\r\n`);
  assert.equal(await imap.expect(/\r\n/), 'b NO Server Unavailable. 15\r\n');
  assert.match(await imap.command(`c AUTHENTICATE XOAUTH2 ${await credentials(cloud)}`), /^c OK /);
  imap.close();
});

test('cuts the connection after APPEND was carried out: the message is there', async () => {
  const id = fault('APPEND', { kind: 'cut', when: 'after' });
  const imap = await openSignedInImap(cloud);
  imap.send(`a APPEND INBOX {${message.length}+}\r\n${message}\r\n`);
  assert.equal(await imap.ended, 'reset');
  assert.equal(cloud.state.messages.at(-1)?.subject, 'Kept');
  assert.deepEqual([lastEntry()?.operation, lastEntry()?.status, lastEntry()?.fault], ['APPEND', 200, id]);
});

test('cuts the connection before APPEND: nothing is there, and a refused command leaves an after-rule unused', async () => {
  const had = cloud.state.messages.length;
  fault('APPEND', { kind: 'cut' });
  const imap = await openSignedInImap(cloud);
  imap.send(`a APPEND INBOX {${message.length}+}\r\n${message}\r\n`);
  assert.equal(await imap.ended, 'reset');
  assert.equal(cloud.state.messages.length, had);
  fault('SELECT', { kind: 'cut', when: 'after' });
  const other = await openSignedInImap(cloud);
  assert.match(await other.command('a SELECT Nowhere'), /^a NO /);
  other.send('b SELECT INBOX\r\n');
  assert.equal(await other.ended, 'reset');
});

test('is silent, or late, and resets everything when it is down', async () => {
  fault('NOOP', { kind: 'silence' });
  const silent = await openSignedInImap(cloud);
  silent.send('a NOOP\r\n');
  fault('CAPABILITY', { kind: 'slow', milliseconds: 250 });
  const slow = await openSignedInImap(cloud);
  const began = performance.now();
  assert.match(await slow.command('a CAPABILITY'), /^a OK /m);
  assert.ok(performance.now() - began >= 240);
  assert.equal(silent.socket.bytesRead > 0 && !silent.socket.destroyed, true);
  silent.close();
  cloud.faults.add({ service: 'imap', fault: { kind: 'down' } });
  await assert.rejects(openImap(cloud));
  slow.send('b NOOP\r\n');
  assert.equal(await slow.ended, 'reset');
  cloud.faults.clear();
  (await openSignedInImap(cloud)).close();
});
