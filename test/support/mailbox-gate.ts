/** Processes at the gate of one mailbox, all in this one, over a store in memory. */

import assert from 'node:assert/strict';
import { setImmediate as turnOfEventLoop } from 'node:timers/promises';
import type { GateState } from '../../shared/mail/gate/gate-state.ts';
import type { Change } from '../../shared/mail/mail-store.ts';
import { type GateChange, MailboxGate } from '../../shared/mail/gate/mailbox-gate.ts';
import { contoso } from './app-identity.ts';
import { noon } from './clock.ts';
import { MemoryMailStore } from './memory-mail-store.ts';
import { anOutcome } from './outcome.ts';

export const mailbox = 'post@contoso.example';

/** A store that answers in a later turn of the event loop, as over a network. */
export class SlowStore extends MemoryMailStore {
  override async readGate(tenantId: string, address: string) {
    await turnOfEventLoop();
    return super.readGate(tenantId, address);
  }
  override async commit(tenantId: string, changes: readonly Change[]) {
    await turnOfEventLoop();
    const written = super.commit(tenantId, changes);
    await turnOfEventLoop();
    return written;
  }
}

export function world(store = new SlowStore()) {
  return {
    store,
    open: () =>
      new MailboxGate(
        store,
        () => noon,
        () => turnOfEventLoop(),
      ),
  };
}

export const outcomeChange = (id: string, etag?: string): Change => ({
  kind: 'outcome',
  outcome: anOutcome({ id }),
  etag,
});

/** Counts itself in the gate, with rows of its own if there are any. */
export const count =
  (...changes: Change[]) =>
  (gate: GateState) => ({ gate: { ...gate, waiting: gate.waiting + 1 }, changes, result: gate.waiting });

export const waitingIn = async (store: MemoryMailStore): Promise<number | undefined> =>
  (await store.readGate(contoso, mailbox))?.gate.waiting;

export function done<T>(change: GateChange<T>): { result: T; etags: readonly string[] } {
  assert.ok(change.kind === 'done');
  return change;
}
