/** What points an application at the cloud: the environment variables that Azure's SDKs read, and every address. */

import { join } from 'node:path';
import { connectionStringOf } from '../azurite.ts';
import type { CloudContext } from './cloud.ts';
import { endpointNames } from './urls.ts';

/** PEM file of the CA in a cloud's folder. */
export const caFileIn = (folder: string): string => join(folder, 'ca.pem');

/** Every service that is started, by its name. */
export const endpointsOf = ({ urls }: Pick<CloudContext, 'urls'>): Record<string, string> =>
  Object.fromEntries(endpointNames.map((name) => [name, urls[name]] as const).filter(([, url]) => url !== ''));

/**
 * `AZURE_CLIENT_ID` is the first managed identity's, for `ManagedIdentityCredential` and `DefaultAzureCredential`. Beside
 * the names that SDKs know, each address is `LOCAL_CLOUD_<NAME>_URL`.
 */
export function environmentOf(cloud: CloudContext): Record<string, string> {
  const { state, urls, identityHeader, folder } = cloud;
  const [identity] = state.identities;
  const addresses = Object.entries(endpointsOf(cloud)).map(([name, url]) => [
    `LOCAL_CLOUD_${name.toUpperCase()}_URL`,
    url,
  ]);
  return {
    AZURE_AUTHORITY_HOST: urls.entra,
    IDENTITY_ENDPOINT: `${urls.identity}/msi/token`,
    IDENTITY_HEADER: identityHeader,
    ...(identity !== undefined && { AZURE_CLIENT_ID: identity.clientId }),
    ...(urls.blob !== '' && { AZURE_STORAGE_CONNECTION_STRING: connectionStringOf(urls) }),
    NODE_EXTRA_CA_CERTS: caFileIn(folder),
    ...(urls.portal !== '' && { LOCAL_CLOUD_CONTROL_URL: `${urls.portal}/api` }),
    ...Object.fromEntries(addresses),
  };
}

/** The same as lines of a dotenv file, which `node --env-file` reads. */
export function dotenv(variables: Readonly<Record<string, string>>): string {
  const quoted = (value: string): string => (value.includes("'") ? `"${value}"` : `'${value}'`);
  return Object.entries(variables)
    .map(([name, value]) => `${name}=${quoted(value)}\n`)
    .join('');
}
