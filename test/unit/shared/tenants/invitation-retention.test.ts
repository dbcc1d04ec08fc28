import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours, seconds } from '../../../../shared/clock.ts';
import {
  InvitationRetention,
  type OldInvitations,
  type Swept,
} from '../../../../shared/tenants/invitation-retention.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { failing } from '../../../support/failing.ts';
import { recordingLog } from '../../../support/recording-log.ts';

const day = 24 * hours;

function aRetention(sweep: (run: number) => Promise<Swept>, each = 0) {
  const clock = settableClock();
  const log = recordingLog();
  const asked: number[][] = [];
  const invitations: OldInvitations = {
    sweep: (...before) => {
      clock.advance(each);
      return sweep(asked.push(before));
    },
  };
  const retention = new InvitationRetention({ invitations, retentionDays: 30, now: clock.now, log: log.log });
  return { retention, asked, log };
}

const page = (removed: number, isMore: boolean, failed = 0): Promise<Swept> =>
  Promise.resolve({ removed, failed, isMore });

test('removes invitations after the retention time, and the states of consents after a day', async () => {
  const { retention, asked, log } = aRetention(() => page(2, false));
  await retention.run();
  assert.deepEqual(asked, [[noon - 30 * day, noon - day]]);
  assert.deepEqual(log.lines, [
    { level: 'information', event: 'retention.done', detail: { part: 'invitations', removed: 2, failed: 0 } },
  ]);
});

test('goes on page by page until there is no more', async () => {
  const { retention, asked } = aRetention((run) => page(200, run < 3));
  await retention.run();
  assert.equal(asked.length, 3);
});

test('stops at a page of which nothing could be removed, and tells it', async () => {
  const { retention, asked, log } = aRetention(() => page(0, true, 7));
  await retention.run();
  assert.equal(asked.length, 1);
  assert.equal(log.lines[0]?.level, 'warning');
});

test('leaves the rest to the next run when its time is over', async () => {
  const { retention, asked } = aRetention(() => page(200, true), 11 * seconds);
  await retention.run();
  assert.equal(asked.length, 3);
});

test('never fails: the timer has other things to do', async () => {
  const { retention, log } = aRetention(failing('STORAGE_UNAVAILABLE'));
  await retention.run();
  assert.deepEqual(log.events(), ['retention.failed']);
});
