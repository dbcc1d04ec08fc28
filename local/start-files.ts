/** Where `npm start` keeps what it must remember; `.local/` is ignored by git and may be deleted at any time. */

import { join } from 'node:path';

export const startFolder = join(import.meta.dirname, '..', '.local');

/** The connection string of the storage that runs now. Azurite's account key is public: it protects nothing. */
export const connectionFile = join(startFolder, 'connection.txt');

export const startCaFile = join(startFolder, 'cloud', 'ca.pem');
