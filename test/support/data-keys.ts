/** Data keys in empty tables of a storage account, wrapped by the vault of its cloud. */

import { createHash } from 'node:crypto';
import type { TableClient } from '@azure/data-tables';
import { VaultDataKeys, type VaultDataKeysOptions } from '../../shared/adapters/vault/vault-data-keys.ts';
import { noon } from './clock.ts';
import { vendor } from './cloud.ts';
import { managedIdentity } from './managed-identity.ts';
import { recordingLog } from './recording-log.ts';
import type { StorageAccounts } from './storage-accounts.ts';
import { vaultClients } from './vault-clients.ts';

export const digestOf = (key: Uint8Array): string => createHash('sha256').update(key).digest('hex');

export function aDataKeySetup({ cloud, byIdentity }: StorageAccounts) {
  let count = 0;
  /** A client of its own each time, which knows nothing of the keys yet. */
  const vault = () => vaultClients(cloud.urls.vault, managedIdentity(cloud));
  /** A table that holds nothing yet: the data keys are one set to a table. */
  const emptyTable = async (account = byIdentity): Promise<TableClient> => {
    const table = account.clients.table(`tokens${(count += 1)}`);
    await table.createTable();
    return table;
  };
  const dataKeysIn = (table: TableClient, overrides: Partial<VaultDataKeysOptions> = {}): VaultDataKeys =>
    new VaultDataKeys({
      ...vault(),
      table,
      wrappingKeyName: vendor.wrappingKeyName,
      now: () => noon,
      log: recordingLog().log,
      ...overrides,
    });
  const newestIn = async (table: TableClient): Promise<Uint8Array> => (await dataKeysIn(table).current()).bytes;
  return { vault, emptyTable, dataKeysIn, newestIn };
}
