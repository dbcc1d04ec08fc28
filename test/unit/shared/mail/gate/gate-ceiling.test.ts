/** What a mailbox reaches that always has mail waiting, and what that costs. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../../../shared/clock.ts';
import { limits } from '../../../../support/gate.ts';
import { type MailboxRunOptions, runMailbox } from '../../../../support/mailbox-run.ts';
import { seededRandom } from '../../../../support/seeded-random.ts';

const blast: Omit<MailboxRunOptions, 'seed' | 'poll'> = {
  jobs: 1500,
  gap: 5,
  limits: { ...limits, recipientsPerDay: 1_000_000 },
  bytes: 20_000,
  recipients: 1,
  latency: 500,
  isRough: false,
};

/** How many a service refuses that counts every sliding minute to the millisecond, when some take longer to it than others. */
function refusals(times: readonly number[], seed: number): number {
  const random = seededRandom(seed);
  const arrivals = times.map((at) => at + 20 + random.below(200)).sort((one, other) => one - other);
  const accepted: number[] = [];
  let refused = 0;
  for (const at of arrivals) {
    const inMinute = accepted.filter((one) => one > at - 1 * minutes).length;
    if (inMinute >= limits.messagesPerMinute) refused += 1;
    else accepted.push(at);
  }
  return refused;
}

describe('a blast to one mailbox', () => {
  // The Functions host looks for messages every two seconds at the least (host.json), and several hosts look in turn.
  for (const poll of [100, 500, 1000]) {
    test(`reaches 0.95 of the limit without a refusal, messages being seen ${poll} ms late`, () => {
      for (let seed = 1; seed <= 5; seed += 1) {
        const { sent, gate } = runMailbox({ ...blast, poll, seed });
        assert.equal(sent.length, blast.jobs);
        const times = sent.map(({ at }) => at);
        const taken = (times.at(-1) ?? 0) - (times[0] ?? 0);
        const ratio = blast.jobs / (taken / minutes) / limits.messagesPerMinute;
        assert.ok(ratio >= 0.95 && ratio <= 1.01, `seed ${seed}: ${ratio}`);
        assert.equal(refusals(times, seed), 0, `seed ${seed}`);
        assert.equal(gate.waiting, 0);
      }
    });
  }

  test('takes each message from the queue twice: once for its turn, and once at it', () => {
    for (let seed = 1; seed <= 5; seed += 1) {
      const { dequeues } = runMailbox({ ...blast, poll: 300, seed });
      assert.ok(dequeues <= 2 * blast.jobs, `seed ${seed}: ${dequeues}`);
    }
  });
});
