/** A process of its own that reads the data key over https by its managed identity and prints a digest of it. */

import { createHash } from 'node:crypto';
import { ManagedIdentityCredential } from '@azure/identity';
import { z } from 'zod';
import { storageClients } from '../../shared/adapters/storage-clients.ts';
import { VaultDataKey } from '../../shared/adapters/vault-data-key.ts';
import { vaultClients } from './vault-clients.ts';

const settings = z
  .object({ CLIENT_ID: z.string(), TABLE_URL: z.string(), TABLE: z.string(), VAULT_URL: z.string(), KEY: z.string() })
  .parse(process.env);

const credential = new ManagedIdentityCredential({ clientId: settings.CLIENT_ID });
const urls = { blob: settings.TABLE_URL, queue: settings.TABLE_URL, table: settings.TABLE_URL };
const dataKey = new VaultDataKey({
  ...vaultClients(settings.VAULT_URL, credential),
  table: storageClients({ kind: 'identity', urls, clientId: undefined }, credential).table(settings.TABLE),
  wrappingKeyName: settings.KEY,
});
console.log(
  createHash('sha256')
    .update(await dataKey.read())
    .digest('hex'),
);
