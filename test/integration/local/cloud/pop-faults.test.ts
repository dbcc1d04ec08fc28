import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import type { FaultRuleInput } from '../../../../local/cloud/faults/fault-rule.ts';
import type { TestCloud } from '../../../support/cloud.ts';
import {
  credentials,
  inboxOf,
  keepState,
  openPop,
  openSignedInPop,
  openSignedInSmtp,
  post,
  sendMail,
  startMailCloud,
} from '../../../support/mail-servers.ts';

let cloud: TestCloud;
let restore: () => void;
before(async () => {
  cloud = await startMailCloud();
  const smtp = await openSignedInSmtp(cloud);
  await sendMail(smtp, { to: [post] });
  smtp.close();
  restore = keepState(cloud);
});
afterEach(() => restore());
after(() => cloud.stop());

const fault = (operation: string, what: FaultRuleInput['fault']): string =>
  cloud.faults.add({ service: 'pop', operation, times: 1, fault: what });
const lastEntry = () => cloud.journal.find({ service: 'pop' }).at(-1);

test('answers another line in place of its own, once', async () => {
  const id = fault('AUTH', { kind: 'reply', text: '-ERR [SYS/TEMP] Server busy' });
  const pop = await openPop(cloud);
  await pop.command('AUTH XOAUTH2');
  assert.equal(await pop.command(await credentials(cloud)), '-ERR [SYS/TEMP] Server busy');
  assert.deepEqual([lastEntry()?.status, lastEntry()?.fault, lastEntry()?.mailbox], [0, id, post]);
  await pop.command('AUTH XOAUTH2');
  assert.match(await pop.command(await credentials(cloud)), /^\+OK /);
  pop.close();
});

test('cuts the connection after QUIT was carried out: what was marked is gone; before: it is there', async () => {
  fault('QUIT', { kind: 'cut' });
  const before = await openSignedInPop(cloud);
  await before.command('DELE 1');
  before.send('QUIT\r\n');
  assert.equal(await before.ended, 'reset');
  assert.equal(inboxOf(cloud, post).length, 1);
  const id = fault('QUIT', { kind: 'cut', when: 'after' });
  const afterwards = await openSignedInPop(cloud);
  await afterwards.command('DELE 1');
  afterwards.send('QUIT\r\n');
  assert.equal(await afterwards.ended, 'reset');
  assert.equal(inboxOf(cloud, post).length, 0);
  assert.deepEqual([lastEntry()?.operation, lastEntry()?.status, lastEntry()?.fault], ['QUIT', 200, id]);
});

test('is silent, or late, and resets everything when it is down', async () => {
  fault('NOOP', { kind: 'silence' });
  const silent = await openSignedInPop(cloud);
  silent.send('NOOP\r\n');
  fault('RETR', { kind: 'slow', milliseconds: 250, when: 'after' });
  const slow = await openSignedInPop(cloud);
  const began = performance.now();
  assert.match(await slow.command('RETR 1'), /^\+OK\r\n/);
  assert.ok(performance.now() - began >= 240);
  silent.socket.once('data', () => assert.fail('an answer came'));
  const id = cloud.faults.add({ service: 'pop', fault: { kind: 'down' } });
  await assert.rejects(openPop(cloud));
  assert.deepEqual([lastEntry()?.operation, lastEntry()?.fault], ['connection', id]);
  slow.send('NOOP\r\n');
  assert.equal(await slow.ended, 'reset');
  assert.equal(silent.socket.destroyed, false);
  silent.close();
  cloud.faults.clear();
  (await openSignedInPop(cloud)).close();
});

test('survives lines without end, bytes that are no text, and clients that break off', async () => {
  const long = await openPop(cloud);
  long.send('x'.repeat(10_000));
  assert.equal(await long.expect(/\r\n/), '-ERR Protocol error. Connection is closed. 10\r\n');
  await long.ended;
  const odd = await openSignedInPop(cloud);
  for (let byte = 0; byte < 256; byte += 1) {
    if (byte === 0x0a || byte === 0x0d) continue;
    odd.send(Buffer.from([byte, 0x20, byte, 0x0d, 0x0a]));
    assert.match(await odd.expect(/\r\n/), /^-ERR Protocol error\. 19\r\n$/);
  }
  odd.close();
  const broken = await openPop(cloud);
  broken.send('AUTH XOAUTH2\r\nabc');
  broken.socket.end();
  await broken.ended;
  (await openSignedInPop(cloud)).close();
});
