/** The managed identity of the local cloud, for clients in this process. */

import { ManagedIdentityCredential } from '@azure/identity';
import type { Cloud } from '../../local/cloud/cloud.ts';
import { vendor } from '../../local/cloud/seed.ts';

/**
 * The SDK finds the endpoint in the environment, as App Service sets it, when a credential is made; what it found and
 * every token then hold for as long as the process lives.
 */
export function managedIdentity(cloud: Cloud, clientId: string = vendor.identityClientId): ManagedIdentityCredential {
  process.env['IDENTITY_ENDPOINT'] = `${cloud.urls.identity}/msi/token`;
  process.env['IDENTITY_HEADER'] = cloud.identityHeader;
  return new ManagedIdentityCredential({ clientId });
}
