/**
 * The version of each kind of row. It is raised only by a release whose rows an earlier one would misread; a further column
 * alone does not raise it. docs/upgrade.md has the rule, and the releases that raised one.
 */

import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';

export const rowSchemas = {
  tenant: 1,
  consentEvent: 1,
  invitation: 1,
  consentState: 1,
  consoleSession: 1,
  outcome: 1,
  poisonEntry: 1,
  gate: 1,
  retentionPosition: 1,
  token: 1,
  renewalClaim: 1,
  dataKey: 1,
  credentialUse: 1,
  expiryWarning: 1,
  failingCheck: 1,
} as const;
export type RowKind = keyof typeof rowSchemas;

/** The column as it is read: rows of the first release had none but in the table `mail`. */
export const schemaOf = (kind: RowKind) => z.int().min(1).max(rowSchemas[kind]).default(1);

const version = z.object({ schema: z.int() });

/** @throws TenantpostError `ROW_UNREADABLE` */
export function readRow<T>(kind: RowKind, row: object, read: (row: object) => T): T {
  try {
    return read(row);
  } catch (cause) {
    const { success, data } = version.safeParse(row);
    const isNewer = success && data.schema > rowSchemas[kind];
    const message = isNewer
      ? `A row (${kind}) was written by a newer release: its schema is ${data.schema}, and this one reads up to ${rowSchemas[kind]}.`
      : `A row (${kind}) is not as this release or an earlier one writes it.`;
    throw new TenantpostError('ROW_UNREADABLE', message, { cause, detail: { kind, ...(isNewer && data) } });
  }
}

/** Those that this release can read, and how many it cannot: one row is not to take a whole list away. */
export function readRows<T>(
  kind: RowKind,
  rows: readonly object[],
  read: (row: object) => T,
): { readonly items: readonly T[]; readonly unreadable?: number } {
  const items: T[] = [];
  for (const row of rows) {
    try {
      items.push(readRow(kind, row, read));
    } catch (error) {
      if (!(error instanceof TenantpostError) || error.code !== 'ROW_UNREADABLE') throw error;
    }
  }
  const unreadable = rows.length - items.length;
  return unreadable === 0 ? { items } : { items, unreadable };
}
