/** Pages of a table's rows for callers over HTTP: a page ends with a token that only says where the next one begins. */

import type { TableClient } from '@azure/data-tables';
import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import { storageCall } from './storage-clients.ts';

/** The service takes no more a page: https://learn.microsoft.com/rest/api/storageservices/query-timeout-and-pagination. */
const mostRows = 1000;

const token = z.strictObject({ partition: z.string(), next: z.string().min(1).max(4000) });

export interface RowQuery {
  readonly attempted: string;
  readonly partition: string;
  readonly filter: string;
  readonly pageSize: number;
  readonly continuation?: string | undefined;
}

export interface RowPage {
  /** A page may be short, or empty, and have a continuation: the service looks at so many rows at a time. */
  readonly rows: readonly object[];
  readonly continuation?: string;
}

/** @throws TenantpostError `REQUEST_INVALID` for a continuation that no page of this partition ended with. */
export async function readPage(table: TableClient, query: RowQuery): Promise<RowPage> {
  const { attempted, partition, filter, pageSize, continuation } = query;
  const start = continuation === undefined ? {} : { continuationToken: read(continuation, partition) };
  const pages = table
    .listEntities({ queryOptions: { filter } })
    .byPage({ maxPageSize: Math.min(pageSize, mostRows), ...start });
  const page = await storageCall(attempted, () => (continuation === undefined ? pages.next() : refusing(pages.next())));
  if (page.done === true) return { rows: [] };
  const { continuationToken: next } = page.value;
  return next === undefined ? { rows: page.value } : { rows: page.value, continuation: write({ partition, next }) };
}

function write(position: z.infer<typeof token>): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url');
}

function read(continuation: string, partition: string): string {
  try {
    const position = token.parse(JSON.parse(Buffer.from(continuation, 'base64url').toString()));
    if (position.partition === partition) return position.next;
  } catch {
    // Below.
  }
  throw refused();
}

/** The service cannot go on there: it answers 400, or the client cannot read the place. */
async function refusing<T>(page: Promise<T>): Promise<T> {
  try {
    return await page;
  } catch (error) {
    if (error instanceof SyntaxError || z.object({ statusCode: z.literal(400) }).safeParse(error).success)
      throw refused();
    throw error;
  }
}

function refused(): TenantpostError {
  return new TenantpostError('REQUEST_INVALID', 'The continuation is none that this app gave.', {
    detail: { field: '/continuation', expected: 'the continuation of the page before, as it was' },
  });
}
