/** A table in memory, as far as tokens are kept in one: what lies in it can be read and changed past every check. */

import { setImmediate as turn } from 'node:timers/promises';
import type { TableClient } from '@azure/data-tables';

export type Row = Readonly<Record<string, unknown>>;

export class MemoryTable {
  readonly rows = new Map<string, Row>();
  /** Called with each row that is read through the client. */
  onRead: (row: Row, key: string) => void = () => undefined;

  /** The four calls that the token store makes, each answered in a later turn, as by a network. */
  client(): TableClient {
    const client: Record<'getEntity' | 'upsertEntity' | 'deleteEntity', (...call: never[]) => Promise<unknown>> = {
      getEntity: async (partitionKey: string, rowKey: string) => {
        await turn();
        const key = `${partitionKey} ${rowKey}`;
        const row = this.rows.get(key);
        if (row === undefined) throw notFound();
        this.onRead(row, key);
        return row;
      },
      upsertEntity: async (row: { partitionKey: string; rowKey: string }) => {
        await turn();
        this.rows.set(`${row.partitionKey} ${row.rowKey}`, { ...row });
      },
      deleteEntity: async (partitionKey: string, rowKey: string) => {
        await turn();
        if (!this.rows.delete(`${partitionKey} ${rowKey}`)) throw notFound();
      },
    };
    // A whole TableClient has dozens of methods; the store would fail loudly if it called another one.
    return client as unknown as TableClient;
  }
}

function notFound(): Error {
  return Object.assign(new Error('There is no such row.'), {
    details: { odataError: { code: 'ResourceNotFound' } },
    statusCode: 404,
  });
}
