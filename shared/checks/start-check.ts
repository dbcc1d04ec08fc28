/**
 * Whether the app can prove itself, asked once at start. What waiting does not cure stops the start, where whoever deploys
 * is looking, and not at the first mail. A vault or an identity that is away for the moment is no reason not to start.
 */

import { seconds } from '../clock.ts';
import { asTenantpostError, TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Credential } from '../tokens/credential.ts';

/** The Functions host gives a worker 30 seconds, older ones 10 (https://github.com/Azure/azure-functions-host, WorkerProcessCountOptions). */
const longest = 8 * seconds;

/** Waiting cures none of these. */
const final: readonly string[] = ['CREDENTIAL_UNUSABLE', 'VAULT_REFUSED', 'IDENTITY_REFUSED'];

interface Dependencies {
  readonly credential: Pick<Credential, 'kind' | 'proofs'>;
  readonly wait: (milliseconds: number) => Promise<unknown>;
  readonly log: Log;
}

/** @throws TenantpostError whose message is one line: the setting, what is wrong with it, and the remedy. */
export async function checkStart({ credential, wait, log }: Dependencies): Promise<void> {
  try {
    const late = wait(longest).then(() => {
      throw new TenantpostError('VAULT_UNAVAILABLE', 'The credential could not be checked in time.');
    });
    // When the check is done, nobody waits for it any more.
    late.catch(() => undefined);
    await Promise.race([prove(credential), late]);
  } catch (cause) {
    const error = asTenantpostError(cause);
    const { code, detail } = error;
    if (!final.includes(code)) {
      log('warning', 'start.credential-unchecked', { ...detail, code, credential: credential.kind });
      return;
    }
    const problem = describe(error);
    log('error', 'start.refused', { ...detail, code, credential: credential.kind, problem });
    // Without the cause: the host prints all of it, and what an SDK says there is longer than the answer.
    throw new TenantpostError(code, problem, { detail });
  }
}

/** As a token request does, for no tenant: it goes nowhere, and would be good nowhere. The signature shows the right to sign. */
async function prove(credential: Pick<Credential, 'proofs'>): Promise<void> {
  const [newest] = await credential.proofs();
  await newest?.present('organizations');
}

function describe({ code, message, detail, remedy }: TenantpostError): string {
  // These say what is to be done, each for its own problem.
  if (code === 'CREDENTIAL_UNUSABLE') return message;
  const setting = detail['setting'] ?? 'TENANTPOST_VAULT_URL';
  return `${message.startsWith(`${setting}: `) ? message : `${setting}: ${message}`} ${remedy}`;
}
