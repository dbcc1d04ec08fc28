/** What this installation itself must have, whoever the tenant is. */

import type { Clock } from '../clock.ts';
import { asTenantpostError, type ErrorCode } from '../errors.ts';
import { checkCredential, type CredentialOptions } from './credential-check.ts';
import { failed, failedBy, ok, warned } from './conclude.ts';
import type { Found } from './finding.ts';
import { protocolOf, type Protocol } from './protocol.ts';

export interface InstallationSettings {
  readonly cloud: string;
  readonly resources: readonly string[];
  /** Those of the mail servers that have an address here. */
  readonly served: readonly Protocol[];
}

/** What was asked of a tenant, and this installation is not set up for. */
export function configurationFinding(settings: InstallationSettings, rights: readonly string[]): Found {
  const { cloud, resources, served } = settings;
  const tried = 'Compared the settings with the rights that the tenant is asked for.';
  const answered = `cloud ${cloud}, resources ${resources.join(', ')}`;
  const wanted = rights.flatMap((right) => protocolOf(right) ?? []);
  if (wanted.length > 0 && !resources.includes('outlook')) {
    return failed('configuration', tried, 'TRANSPORT_OFF', {
      answered,
      meaning: `The tenant is asked for ${rights.join(', ')}, and this installation gets no tokens for Exchange Online.`,
      remedy: 'Add outlook to TENANTPOST_RESOURCES, or ask the tenant for the rights on Graph only.',
    });
  }
  const unset = wanted.filter((one) => !served.includes(one)).map((one) => `TENANTPOST_${one.toUpperCase()}_HOST`);
  if (unset.length > 0) {
    return failed('configuration', tried, 'TRANSPORT_OFF', {
      answered,
      meaning: `No source confirms the mail servers of cloud ${cloud}, and ${unset.join(' and ')} is not set.`,
      remedy: `Set ${unset.join(' and ')}.`,
    });
  }
  return ok('configuration', tried, answered);
}

export async function storageFinding(ask: () => Promise<void>): Promise<Found> {
  const tried = 'Read from the tables, the queues and the blob container of the storage account.';
  try {
    await ask();
    return ok('storage', tried);
  } catch (error) {
    return failedBy('storage', tried, error);
  }
}

export async function vaultFinding(ask: () => Promise<void>): Promise<Found> {
  const tried = 'Read the wrapping key from Key Vault, and unwrapped the data key of the token cache with it.';
  try {
    await ask();
    return ok('vault', tried);
  } catch (error) {
    return failedBy('vault', tried, error);
  }
}

export async function credentialFinding(options: CredentialOptions, now: Clock): Promise<Found> {
  const { kind } = options.credential;
  const tried = `Made a proof of the app with its ${kind}, as for a token request, and looked at when it expires.`;
  try {
    const { state = 'ok', code, daysLeft, hint } = await checkCredential(options, now());
    const answered = daysLeft === undefined ? kind : `${kind}, ${daysLeft} days left`;
    if (state === 'ok') return ok('credential', tried, answered);
    const say = state === 'failed' ? failed : warned;
    return say('credential', tried, code ?? 'CREDENTIAL_UNUSABLE', {
      answered,
      ...(code === undefined && daysLeft !== undefined
        ? {
            meaning: `What proves the app expires in ${daysLeft} days; from then on no token can be had.`,
            remedy: hint ?? 'Make the next one and register it before: docs/rotation.md.',
          }
        : {}),
    });
  } catch (error) {
    return failedBy('credential', tried, error, { meaning: unusable(error) });
  }
}

/** These say what is to be done, each for its own problem. */
function unusable(error: unknown): string | undefined {
  const { code, message } = asTenantpostError(error);
  const own: readonly ErrorCode[] = ['CREDENTIAL_UNUSABLE'];
  return own.includes(code) ? message : undefined;
}
