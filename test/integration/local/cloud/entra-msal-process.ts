/** A process of its own that asks @azure/msal-node, as it comes, for a token twice and prints what it got. */

import { ConfidentialClientApplication, type NodeAuthOptions } from '@azure/msal-node';

const { AUTHORITY, CLIENT_ID, SCOPE, SECRET, ASSERTION, THUMBPRINT, PRIVATE_KEY, CHAIN } = process.env;

function setting(name: string, value: string | undefined): string {
  if (value === undefined) throw new Error(`${name} is not set.`);
  return value;
}

function proof(): Partial<NodeAuthOptions> {
  if (SECRET !== undefined) return { clientSecret: SECRET };
  if (ASSERTION !== undefined) return { clientAssertion: () => Promise.resolve(ASSERTION) };
  return {
    clientCertificate: {
      thumbprintSha256: setting('THUMBPRINT', THUMBPRINT),
      privateKey: setting('PRIVATE_KEY', PRIVATE_KEY),
      ...(CHAIN !== undefined && { x5c: CHAIN }),
    },
  };
}

const authority = setting('AUTHORITY', AUTHORITY);
const client = new ConfidentialClientApplication({
  auth: {
    clientId: setting('CLIENT_ID', CLIENT_ID),
    authority,
    // The only setting that an authority of one's own needs: MSAL would ask Microsoft about it otherwise.
    knownAuthorities: [new URL(authority).host],
    ...proof(),
  },
});
const ask = () => client.acquireTokenByClientCredential({ scopes: [setting('SCOPE', SCOPE)] });

try {
  const [first, second] = [await ask(), await ask()];
  console.log(
    JSON.stringify({ token: first?.accessToken, expiresOn: first?.expiresOn?.getTime(), cached: second?.fromCache }),
  );
} catch (error) {
  const { name, message } = error instanceof Error ? error : { name: 'unknown', message: '' };
  console.log(JSON.stringify({ name, message }));
}
