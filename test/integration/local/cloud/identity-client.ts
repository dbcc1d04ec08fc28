/**
 * Asks @azure/identity, as it comes, for a token of the managed identity and prints what it got. Run as a process of its
 * own by identity-clients.test.ts: the SDK keeps what it found for as long as a process lives.
 */

import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';

const { CREDENTIAL, AZURE_CLIENT_ID: clientId, RESOURCE_ID: resourceId, SCOPE = '' } = process.env;

function credential(): DefaultAzureCredential | ManagedIdentityCredential {
  if (CREDENTIAL === 'DefaultAzureCredential') return new DefaultAzureCredential();
  if (resourceId !== undefined) return new ManagedIdentityCredential({ resourceId });
  return new ManagedIdentityCredential({ clientId: clientId ?? '' });
}

try {
  const { token, expiresOnTimestamp } = await credential().getToken(SCOPE);
  console.log(JSON.stringify({ token, expiresIn: (expiresOnTimestamp - Date.now()) / 1000 }));
} catch (error) {
  const { name, message } = error instanceof Error ? error : { name: 'unknown', message: '' };
  console.log(JSON.stringify({ name, message }));
}
