/** The tables of a storage account, reached as the operator who is signed in to the Azure CLI, or by a connection string. */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { type StorageClients, storageClients } from '../../shared/adapters/storage/storage-clients.ts';
import { minutes } from '../../shared/clock.ts';
import { CannotAskError, UsageError } from '../failure.ts';
import { variable } from '../variables.ts';

export interface AccountArguments {
  readonly account: string | undefined;
  readonly tableUrl: string | undefined;
}

/** As the Azure CLI calls it. A key is as good as the whole account, and so never an argument. */
const connectionString = 'AZURE_STORAGE_CONNECTION_STRING';

/** https://learn.microsoft.com/rest/api/storageservices/authorize-with-azure-active-directory */
const storageResource = 'https://storage.azure.com';

/** The Azure CLI keeps its tokens itself, and takes a second to say one. */
const askAgainAfter = 5 * minutes;

/** @throws UsageError where nothing says which account. */
export function tableAccount({ account, tableUrl }: AccountArguments): Pick<StorageClients, 'table'> {
  const given = variable(connectionString);
  if (given !== undefined) return storageClients({ kind: 'connectionString', connectionString: given }, unasked);
  const url = tableUrl ?? (account === undefined ? undefined : `https://${account}.table.core.windows.net`);
  if (url === undefined) throw new UsageError(`Of which storage account? Give --account, or ${connectionString}.`);
  const urls = { table: url, queue: url, blob: url };
  return storageClients({ kind: 'identity', urls, clientId: undefined }, new AzureCli());
}

const unasked = { getToken: () => Promise.reject(new Error('A connection string needs no token.')) };

const tokenAnswer = z.string().trim().regex(/^\S+$/);

class AzureCli {
  #held: Promise<{ token: string; expiresOnTimestamp: number }> | undefined;

  getToken(): Promise<{ token: string; expiresOnTimestamp: number }> {
    this.#held ??= askAzureCli();
    return this.#held.then((held) => {
      if (held.expiresOnTimestamp > Date.now()) return held;
      this.#held = undefined;
      return this.getToken();
    });
  }
}

async function askAzureCli(): Promise<{ token: string; expiresOnTimestamp: number }> {
  const asked = ['account', 'get-access-token', '--resource', storageResource, '--query', 'accessToken', '-o', 'tsv'];
  try {
    // On Windows it is a batch file, which only a shell runs; nothing of the arguments is the user's.
    const { stdout } = await promisify(execFile)('az', asked, { shell: process.platform === 'win32' });
    return { token: tokenAnswer.parse(stdout), expiresOnTimestamp: Date.now() + askAgainAfter };
  } catch (cause) {
    throw new CannotAskError(
      { message: 'The Azure CLI gave no token for storage.', remedy: 'Install it, and sign in: az login.' },
      { cause },
    );
  }
}
