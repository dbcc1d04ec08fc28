/** The table `mail` in memory, with its versions and its transactions: all of the changes are written, or none. */

import { TenantpostError } from '../../shared/errors.ts';
import type { Change, MailStore, OutcomeQuery, Page, StoredGate, StoredPoison } from '../../shared/mail/mail-store.ts';
import type { Outcome, StoredOutcome } from '../../shared/mail/outcome.ts';
import type { PoisonEntry } from '../../shared/mail/poison.ts';

type Row = Readonly<{ etag: string } & ({ outcome: Outcome } | { gate: StoredGate['gate'] } | { entry: PoisonEntry })>;

export class MemoryMailStore implements MailStore {
  readonly #rows = new Map<string, Row>();
  #version = 0;
  /** Each outcome that was ever written, in order. */
  readonly written: Outcome[] = [];
  /** Each entry that was ever put into poison, in order. */
  readonly poisoned: PoisonEntry[] = [];
  /** Each transaction that was asked for, whether it was written or not. */
  readonly commits: (readonly Change[])[] = [];
  readonly reads: string[] = [];

  read(tenantId: string, id: string): Promise<StoredOutcome | undefined> {
    const row = this.#find(tenantId, id);
    return Promise.resolve(row && 'outcome' in row ? { outcome: row.outcome, etag: row.etag } : undefined);
  }

  readGate(tenantId: string, mailbox: string): Promise<StoredGate | undefined> {
    const row = this.#find(tenantId, `!gate ${mailbox.toLowerCase()}`);
    return Promise.resolve(row && 'gate' in row ? { gate: row.gate, etag: row.etag } : undefined);
  }

  readPoison(tenantId: string, id: string): Promise<StoredPoison | undefined> {
    const row = this.#find(tenantId, `!poison ${id}`);
    return Promise.resolve(row && 'entry' in row ? { entry: row.entry, etag: row.etag } : undefined);
  }

  commit(tenantId: string, changes: readonly Change[]): Promise<readonly string[] | undefined> {
    this.commits.push(changes);
    const fits = changes.every((change) => this.#fits(tenantId, change));
    return Promise.resolve(fits ? changes.map((change) => this.#write(tenantId, change)) : undefined);
  }

  list(tenantId: string, { state, from = 0, to = Infinity, ...paging }: OutcomeQuery): Promise<Page<Outcome>> {
    const outcomes = this.#rowsOf(tenantId).flatMap((row) => ('outcome' in row ? [row.outcome] : []));
    const fitting = outcomes.filter(({ updatedAt }) => updatedAt >= from && updatedAt < to);
    return page(tenantId, state === undefined ? fitting : fitting.filter((one) => one.state === state), paging);
  }

  listPoison(tenantId: string, paging: Paging): Promise<Page<PoisonEntry>> {
    return page(
      tenantId,
      this.#rowsOf(tenantId).flatMap((row) => ('entry' in row ? [row.entry] : [])),
      paging,
    );
  }

  /** Writes past the port, as another worker would. @returns the new version. */
  put(outcome: Outcome): string {
    return this.#write(outcome.tenantId, { kind: 'outcome', outcome });
  }

  /** As retention does. */
  remove(tenantId: string, id: string): void {
    this.#rows.delete(keyOf(tenantId, id));
  }

  /** The row under an id, for assertions. */
  row(tenantId: string, id: string): Outcome | undefined {
    const row = this.#rows.get(keyOf(tenantId, id));
    return row && 'outcome' in row ? row.outcome : undefined;
  }

  #find(tenantId: string, rowKey: string): Row | undefined {
    const key = keyOf(tenantId, rowKey);
    this.reads.push(key);
    return this.#rows.get(key);
  }

  #rowsOf(tenantId: string): Row[] {
    const mine = [...this.#rows].filter(([key]) => key.startsWith(`${tenantId} `));
    return mine.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, row]) => row);
  }

  #fits(tenantId: string, change: Change): boolean {
    if (change.kind === 'poison' || change.kind === 'no-poison') return true;
    return this.#rows.get(keyOf(tenantId, rowKeyOf(change)))?.etag === change.etag;
  }

  #write(tenantId: string, change: Change): string {
    const key = keyOf(tenantId, rowKeyOf(change));
    if (change.kind === 'no-poison') {
      if (change.etag === undefined || this.#rows.get(key)?.etag === change.etag) this.#rows.delete(key);
      return '';
    }
    const etag = `W/"${(this.#version += 1)}"`;
    const { kind: _, ...row } = change;
    this.#rows.set(key, { ...row, etag });
    if (change.kind === 'outcome') this.written.push(change.outcome);
    if (change.kind === 'poison') this.poisoned.push(change.entry);
    return etag;
  }
}

type Paging = Pick<OutcomeQuery, 'pageSize' | 'continuation'>;

function page<T extends { readonly id: string }>(
  tenantId: string,
  all: readonly T[],
  paging: Paging,
): Promise<Page<T>> {
  const prefix = `after ${tenantId} `;
  const { pageSize, continuation = prefix } = paging;
  if (!continuation.startsWith(prefix)) {
    const message = 'The continuation is none that this app gave.';
    return Promise.reject(new TenantpostError('REQUEST_INVALID', message, { detail: { field: '/continuation' } }));
  }
  const rest = all.filter(({ id }) => id > continuation.slice(prefix.length));
  const items = rest.slice(0, pageSize);
  const last = items.at(-1);
  return Promise.resolve(last && rest.length > pageSize ? { items, continuation: prefix + last.id } : { items });
}

function rowKeyOf(change: Change): string {
  switch (change.kind) {
    case 'outcome':
      return change.outcome.id;
    case 'gate':
      return `!gate ${change.mailbox.toLowerCase()}`;
    case 'poison':
      return `!poison ${change.entry.id}`;
    case 'no-poison':
      return `!poison ${change.id}`;
  }
}

function keyOf(tenantId: string, rowKey: string): string {
  return `${tenantId} ${rowKey}`;
}
