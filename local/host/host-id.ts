/** The host id, under which keys, timer status and locks are kept: hosts of one id are instances of one app. */

import { createHash } from 'node:crypto';
import { basename } from 'node:path';
import { ConfigurationError } from './describe-issues.ts';
import type { Settings } from './settings.ts';

/** @throws ConfigurationError when the setting is none that the real host takes. */
export function readHostId(settings: Settings, root: string): string {
  const chosen = settings.get('AzureFunctionsWebHost__hostid')?.toLowerCase();
  if (chosen === undefined) return hostIdOf(root);
  // https://learn.microsoft.com/azure/azure-functions/storage-considerations#host-id-considerations
  if (/^(?!.*--)[a-z\d](?:[a-z\d-]{0,30}[a-z\d])?$/.test(chosen)) return chosen;
  throw new ConfigurationError(
    `AzureFunctionsWebHost__hostid: "${chosen}" is no host id: 1 to 32 letters, digits and single dashes between them.`,
  );
}

/** As long as the folder stays where it is the id stays the same. */
function hostIdOf(root: string): string {
  const name = basename(root)
    .toLowerCase()
    .replaceAll(/[^a-z\d]+/g, '-')
    .slice(0, 23)
    .replaceAll(/^-|-$/g, '');
  return `${name || 'app'}-${createHash('sha256').update(root).digest('hex').slice(0, 8)}`;
}
