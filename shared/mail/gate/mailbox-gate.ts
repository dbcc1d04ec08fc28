/**
 * Runs changes of a mailbox's gate, of which there is one row for all processes. Changes that come together are written
 * together, in one transaction with the rows that they claim or end, so that a blast costs few commits; those of other
 * processes are told by the row's version.
 */

import type { Clock } from '../../clock.ts';
import { TenantpostError } from '../../errors.ts';
import { type Asked, compose, type Round } from './gate-round.ts';
import { emptyGate, type GateState } from './gate-state.ts';
import type { Change, MailStore, StoredGate } from '../mail-store.ts';
import { RecentlyUsed } from './recently-used.ts';

/** What a change does to the gate, and which rows must be written in the same transaction. It may run several times. */
export type GateOperation<T> = (
  gate: GateState,
  now: number,
) => { readonly gate: GateState; readonly changes: readonly Change[]; readonly result: T };

export type GateChange<T> =
  /** `etags` are the new versions of the operation's own changes, in their order. */
  | { readonly kind: 'done'; readonly result: T; readonly etags: readonly string[] }
  /** One of the operation's own changes met another writer's row. Nothing of it is written. */
  | { readonly kind: 'conflict' };

interface Mailbox {
  readonly tenantId: string;
  readonly mailbox: string;
  /** In the order of asking; whoever is answered leaves. */
  waiting: readonly Asked[];
  /** As this process saw it last. */
  stored: StoredGate | undefined;
  /** The commit that was refused, and the version of the gate that it was to replace. */
  refused: { readonly version: string; readonly asked: readonly Asked[] } | undefined;
  /** Other processes write it as well: it is read before it is used, which costs less than a commit in vain. */
  isContended: boolean;
  isBusy: boolean;
}

const mostRefusals = 100;
const mostMailboxes = 10_000;

export class MailboxGate {
  readonly #store: Pick<MailStore, 'readGate' | 'commit'>;
  readonly #now: Clock;
  readonly #wait: (milliseconds: number) => Promise<void>;
  readonly #mailboxes = new RecentlyUsed<Mailbox>(mostMailboxes, ({ isBusy }) => isBusy);
  /** Were in a commit that was refused for a row of one of them. */
  readonly #alone = new WeakSet<Asked>();

  constructor(
    store: Pick<MailStore, 'readGate' | 'commit'>,
    now: Clock,
    wait: (milliseconds: number) => Promise<void>,
  ) {
    this.#store = store;
    this.#now = now;
    this.#wait = wait;
  }

  /**
   * @param mailbox in lower case.
   * @throws TenantpostError `STORAGE_UNAVAILABLE`; what the operation throws.
   */
  change<T>(tenantId: string, mailbox: string, operation: GateOperation<T>): Promise<GateChange<T>> {
    const place = this.#mailboxes.get(`${tenantId} ${mailbox}`, () => newMailbox(tenantId, mailbox));
    const { promise, resolve, reject } = Promise.withResolvers<GateChange<T>>();
    const asked: Asked = {
      run(gate, now) {
        const { result, ...wanted } = operation(gate, now);
        return { ...wanted, done: (etags) => resolve({ kind: 'done', result, etags }) };
      },
      conflict: () => resolve({ kind: 'conflict' }),
      fail: reject,
    };
    place.waiting = [...place.waiting, asked];
    if (!place.isBusy) void this.#work(place);
    return promise;
  }

  /** Until nobody waits any more: meanwhile whoever asks joins the next commit. */
  async #work(place: Mailbox): Promise<void> {
    place.isBusy = true;
    // Jobs that were fetched together ask in the same turn of the event loop.
    await Promise.resolve();
    let refusals = 0;
    while (place.waiting.length > 0) {
      try {
        const answered = await this.#commit(place);
        place.waiting = place.waiting.filter((one) => !answered.includes(one));
        refusals = answered.length > 0 ? 0 : refusals + 1;
        if (refusals >= mostRefusals) throw tooManyWriters();
        if (refusals > 0) await this.#wait(Math.random() * Math.min(5 * 2 ** refusals, 150));
      } catch (error) {
        for (const one of place.waiting) one.fail(error);
        Object.assign(place, newMailbox(place.tenantId, place.mailbox), { isBusy: true });
      }
    }
    place.isBusy = false;
  }

  /** @returns who has been answered: nobody, when another process has written the gate meanwhile. */
  async #commit(place: Mailbox): Promise<readonly Asked[]> {
    const known = place.stored;
    let isFresh = known === undefined || place.isContended || place.refused !== undefined;
    if (isFresh) await this.#read(place);
    // Whoever has met no other writer lately needs not look for one.
    if (known !== undefined && known.etag === place.stored?.etag) place.isContended = false;
    const met = this.#explain(place);
    if (met) return met;

    let round = this.#compose(place);
    if (!isFresh && !writes(place, round)) {
      // What was decided on a version that may be past is decided again on the one that stands.
      await this.#read(place);
      isFresh = true;
      round = this.#compose(place);
    }
    const isWritten = await this.#write(place, round);
    if (!isWritten) place.refused = { version: versionOf(place), asked: round.asked };
    for (const { one, error } of round.failed) one.fail(error);
    const failed = round.failed.map(({ one }) => one);
    return isWritten ? [...round.asked, ...failed] : failed;
  }

  /** Why a commit was refused: another process wrote the gate, or one of the operations met another writer's row. */
  #explain(place: Mailbox): readonly Asked[] | undefined {
    const { refused } = place;
    if (refused === undefined) return undefined;
    place.refused = undefined;
    if (refused.version !== versionOf(place)) {
      place.isContended = true;
      return undefined;
    }
    const [only] = refused.asked;
    if (refused.asked.length > 1 || only === undefined) {
      // Which of them it was shows when each is written alone. The others are not to suffer for it.
      for (const one of refused.asked) this.#alone.add(one);
      return undefined;
    }
    only.conflict();
    return [only];
  }

  #compose(place: Mailbox): Round {
    const { waiting, stored } = place;
    const [first] = waiting;
    const isAlone = (one: Asked): boolean => this.#alone.has(one);
    const asked = first && isAlone(first) ? [first] : waiting.filter((one) => !isAlone(one));
    return compose(asked, stored?.gate ?? emptyGate, this.#now());
  }

  async #read(place: Mailbox): Promise<void> {
    place.stored = await this.#store.readGate(place.tenantId, place.mailbox);
  }

  /** Writes a round and tells its callers. @returns whether it was written. */
  async #write(place: Mailbox, round: Round): Promise<boolean> {
    const { tenantId, mailbox, stored } = place;
    const changes: Change[] = round.wanted.flatMap((wanted) => wanted.changes);
    const hasGate = writes(place, round) && (stored !== undefined || round.gate !== emptyGate);
    if (hasGate) changes.push({ kind: 'gate', mailbox, gate: round.gate, etag: stored?.etag });
    let etags: readonly string[] = [];
    if (changes.length > 0) {
      const written = await this.#store.commit(tenantId, changes);
      if (written === undefined) return false;
      etags = written;
    }
    if (hasGate) place.stored = { gate: round.gate, etag: etags.at(-1) ?? '' };
    let first = 0;
    for (const { changes: own, done } of round.wanted) {
      done(etags.slice(first, first + own.length));
      first += own.length;
    }
    return true;
  }
}

/** With rows of its own a round writes the gate in any case: that also shows that it was decided on what stands. */
function writes({ stored }: Mailbox, { gate, wanted }: Round): boolean {
  return gate !== (stored?.gate ?? emptyGate) || wanted.some(({ changes }) => changes.length > 0);
}

function newMailbox(tenantId: string, mailbox: string): Mailbox {
  const unknown = { stored: undefined, refused: undefined, isContended: false, isBusy: false };
  return { tenantId, mailbox, waiting: [], ...unknown };
}

const versionOf = ({ stored }: Mailbox): string => stored?.etag ?? 'none';

function tooManyWriters(): TenantpostError {
  return new TenantpostError('STORAGE_UNAVAILABLE', "A mailbox's gate is being written by too many at once.");
}
