/** Where a file is read to be deployed: ids that mean nothing, and hashes in place of ARM's own. */

import { createHash } from 'node:crypto';

const subscriptionId = '5ab5c81b-7d5c-4a3f-9c1e-3d6d0b1c7a11';

export const deploymentPlace = {
  subscriptionId,
  tenantId: '0d6a2f3c-51a4-4c39-8f0b-2b8f1f0c9e11',
  resourceGroup: 'rg-read',
  resourceGroupId: `/subscriptions/${subscriptionId}/resourceGroups/rg-read`,
  location: 'westeurope',
} as const;

/** Always the same for the same parts, as `guid()` promises; not the digits that ARM would find. */
export function guidOf(...parts: string[]): string {
  const hex = createHash('sha256').update(parts.join('\n')).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

/** 13 characters, as `uniqueString()` has: letters and digits, the first of ours always a letter. */
export function uniqueStringOf(...parts: string[]): string {
  const digest = createHash('sha256').update(parts.join('\n')).digest();
  return [...digest.subarray(0, 13)].map((byte) => 'abcdefghijklmnopqrstuvwxyz234567'[byte % 32]).join('');
}
