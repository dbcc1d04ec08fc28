/**
 * A process of its own that asks @azure/identity, as it comes, for tokens and prints what it got: the SDK reads its
 * environment once and keeps tokens for as long as the process lives.
 */

import {
  ClientAssertionCredential,
  ClientCertificateCredential,
  ClientSecretCredential,
  ManagedIdentityCredential,
  type TokenCredential,
} from '@azure/identity';

const { AUTHORITY_HOST, TENANT_ID, CLIENT_ID, SCOPE } = process.env;
/** What the app proves itself with; the managed identity alone without any. `IDENTITY` trades its token for the app's. */
const { ASSERTION, SECRET, CERTIFICATE, IDENTITY } = process.env;

function setting(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
}

function credential(): TokenCredential {
  const clientId = setting('CLIENT_ID', CLIENT_ID);
  if (TENANT_ID === undefined) return new ManagedIdentityCredential({ clientId });
  const options = {
    authorityHost: setting('AUTHORITY_HOST', AUTHORITY_HOST),
    disableInstanceDiscovery: true,
    retryOptions: { maxRetries: 0 },
  };
  if (SECRET !== undefined) return new ClientSecretCredential(TENANT_ID, clientId, SECRET, options);
  if (CERTIFICATE !== undefined) {
    return new ClientCertificateCredential(TENANT_ID, clientId, { certificate: CERTIFICATE }, options);
  }
  if (IDENTITY === undefined) {
    const assertion = setting('ASSERTION', ASSERTION);
    return new ClientAssertionCredential(TENANT_ID, clientId, () => Promise.resolve(assertion), options);
  }
  // As https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity has it.
  const identity = new ManagedIdentityCredential({ clientId: IDENTITY });
  const assertion = async (): Promise<string> => (await identity.getToken('api://AzureADTokenExchange/.default')).token;
  return new ClientAssertionCredential(TENANT_ID, clientId, assertion, options);
}

try {
  const asked = credential();
  const scope = setting('SCOPE', SCOPE);
  const first = await asked.getToken(scope);
  const second = await asked.getToken(scope);
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
