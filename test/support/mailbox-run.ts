/**
 * A mailbox's jobs from their first asking to their end, as queue and workers drive them: messages come back some time after
 * their delay, a send takes its time, workers are killed, limits change, and the clock that everybody reads is set back.
 */

import assert from 'node:assert/strict';
import { minutes, seconds } from '../../shared/clock.ts';
import {
  type Ask,
  emptyGate,
  enter,
  type GateState,
  hold,
  leave,
  type Limits,
} from '../../shared/mail/gate/gate-state.ts';
import { noon } from './clock.ts';
import { seededRandom } from './seeded-random.ts';

export interface MailboxRunOptions {
  readonly seed: number;
  readonly jobs: number;
  /** Between one job and the next, on average: milliseconds. */
  readonly gap: number;
  readonly limits: Limits;
  readonly bytes: number;
  readonly recipients: number;
  /** How late a message is seen, on average: milliseconds. */
  readonly poll: number;
  /** What the service takes for a send, on average: milliseconds. */
  readonly latency: number;
  /** Whether limits change, clocks are set back, workers killed and messages lost. */
  readonly isRough: boolean;
}

export interface Sent {
  /** In true time, whatever the clock says. */
  readonly at: number;
  readonly until: number;
  readonly ask: Ask;
  readonly limits: Limits;
}

export interface MailboxRun {
  readonly sent: readonly Sent[];
  readonly dequeues: number;
  readonly gate: GateState;
}

interface Event {
  readonly at: number;
  readonly happens: (at: number) => void;
}

export function runMailbox(options: MailboxRunOptions): MailboxRun {
  const random = seededRandom(options.seed);
  const some = (mean: number): number => Math.round(-Math.log(1 - random.below(1e6) / 1e6) * mean);
  const often = (share: number): boolean => options.isRough && random.chance(share);
  const events = new EventQueue();
  const sent: Sent[] = [];
  let { limits } = options;
  let gate = emptyGate;
  let setBack = 0;
  let dequeues = 0;

  const job = (): Omit<Ask, 'permitUntil'> => ({
    transport: random.chance(0.8) ? 'graph' : 'smtp',
    bytes: 1 + random.below(2 * options.bytes),
    recipients: 1 + random.below(2 * options.recipients),
  });

  const come = (about: Omit<Ask, 'permitUntil'>) => (at: number) => {
    if (often(0.01)) setBack += random.below(20_000);
    if (often(0.01)) limits = changed(options.limits, random.below(4));
    if (often(0.002))
      gate = hold(gate, { by: 'service', since: at, until: at + random.below(60_000), code: 'SEND_THROTTLED' });
    if (often(0.02)) return;
    dequeues += 1;
    const now = at - setBack;
    const ask = { ...about, permitUntil: now + 3 * minutes };
    const { gate: next, admission } = enter(gate, ask, now, limits);
    gate = next;
    if (admission.kind === 'at') {
      const delay = Math.ceil((admission.at - now) / seconds) * seconds;
      assert.ok(delay >= 0);
      const { turn: _, ...rest } = about;
      const again = admission.turn === undefined ? rest : { ...rest, turn: admission.turn };
      return events.add({ at: at + delay + some(options.poll), happens: come(again) });
    }
    assert.ok(admission.at >= now && admission.at <= now + 3 * seconds);
    const leaves = at + admission.at - now;
    const until = leaves + some(options.latency);
    sent.push({ at: leaves, until, ask, limits });
    if (often(0.05)) return;
    events.add({ at: until, happens: () => void (gate = leave(gate, admission.permit)) });
  };

  let first = noon;
  for (let count = 0; count < options.jobs; count += 1) {
    first += some(options.gap);
    events.add({ at: first, happens: come(job()) });
  }
  events.run();
  sent.sort((one, other) => one.at - other.at);
  return { sent, dequeues, gate };
}

function changed(limits: Limits, which: number): Limits {
  const factor = [1, 1, 0.3, 2][which] ?? 1;
  return {
    ...limits,
    messagesPerMinute: Math.max(1, Math.round(limits.messagesPerMinute * factor)),
    bytesPer5Minutes: limits.bytesPer5Minutes * factor,
    recipientsPerDay: limits.recipientsPerDay * factor,
  };
}

/** In the order of their times; a binary heap. */
class EventQueue {
  readonly #heap: Event[] = [];

  add(event: Event): void {
    let place = this.#heap.push(event) - 1;
    while (place > 0) {
      const above = (place - 1) >> 1;
      if (this.#at(above) <= event.at) break;
      this.#swap(place, above);
      place = above;
    }
  }

  run(): void {
    for (let [event] = this.#heap; event !== undefined; [event] = this.#heap) {
      this.#removeFirst();
      event.happens(event.at);
    }
  }

  #removeFirst(): void {
    const last = this.#heap.pop();
    if (last === undefined || this.#heap.length === 0) return;
    this.#heap[0] = last;
    for (let place = 0; ;) {
      const left = 2 * place + 1;
      const least = this.#at(left + 1) < this.#at(left) ? left + 1 : left;
      if (this.#at(least) >= last.at) return;
      this.#swap(place, least);
      place = least;
    }
  }

  #at(place: number): number {
    return this.#heap[place]?.at ?? Infinity;
  }

  #swap(one: number, other: number): void {
    const [first, second] = [this.#heap[one], this.#heap[other]];
    if (first === undefined || second === undefined) return;
    this.#heap[one] = second;
    this.#heap[other] = first;
  }
}
