/** A process of its own that reads the newest data key over https by its managed identity and prints a digest of it. */

import { createHash } from 'node:crypto';
import { ManagedIdentityCredential } from '@azure/identity';
import { z } from 'zod';
import { storageClients } from '../../shared/adapters/storage/storage-clients.ts';
import { VaultDataKeys } from '../../shared/adapters/vault/vault-data-keys.ts';
import { vaultClients } from './vault-clients.ts';

const settings = z
  .object({ CLIENT_ID: z.string(), TABLE_URL: z.string(), TABLE: z.string(), VAULT_URL: z.string(), KEY: z.string() })
  .parse(process.env);

const credential = new ManagedIdentityCredential({ clientId: settings.CLIENT_ID });
const urls = { blob: settings.TABLE_URL, queue: settings.TABLE_URL, table: settings.TABLE_URL };
const dataKeys = new VaultDataKeys({
  ...vaultClients(settings.VAULT_URL, credential),
  table: storageClients({ kind: 'identity', urls, clientId: undefined }, credential).table(settings.TABLE),
  wrappingKeyName: settings.KEY,
  now: Date.now,
  log: () => undefined,
});
const { bytes } = await dataKeys.current();
console.log(createHash('sha256').update(bytes).digest('hex'));
