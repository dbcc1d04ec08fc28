/** Writes rows of the tables into a file. */

import { open, rm } from 'node:fs/promises';
import { z } from 'zod';
import { type StorageClients, storageCall } from '../../shared/adapters/storage/storage-clients.ts';
import { backedUp, isWorthKeeping, type RowLine, rowLine } from './backup-lines.ts';

interface Wanted {
  readonly account: Pick<StorageClients, 'table'>;
  readonly file: string;
  readonly withPoison: boolean;
  readonly signal: AbortSignal;
  readonly onRows: (rows: number) => void;
}

/** The service's own, which a row gets anew wherever it is written. */
const ofService = ['partitionKey', 'rowKey', 'etag', 'timestamp'];
const keys = z.looseObject({ partitionKey: z.string(), rowKey: z.string() });

/**
 * A file that is there already is left alone; one that was not finished is removed.
 *
 * @returns how many rows of each table.
 */
export async function backUp({ account, file, withPoison, signal, onRows }: Wanted): Promise<Record<string, number>> {
  // For nobody else: the rows name tenants, addresses and, with poison, what was to be sent to whom.
  const out = await open(file, 'wx', 0o600);
  const counts: Record<string, number> = {};
  let rows = 0;
  const write = async (...lines: object[]): Promise<void> => {
    await out.appendFile(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
  };
  try {
    await write({ backup: 'tenantpost', version: 1, at: new Date().toISOString() });
    for (const table of backedUp) {
      const pages = account.table(table).listEntities({ disableTypeConversion: true }).byPage({ maxPageSize: 1000 });
      counts[table] = 0;
      for (;;) {
        signal.throwIfAborted();
        const page = await storageCall(`read the table ${table}`, () => pages.next());
        if (page.done === true) break;
        const wanted = page.value
          .map((entity) => lineOf(table, entity))
          .filter((line) => isWorthKeeping(line, withPoison));
        await write(...wanted);
        counts[table] += wanted.length;
        rows += wanted.length;
        onRows(rows);
      }
    }
    await write({ rows });
    await out.close();
    return counts;
  } catch (error) {
    await out.close();
    await rm(file, { force: true });
    throw error;
  }
}

function lineOf(table: RowLine['table'], entity: object): RowLine {
  const { partitionKey, rowKey, ...others } = keys.parse(entity);
  const columns = Object.entries(others).filter(([name]) => !ofService.includes(name) && !name.startsWith('odata.'));
  return rowLine.parse({ table, partitionKey, rowKey, columns: Object.fromEntries(columns) });
}
