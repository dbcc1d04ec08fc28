/** Takes a mail job back before it leaves, or keeps one that has not come yet from ever leaving. */

import type { Clock } from '../../clock.ts';
import { TenantpostError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { changeRow } from '../sending/change-row.ts';
import type { Events } from '../events.ts';
import { giveUp } from '../gate/gate-state.ts';
import { measureEnd, type Measuring } from '../sending/measure-end.ts';
import type { MailStore } from '../mail-store.ts';
import type { MailboxGate } from '../gate/mailbox-gate.ts';
import type { Outcome, StoredOutcome } from '../outcome.ts';

interface Dependencies extends Measuring {
  readonly store: Pick<MailStore, 'read' | 'commit'>;
  readonly gate: MailboxGate;
  readonly events: Events;
  readonly now: Clock;
  readonly log: Log;
}

export class CancelJob {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** @throws TenantpostError `JOB_ENDED` when it is too late; the detail has the state. */
  async cancel(tenantId: string, id: string): Promise<Outcome> {
    const { store, events, now, log } = this.#with;
    const cancelled = await changeRow(store, { tenantId, id }, undefined, async (stored) => {
      // Said before: whoever had no answer asks again, and so it is published again.
      if (stored?.outcome.state === 'cancelled') return stored.outcome;
      const outcome = cancelledRow(tenantId, id, stored, now());
      if (!(await this.#write(outcome, stored))) return undefined;
      measureEnd(this.#with, outcome);
      return outcome;
    });
    log('information', 'job.cancelled', { tenantId, id });
    await events.publish(cancelled);
    return cancelled;
  }

  /** With the turn that it gives up, if it has one: others are not to wait behind it. */
  async #write(outcome: Outcome, stored: StoredOutcome | undefined): Promise<boolean> {
    const { store, gate } = this.#with;
    const { tenantId } = outcome;
    const change = { kind: 'outcome', outcome, etag: stored?.etag } as const;
    const { code, mailbox, notBefore } = stored?.outcome ?? {};
    const hasTurn = code === 'MAILBOX_PACED' || code === 'MAILBOX_QUOTA';
    if (!hasTurn || mailbox === undefined || notBefore === undefined) {
      return (await store.commit(tenantId, [change])) !== undefined;
    }
    const done = await gate.change(tenantId, mailbox, (state, at) => {
      return { gate: giveUp(state, notBefore, at), changes: [change], result: undefined };
    });
    return done.kind === 'done';
  }
}

function cancelledRow(tenantId: string, id: string, stored: StoredOutcome | undefined, at: number): Outcome {
  const ended = { state: 'cancelled', updatedAt: at, endedAt: at } as const;
  // Without a fingerprint it stands for whatever job comes under this id. Nobody knows which transport that would take.
  if (stored === undefined) {
    return { tenantId, id, transport: 'graph', fingerprint: '', tries: 0, createdAt: at, ...ended };
  }
  const { state, resends } = stored.outcome;
  if (state !== 'scheduled' || resends !== undefined) {
    const message =
      state === 'sending' || state === 'scheduled'
        ? 'The mail job is leaving, or may have left.'
        : `The mail job has ended: it is ${state}.`;
    throw new TenantpostError('JOB_ENDED', message, { detail: { tenantId, id, state } });
  }
  const { notBefore: _, code: __, field: ___, expected: ____, ...facts } = stored.outcome;
  return { ...facts, ...ended };
}
