/**
 * A process of its own that asks @azure/identity, as it comes, for tokens and prints what it got: the SDK reads its
 * environment once and keeps tokens for as long as the process lives.
 */

import { ClientAssertionCredential, ManagedIdentityCredential, type TokenCredential } from '@azure/identity';

const { AUTHORITY_HOST, TENANT_ID, CLIENT_ID, ASSERTION, SCOPE } = process.env;

function setting(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
}

const clientId = setting('CLIENT_ID', CLIENT_ID);
const credential: TokenCredential =
  ASSERTION === undefined
    ? new ManagedIdentityCredential({ clientId })
    : new ClientAssertionCredential(setting('TENANT_ID', TENANT_ID), clientId, () => Promise.resolve(ASSERTION), {
        authorityHost: setting('AUTHORITY_HOST', AUTHORITY_HOST),
        disableInstanceDiscovery: true,
        retryOptions: { maxRetries: 0 },
      });

try {
  const scope = setting('SCOPE', SCOPE);
  const first = await credential.getToken(scope);
  const second = await credential.getToken(scope);
  console.log(
    JSON.stringify({
      token: first?.token,
      expiresOnTimestamp: first?.expiresOnTimestamp,
      same: first?.token === second?.token,
    }),
  );
} catch (error) {
  const { name, message } = error instanceof Error ? error : { name: 'unknown', message: '' };
  console.log(JSON.stringify({ name, message }));
}
