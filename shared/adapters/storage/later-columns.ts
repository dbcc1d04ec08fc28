/**
 * Columns of a row that this release has no name for: a newer one wrote them, and may be put in place again. A row that is
 * replaced as a whole would lose them, so they are written again with it.
 */

/** The service's own, and the mark of a write. */
const ofEveryRow = ['partitionKey', 'rowKey', 'etag', 'timestamp', 'writeId'];

/** Rows of a newer release that wait to be replaced. What is forgotten of more than these is a column, and no row. */
const mostRows = 1000;

interface Kept {
  readonly etag: string;
  readonly columns: Readonly<Record<string, unknown>>;
}

interface Key {
  readonly partitionKey: string;
  readonly rowKey: string;
}

export class LaterColumns {
  readonly #kept = new Map<string, Kept>();

  /** @param known the names of the columns that this release writes itself. */
  met(row: Key & { readonly etag: string }, known: readonly string[]): void {
    const name = nameOf(row);
    const isLater = (column: string): boolean =>
      !known.includes(column) && !ofEveryRow.includes(column) && !column.startsWith('odata.');
    const columns = Object.entries(row).filter(([column]) => isLater(column));
    if (columns.length > 0) this.#keep(name, { etag: row.etag, columns: Object.fromEntries(columns) });
    else this.#kept.delete(name);
  }

  /** Of the row at the version that it is replaced at. */
  of(key: Key, etag: string): Kept['columns'] {
    const kept = this.#kept.get(nameOf(key));
    return kept?.etag === etag ? kept.columns : {};
  }

  /** The row was replaced: who replaces it next has not read it since. */
  replaced(key: Key, before: string, now: string): void {
    const kept = this.#kept.get(nameOf(key));
    if (kept?.etag === before) this.#keep(nameOf(key), { ...kept, etag: now });
  }

  #keep(name: string, kept: Kept): void {
    this.#kept.delete(name);
    this.#kept.set(name, kept);
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > mostRows && oldest !== undefined) this.#kept.delete(oldest);
  }
}

const nameOf = ({ partitionKey, rowKey }: Key): string => `${partitionKey} ${rowKey}`;
