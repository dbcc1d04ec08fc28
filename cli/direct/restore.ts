/** Writes rows of a backup into the tables, where there are none under their keys: what is there is newer, and stays. */

import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { insertIfAbsent } from '../../shared/adapters/storage/table-own-write.ts';
import { type StorageClients, storageCall } from '../../shared/adapters/storage/storage-clients.ts';
import { UsageError } from '../failure.ts';
import { firstLine, lastLine, type RowLine, rowLine } from './backup-lines.ts';

interface Wanted {
  readonly account: Pick<StorageClients, 'table'>;
  readonly file: string;
  readonly signal: AbortSignal;
  readonly onRows: (rows: number) => void;
}

interface Restored {
  readonly written: number;
  /** Rows that were there. */
  readonly kept: number;
}

const atOnce = 16;

/** @throws UsageError for a file that is no whole backup: nothing is written then. */
export async function restore({ account, file, signal, onRows }: Wanted): Promise<Restored> {
  await requireWhole(file);
  const done = { written: 0, kept: 0 };
  const rows = rowsOf(file);
  const lane = async (): Promise<void> => {
    for await (const { table, partitionKey, rowKey, columns } of rows) {
      signal.throwIfAborted();
      const entity = { ...columns, partitionKey, rowKey };
      const etag = await storageCall(`write into the table ${table}`, () =>
        insertIfAbsent(account.table(table), entity),
      );
      done[etag === undefined ? 'kept' : 'written'] += 1;
      if ((done.written + done.kept) % 1000 === 0) onRows(done.written + done.kept);
    }
  };
  // All lanes take from one reader, and so each row once.
  await Promise.all(Array.from({ length: atOnce }, lane));
  return done;
}

async function* lines(file: string): AsyncIterable<unknown> {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Infinity })) {
    try {
      yield JSON.parse(line) as unknown;
    } catch (cause) {
      throw new UsageError(`${file} is no backup: a line is no JSON.`, { cause });
    }
  }
}

async function requireWhole(file: string): Promise<void> {
  let [place, last]: [number, unknown] = [0, undefined];
  for await (const line of lines(file)) {
    if (place === 0 && !firstLine.safeParse(line).success) {
      throw new UsageError(`${file} is no backup that this version of the command has made.`);
    }
    if (place > 1 && !rowLine.safeParse(last).success) throw new UsageError(`${file}: line ${place} is no row.`);
    place += 1;
    last = line;
  }
  if (lastLine.safeParse(last).data?.rows !== place - 2) {
    throw new UsageError(`${file} is not whole: it ends before its last line, or lines are missing.`);
  }
}

async function* rowsOf(file: string): AsyncGenerator<RowLine> {
  for await (const line of lines(file)) {
    const { success, data } = rowLine.safeParse(line);
    if (success) yield data;
  }
}
