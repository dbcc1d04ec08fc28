/** A mailbox's gate for people: how it stands, and holding and releasing it. */

import type { Clock } from '../../clock.ts';
import { TenantpostError } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { describe, emptyGate, forgetTurns, type GateState, hold, type Limits, release } from '../gate/gate-state.ts';
import type { GateView } from '../gate/gate-view.ts';
import type { MailStore } from '../mail-store.ts';
import type { MailboxGate } from '../gate/mailbox-gate.ts';

interface Dependencies {
  readonly store: Pick<MailStore, 'readGate'>;
  readonly gate: MailboxGate;
  readonly limits: Limits;
  readonly now: Clock;
  readonly log: Log;
}

export interface Mailbox {
  readonly tenantId: string;
  /** Lower case. */
  readonly address: string;
  readonly view: GateView;
}

export interface HoldWish {
  /** Epoch milliseconds. */
  readonly until?: number | undefined;
  readonly reason?: string | undefined;
}

export class Mailboxes {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /** Of a mailbox from which nothing has been sent, all is free: whether there is such a mailbox, nobody asks here. */
  async read(tenantId: string, mailbox: string): Promise<Mailbox> {
    const { store, now, limits } = this.#with;
    const address = mailbox.toLowerCase();
    const stored = await store.readGate(tenantId, address);
    return { tenantId, address, view: describe(stored?.gate ?? emptyGate, now(), limits) };
  }

  /** @throws TenantpostError `REQUEST_INVALID` for a hold that would be over. */
  async hold(tenantId: string, mailbox: string, { until, reason }: HoldWish): Promise<Mailbox> {
    if (until !== undefined && until <= this.#with.now()) {
      throw new TenantpostError('REQUEST_INVALID', 'The hold would be over before it begins.', {
        detail: { field: '/until', expected: 'a time that is not over' },
      });
    }
    const asked = {
      by: 'operator',
      code: 'MAILBOX_HELD',
      ...(until === undefined ? {} : { until }),
      ...(reason === undefined ? {} : { reason }),
    } as const;
    const held = await this.#change(tenantId, mailbox, (gate, at) => hold(gate, { ...asked, since: at }));
    this.#with.log('warning', 'mailbox.held', { tenantId, until });
    return held;
  }

  /**
   * What comes from now on does not wait behind turns that were given for the end of the hold; who has one keeps it. A hold
   * without an end has given none: turns of before stand in their order.
   */
  async release(tenantId: string, mailbox: string): Promise<Mailbox> {
    const released = await this.#change(tenantId, mailbox, (gate, at) =>
      gate.hold?.until === undefined ? release(gate) : forgetTurns(release(gate), at),
    );
    this.#with.log('information', 'mailbox.released', { tenantId });
    return released;
  }

  async #change(tenantId: string, mailbox: string, next: (gate: GateState, at: number) => GateState): Promise<Mailbox> {
    const { gate, limits } = this.#with;
    const address = mailbox.toLowerCase();
    const changed = await gate.change(tenantId, address, (state, at) => {
      const after = next(state, at);
      return { gate: after, changes: [], result: describe(after, at, limits) };
    });
    // There is no row but the gate's own that another writer could have changed.
    if (changed.kind === 'conflict') throw new TenantpostError('STORAGE_UNAVAILABLE', 'The gate could not be written.');
    return { tenantId, address, view: changed.result };
  }
}
