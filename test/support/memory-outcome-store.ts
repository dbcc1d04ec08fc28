/** Outcomes in a map, with the versions of a table: an insert that finds a row and a replace that is late do nothing. */

import type { Outcome, OutcomeStore, StoredOutcome } from '../../shared/mail/outcome.ts';

export class MemoryOutcomeStore implements OutcomeStore {
  readonly #rows = new Map<string, StoredOutcome>();
  #version = 0;
  /** Each row that was ever written, in order. */
  readonly written: Outcome[] = [];

  insert(outcome: Outcome): Promise<string | undefined> {
    const taken = this.#rows.has(keyOf(outcome.tenantId, outcome.id));
    return Promise.resolve(taken ? undefined : this.put(outcome));
  }

  read(tenantId: string, id: string): Promise<StoredOutcome | undefined> {
    return Promise.resolve(this.#rows.get(keyOf(tenantId, id)));
  }

  replace(outcome: Outcome, etag: string): Promise<string | undefined> {
    const current = this.#rows.get(keyOf(outcome.tenantId, outcome.id));
    return Promise.resolve(current?.etag === etag ? this.put(outcome) : undefined);
  }

  /** Writes past the port, as another worker would. @returns the new version. */
  put(outcome: Outcome): string {
    const etag = `W/"${(this.#version += 1)}"`;
    this.#rows.set(keyOf(outcome.tenantId, outcome.id), { outcome, etag });
    this.written.push(outcome);
    return etag;
  }

  /** The row under an id, for assertions. */
  row(tenantId: string, id: string): Outcome | undefined {
    return this.#rows.get(keyOf(tenantId, id))?.outcome;
  }
}

function keyOf(tenantId: string, id: string): string {
  return `${tenantId} ${id}`;
}
