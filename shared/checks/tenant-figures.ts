/** One tenant's mail for people: its mailboxes, what became of its latest jobs, and what lies in poison. */

import { type Clock, hours, seconds } from '../clock.ts';
import { describe, type Limits } from '../mail/gate/gate-state.ts';
import type { GateView } from '../mail/gate/gate-view.ts';
import type { MailStore } from '../mail/mail-store.ts';
import type { Outcome } from '../mail/outcome.ts';
import { heldMailbox, jobsOf, sentOf } from './mail-summary.ts';
import type { FailedJob, HeldMailbox } from './overview-answer.ts';
import type { MailFigures } from './overview-sources.ts';

export interface MailboxFigures {
  readonly mailbox: string;
  readonly lastHour: number;
  readonly lastDay: number;
  readonly view: GateView;
  readonly held: HeldMailbox | undefined;
}

export interface TenantFigures {
  /** When it was read: epoch milliseconds. */
  readonly at: number;
  readonly mailboxes: readonly MailboxFigures[];
  /** The newest first. */
  readonly outcomes: readonly Outcome[];
  readonly failures: readonly FailedJob[];
  /** False when there was more than is read: the newest may be among what was not. */
  readonly complete: boolean;
}

interface Dependencies {
  readonly mail: Pick<MailFigures, 'read'>;
  readonly store: Pick<MailStore, 'list'>;
  readonly limits: Limits;
  readonly now: Clock;
}

const mostRows = 1000;
const mostShown = 25;

/** Outcomes lie in the order of their ids: the newest are found by looking at all of a day. */
const mostPages = 8;
const longest = 4 * seconds;

export class ReadTenantFigures {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  async of(tenantId: string): Promise<TenantFigures> {
    const { mail, limits, now } = this.#with;
    const at = now();
    const [{ gates, failures, complete }, latest] = await Promise.all([
      mail.read(tenantId, mostRows),
      this.#latest(tenantId, at),
    ]);
    return {
      at,
      mailboxes: gates.map((one) => {
        const { lastHour, lastDay } = sentOf([one], at);
        const view = describe(one.gate, at, limits);
        return { mailbox: one.mailbox, lastHour, lastDay, view, held: heldMailbox(one, at, limits) };
      }),
      outcomes: latest.outcomes,
      failures: jobsOf(failures, mostShown),
      complete: complete && latest.complete,
    };
  }

  async #latest(tenantId: string, at: number): Promise<{ outcomes: readonly Outcome[]; complete: boolean }> {
    const found: Outcome[] = [];
    let continuation: string | undefined;
    let complete = false;
    let unreadable = 0;
    for (let page = 0; page < mostPages && !complete && this.#with.now() < at + longest; page += 1) {
      const query = { from: at - 24 * hours, pageSize: 500, continuation };
      const listed = await this.#with.store.list(tenantId, query);
      found.push(...listed.items);
      unreadable += listed.unreadable ?? 0;
      continuation = listed.continuation;
      complete = continuation === undefined;
    }
    found.sort((a, b) => b.updatedAt - a.updatedAt || (a.id < b.id ? -1 : 1));
    return { outcomes: found.slice(0, mostShown), complete: complete && unreadable === 0 };
  }
}
