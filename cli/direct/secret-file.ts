/** The client secret: from a variable, a file, or somebody at the terminal; never from an argument. */

import { settingSecretCredential } from '../../shared/adapters/entra/secret-credential.ts';
import type { Credential } from '../../shared/tokens/credential.ts';
import { UsageError } from '../failure.ts';
import { askHidden } from '../terminal/ask.ts';
import { readGiven, variable } from '../variables.ts';

/** @throws UsageError */
export async function secretCredential(file: string | undefined, signal: AbortSignal): Promise<Credential> {
  const secret =
    file === undefined
      ? (variable('TPCLI_CLIENT_SECRET') ?? (await askHidden('Client secret: ', signal)))
      : utf8(await readGiven(file, '--secret-file'));
  if (secret === undefined) {
    throw new UsageError(
      'What proves the app? Set TPCLI_CLIENT_SECRET, or give --secret-file or --certificate; a secret is never an argument.',
    );
  }
  // A file that was made by hand ends in a line feed, which Entra would take for a part of it.
  const value = secret.replace(/\r?\n$/, '');
  if (!/^[\x21-\x7e]+$/.test(value)) {
    throw new UsageError(
      'The client secret is empty, or holds white space or characters that no secret of Entra’s has.',
    );
  }
  return settingSecretCredential(value, undefined);
}

const utf8 = (octets: Buffer): string => octets.toString('utf8');
