/** A backup of tables as lines of JSON: a first one that says what it is, one for each row, and a last one with their number. */

import { z } from 'zod';
import { tables } from '../../shared/names.ts';

export const backedUp = [tables.consents, tables.invitations, tables.mail, tables.tenants] as const;

export const firstLine = z.strictObject({
  backup: z.literal('tenantpost'),
  version: z.literal(1),
  at: z.iso.datetime(),
});

const column = z.union([
  z.string(),
  z.boolean(),
  z.strictObject({
    type: z.enum(['String', 'Boolean', 'Int32', 'Int64', 'Double', 'DateTime', 'Binary', 'Guid']),
    value: z.union([z.string(), z.boolean()]),
  }),
]);
export const rowLine = z.strictObject({
  table: z.enum(backedUp),
  partitionKey: z.string(),
  rowKey: z.string(),
  columns: z.record(z.string(), column),
});
export type RowLine = z.infer<typeof rowLine>;

export const lastLine = z.strictObject({ rows: z.int().min(0) });

/**
 * What is worth keeping, by docs/recovery.md. Gates say what was sent lately and tokens can be had anew; sessions of the console
 * are nobody's to bring back.
 */
export function isWorthKeeping(
  { table, partitionKey, rowKey }: Pick<RowLine, 'table' | 'partitionKey' | 'rowKey'>,
  withPoison: boolean,
): boolean {
  if (table === tables.invitations) return partitionKey === 'invitation' || partitionKey === 'state';
  if (table !== tables.mail) return true;
  if (partitionKey.startsWith('!')) return false;
  return !rowKey.startsWith('!') || (withPoison && rowKey.startsWith('!poison '));
}
