/** What one commit of a mailbox's gate is to write: as many of the changes that were asked for as fit into a transaction. */

import type { GateState } from './gate-state.ts';
import type { Change } from '../mail-store.ts';

/** An operation whose caller waits. */
export interface Asked {
  /** Runs it on a gate. @returns what it wants written, and how to tell its caller once that has happened. */
  readonly run: (gate: GateState, now: number) => Wanted;
  readonly conflict: () => void;
  readonly fail: (error: unknown) => void;
}

interface Wanted {
  readonly gate: GateState;
  readonly changes: readonly Change[];
  readonly done: (etags: readonly string[]) => void;
}

/** What one commit is to write. */
export interface Round {
  readonly asked: readonly Asked[];
  readonly wanted: readonly Wanted[];
  readonly failed: readonly { readonly one: Asked; readonly error: unknown }[];
  readonly gate: GateState;
}

/** A transaction takes a hundred rows and 4 MiB, and a poison entry may have 64 KiB, which base64 makes a third longer. */
const mostWeight = 96;
const weightOf = ({ kind }: Change): number => (kind === 'poison' ? 3 : 1);

/** Runs as many of the operations, one upon the other, as fit into one transaction, in which a row may stand only once. */
export function compose(waiting: readonly Asked[], before: GateState, now: number): Round {
  const asked: Asked[] = [];
  const wanted: Wanted[] = [];
  const failed: { one: Asked; error: unknown }[] = [];
  let gate = before;
  const rows = new Set<string>();
  let weight = 0;
  for (const one of waiting) {
    if (weight >= mostWeight) break;
    try {
      const next = one.run(gate, now);
      const keys = next.changes.map(keyOf);
      const more = next.changes.reduce((sum, change) => sum + weightOf(change), 0);
      if (weight > 0 && (weight + more > mostWeight || keys.some((key) => rows.has(key)))) continue;
      for (const key of keys) rows.add(key);
      asked.push(one);
      wanted.push(next);
      gate = next.gate;
      weight += more;
    } catch (error) {
      failed.push({ one, error });
    }
  }
  return { asked, wanted, failed, gate };
}

function keyOf(change: Change): string {
  switch (change.kind) {
    case 'outcome':
      return `outcome ${change.outcome.id}`;
    case 'poison':
      return `poison ${change.entry.id}`;
    case 'no-poison':
      return `poison ${change.id}`;
    case 'gate':
      return `gate ${change.mailbox}`;
  }
}
