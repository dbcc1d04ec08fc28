import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateRow, readGateRow } from '../../../../../shared/adapters/storage/gate-row.ts';
import { hours, minutes } from '../../../../../shared/clock.ts';
import { emptyGate } from '../../../../../shared/mail/gate/gate-state.ts';
import { countSent, sentWindows } from '../../../../../shared/mail/gate/sent-count.ts';
import { usedIn } from '../../../../../shared/mail/gate/sliding-window.ts';
import { contoso } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { failing } from '../../../../support/failing.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoom } from '../../../../support/mail-room.ts';

test('a mail that left is counted at its mailbox, in the commit that ends it; one that did not leave is not', async () => {
  const room = aMailRoom();
  await room.sendMail.handle(aMailJob());
  room.carrier.answer = failing('MAILBOX_NOT_FOUND');
  await room.sendMail.handle(aMailJob({ id: 'second' }));
  const { gate } = (await room.outcomes.readGate(contoso, room.row()?.mailbox ?? '')) ?? assert.fail();
  const counts = (['fiveMinutes', 'hours'] as const).map((grain) =>
    (gate.sent?.[grain] ?? []).map(({ count }) => count),
  );
  assert.deepEqual(counts, [[1], [1]]);
  // Two of each job, as without the count: its claim and its end.
  assert.equal(room.outcomes.commits.length, 4);
});

test('what is too old for either grain is dropped, so that the row does not grow', () => {
  let gate = emptyGate;
  for (let at = noon; at < noon + 72 * hours; at += 1 * minutes) gate = countSent(gate, at);
  const { fiveMinutes = [], hours: ofDay = [] } = gate.sent ?? {};
  assert.deepEqual([fiveMinutes.length, ofDay.length], [12, 24]);
  const end = noon + 72 * hours - 1;
  assert.deepEqual(
    [usedIn(fiveMinutes, sentWindows.fiveMinutes, end), usedIn(ofDay, sentWindows.hours, end)],
    [60, 1440],
  );
  const row = gateRow(contoso, 'post@contoso.example', gate);
  assert.deepEqual(readGateRow({ ...row, etag: 'x' }).gate, gate);
  const added =
    Buffer.byteLength(JSON.stringify(row)) -
    Buffer.byteLength(JSON.stringify({ ...row, sentFiveMinutes: '', sentHours: '' }));
  assert.ok(added < 300, `${added} bytes`);
});

test('a row of an earlier version, which counted nothing, is read as it is', () => {
  const { sentFiveMinutes: _, sentHours: __, ...row } = gateRow(contoso, 'a@b.example', countSent(emptyGate, noon));
  assert.deepEqual(readGateRow({ ...row, etag: 'x' }).gate, emptyGate);
});
