/**
 * `npm run rows`: writes every kind of row and message with this release's code into an empty Azurite, and keeps it as
 * test/support/stored-rows/rows-<version>.json, for the releases to come to read. docs/upgrade.md says when.
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import manifest from '../package.json' with { type: 'json' };
import { startAzurite } from '../local/azurite.ts';
import { storageClients } from '../shared/adapters/storage/storage-clients.ts';
import { containers, queues, tables } from '../shared/names.ts';
import { byKey, noCredential } from './support/storage-accounts.ts';
import { readStorage } from './support/stored-rows/storage-file.ts';
import { writeEverything } from './support/stored-rows/write-everything.ts';

const azurite = await startAzurite();
try {
  const clients = storageClients(byKey(azurite.connectionString), noCredential);
  for (const name of Object.values(tables)) await clients.table(name).createTable();
  for (const name of Object.values(queues)) await clients.queue(name).create();
  for (const name of Object.values(containers)) await clients.container(name).create();
  await writeEverything(clients);
  const stored = await readStorage(clients, manifest.version);
  const file = join(import.meta.dirname, 'support', 'stored-rows', `rows-${manifest.version}.json`);
  writeFileSync(file, `${JSON.stringify(stored, undefined, 2)}\n`);
  console.log(`wrote ${file}: ${stored.rows.length} rows, ${stored.messages.length} messages`);
} finally {
  await azurite.stop();
}
