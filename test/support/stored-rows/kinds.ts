/** Which kind of row it is, by where it stands. */

import type { RowKind } from '../../../shared/adapters/storage/row-schema.ts';
import type { StoredRow } from './storage-file.ts';

export function kindOf({ table, partitionKey, rowKey }: Pick<StoredRow, 'table' | 'partitionKey' | 'rowKey'>): RowKind {
  switch (table) {
    case 'tenants':
      return 'tenant';
    case 'consents':
      return 'consentEvent';
    case 'invitations':
      if (partitionKey === 'state') return 'consentState';
      return partitionKey === 'console-session' ? 'consoleSession' : 'invitation';
    case 'mail':
      if (partitionKey === '!retention') return 'retentionPosition';
      if (rowKey.startsWith('!poison ')) return 'poisonEntry';
      return rowKey.startsWith('!gate ') ? 'gate' : 'outcome';
    case 'tokens':
      if (partitionKey === 'data-key') return 'dataKey';
      return rowKey.endsWith(' renewal') ? 'renewalClaim' : 'token';
    case 'credentials':
      return partitionKey === 'use' ? 'credentialUse' : 'expiryWarning';
    case 'checks':
      return 'failingCheck';
  }
}
