/** Where `npm start` keeps what it must remember: a folder that may be deleted whenever nothing runs. Git ignores `.local/`. */

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** As it is said to people. */
export const startFolderName = process.env['TENANTPOST_LOCAL_FOLDER'] || '.local/';

export const startFolder = resolve(import.meta.dirname, '..', startFolderName);

/** The connection string of the storage that runs now. Azurite's account key is public: it protects nothing. */
export const connectionFile = join(startFolder, 'connection.txt');

export const startCaFile = join(startFolder, 'cloud', 'ca.pem');

const ownerFile = join(startFolder, 'owner.pid');

/** Two stacks on one folder would write over each other's storage. @throws when another process has it. */
export function takeStartFolder(): void {
  const owner = ownerOf();
  if (owner !== undefined) {
    throw new Error(
      `npm start is running already, as process ${owner}. Stop that one first; both would use ${startFolderName}.`,
    );
  }
  mkdirSync(startFolder, { recursive: true });
  writeFileSync(ownerFile, String(process.pid));
}

export function leaveStartFolder(): void {
  rmSync(connectionFile, { force: true });
  rmSync(ownerFile, { force: true });
}

/** The process that has the folder; one that was killed has it no longer. */
function ownerOf(): number | undefined {
  try {
    const owner = Number(readFileSync(ownerFile, 'utf8'));
    process.kill(owner, 0);
    return owner;
  } catch {
    return undefined;
  }
}
