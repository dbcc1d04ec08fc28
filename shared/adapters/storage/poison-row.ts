/** A poison entry as a row of the table `mail`. */

import { z } from 'zod';
import { errorCodes } from '../../errors.ts';
import { transportNames } from '../../mail/outcome.ts';
import type { PoisonEntry } from '../../mail/poison.ts';

/** '!' cannot stand in a mail job's id, and sorts before everything that can. */
export const poisonPrefix = '!poison ';

/**
 * What a binary column holds:
 * https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
 */
const chunkBytes = 64 * 1024;

const row = z.object({
  partitionKey: z.string(),
  rowKey: z.string().startsWith(poisonPrefix),
  schema: z.literal(1),
  transport: z.enum(transportNames),
  at: z.date(),
  // A later version may have written a code that this one does not know; what it means stands beside it.
  code: z.enum(errorCodes).catch('UNEXPECTED'),
  message: z.string(),
  remedy: z.string(),
  owner: z.enum(['operator', 'tenant admin']),
  field: z.string().optional(),
  expected: z.string().optional(),
  chunks: z.number(),
});

const chunk = z.instanceof(Uint8Array);

export function poisonRow({ tenantId, id, transport, at, reason, text }: PoisonEntry) {
  const octets = Buffer.from(text);
  const count = Math.ceil(octets.length / chunkBytes);
  const chunks = Array.from({ length: count }, (_, place) => {
    return [`text${place}`, octets.subarray(place * chunkBytes, (place + 1) * chunkBytes)] as const;
  });
  return {
    partitionKey: tenantId,
    rowKey: poisonPrefix + id,
    schema: 1,
    transport,
    at: new Date(at),
    ...reason,
    chunks: count,
    ...Object.fromEntries(chunks),
  };
}

/** @throws z.ZodError for a row that this version cannot read. */
export function readPoisonRow(entity: object): PoisonEntry {
  const { partitionKey, rowKey, transport, at, ...columns } = row.parse(entity);
  const { code, message, remedy, owner, field, expected, chunks } = columns;
  const byName = new Map<string, unknown>(Object.entries(entity));
  const octets = Array.from({ length: chunks }, (_, place) => chunk.parse(byName.get(`text${place}`)));
  return {
    tenantId: partitionKey,
    id: rowKey.slice(poisonPrefix.length),
    transport,
    at: at.getTime(),
    reason: {
      code,
      message,
      remedy,
      owner,
      ...(field === undefined ? {} : { field }),
      ...(expected === undefined ? {} : { expected }),
    },
    text: Buffer.concat(octets).toString(),
  };
}
