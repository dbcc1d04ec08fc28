/** A poison entry as a row of the table `mail`. */

import { z } from 'zod';
import type { Failure } from '../../checks/overview-sources.ts';
import { errorCodes, errorMeanings } from '../../errors.ts';
import { outcomeStates, transportNames } from '../../mail/outcome.ts';
import type { PoisonEntry } from '../../mail/poison.ts';
import { rowSchemas, schemaOf } from './row-schema.ts';

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
  schema: schemaOf('poisonEntry'),
  transport: z.enum(transportNames),
  at: z.date(),
  endedAs: z.enum(outcomeStates).optional(),
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

/** Without the text, for lists and figures. */
const failure = row.omit({ chunks: true });

export const failureColumns: readonly string[] = Object.keys(failure.shape).filter((name) => !/Key$/.test(name));

/** @throws z.ZodError for a row that this version cannot read. */
export function readFailureRow(entity: object): Failure {
  const { partitionKey, rowKey, at, endedAs, ...columns } = failure.parse(entity);
  const { transport, code, message, remedy, owner } = columns;
  // An earlier version did not say it; what nobody knows to have left has a code of its own.
  const state = endedAs ?? (errorMeanings[code].disposition === 'unknown' ? 'unknown' : 'failed');
  const id = rowKey.slice(poisonPrefix.length);
  return { tenantId: partitionKey, id, transport, at: at.getTime(), state, code, message, remedy, owner };
}

export function poisonRow({ tenantId, id, transport, at, state, reason, text }: PoisonEntry) {
  const octets = Buffer.from(text);
  const count = Math.ceil(octets.length / chunkBytes);
  const chunks = Array.from({ length: count }, (_, place) => {
    return [`text${place}`, octets.subarray(place * chunkBytes, (place + 1) * chunkBytes)] as const;
  });
  return {
    partitionKey: tenantId,
    rowKey: poisonPrefix + id,
    schema: rowSchemas.poisonEntry,
    transport,
    at: new Date(at),
    ...(state === undefined ? {} : { endedAs: state }),
    ...reason,
    chunks: count,
    ...Object.fromEntries(chunks),
  };
}

/** @throws z.ZodError for a row that this version cannot read. */
export function readPoisonRow(entity: object): PoisonEntry {
  const { partitionKey, rowKey, transport, at, ...columns } = row.parse(entity);
  const { code, message, remedy, owner, field, expected, endedAs, chunks } = columns;
  const byName = new Map<string, unknown>(Object.entries(entity));
  const octets = Array.from({ length: chunks }, (_, place) => chunk.parse(byName.get(`text${place}`)));
  return {
    tenantId: partitionKey,
    id: rowKey.slice(poisonPrefix.length),
    transport,
    at: at.getTime(),
    ...(endedAs === undefined ? {} : { state: endedAs }),
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
