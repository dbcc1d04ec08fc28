/** Whatever comes when: no window is ever exceeded, in true time, and no more is under way than may be. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes } from '../../../../../shared/clock.ts';
import type { Ask } from '../../../../../shared/mail/gate/gate-state.ts';
import { limits } from '../../../../support/gate.ts';
import { type MailboxRunOptions, runMailbox, type Sent } from '../../../../support/mailbox-run.ts';

const usual = { jobs: 400, limits, bytes: 20_000, recipients: 2, poll: 700, latency: 800, isRough: true } as const;

const regimes: Record<string, Omit<MailboxRunOptions, 'seed'>> = {
  'a blast': { ...usual, gap: 20 },
  'steady traffic at the limit': { ...usual, gap: 2000 },
  'slow sends, which use up the permits': { ...usual, gap: 1500, latency: 12_000 },
  'messages that are seen late': { ...usual, gap: 1500, poll: 8000 },
  'large messages': { ...usual, gap: 2000, bytes: 10_000_000 },
  'the recipients of several days': { ...usual, gap: 5 * minutes, recipients: 150, poll: 2000 },
  'a limit of two messages a minute': { ...usual, jobs: 60, gap: 20_000, limits: { ...limits, messagesPerMinute: 2 } },
};

/** Where the window up to and with a message has more than was allowed when that one was let through. */
function overLimit(
  sent: readonly Sent[],
  window: number,
  countOf: (ask: Ask) => number,
  limitOf: (one: Sent) => number,
) {
  let first = 0;
  let sum = 0;
  return sent.flatMap((one, place) => {
    sum += countOf(one.ask);
    for (let old = sent[first]; old && old.at <= one.at - window; old = sent[(first += 1)]) sum -= countOf(old.ask);
    // While it waited in its worker, others may have gone before it by a limit that was raised in between.
    const justBefore = sent.slice(Math.max(0, place - 100), place + 1).filter(({ at }) => at >= one.at - 3000);
    const limit = Math.max(...justBefore.map(limitOf));
    // More than the limit goes alone.
    const isAlone = sum === countOf(one.ask);
    return sum > limit && !isAlone ? [`${sum} of ${limit}`] : [];
  });
}

/** With permits of killed workers this is more than the gate counts, never less. */
function mostUnderWay(sent: readonly Sent[], transport: Ask['transport']): number {
  const mine = sent.filter(({ ask }) => ask.transport === transport);
  return Math.max(...mine.map(({ at }) => mine.filter((one) => one.at <= at && one.until > at).length));
}

describe('a mailbox that nobody else uses', () => {
  for (const [what, regime] of Object.entries(regimes)) {
    test(`stays inside every limit: ${what}`, () => {
      for (let seed = 1; seed <= 12; seed += 1) {
        const { sent } = runMailbox({ ...regime, seed });
        assert.ok(sent.length > regime.jobs / 2, `seed ${seed}: ${sent.length} were sent`);
        const over = {
          messages: overLimit(
            sent,
            1 * minutes,
            () => 1,
            (one) => one.limits.messagesPerMinute,
          ),
          bytes: overLimit(
            sent,
            5 * minutes,
            ({ bytes }) => bytes,
            (one) => one.limits.bytesPer5Minutes,
          ),
          recipients: overLimit(
            sent,
            24 * hours,
            (ask) => ask.recipients,
            (one) => one.limits.recipientsPerDay,
          ),
        };
        assert.deepEqual(over, { messages: [], bytes: [], recipients: [] }, `seed ${seed}`);
        // A send that outlasts its permit is no longer counted: these latencies stay below.
        assert.ok(mostUnderWay(sent, 'graph') <= limits.concurrent.graph, `seed ${seed}`);
        assert.ok(mostUnderWay(sent, 'smtp') <= limits.concurrent.smtp, `seed ${seed}`);
      }
    });
  }
});
