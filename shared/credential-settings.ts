/** The settings that say how the app proves itself to Entra: their forms, and what goes together. */

import { z } from 'zod';

/** Each kind with what it needs, and nothing of the others. */
export type CredentialConfig =
  | {
      readonly kind: 'certificate';
      readonly certificateName: string;
      /** Where the assertion is signed: in the vault, or in this process with an exportable key. */
      readonly signing: 'vault' | 'local';
    }
  | {
      readonly kind: 'managed-identity';
      readonly identityClientId: string;
      /** For whom the identity's token must be to serve as client assertion. */
      readonly tokenExchangeResource: string;
    }
  | { readonly kind: 'secret'; readonly secretName: string }
  | { readonly kind: 'secret'; readonly secret: string; readonly expiresAt: number | undefined };

/** Of a certificate, a key or a secret. */
export const vaultName = z
  .string()
  .regex(/^[0-9a-zA-Z-]{1,127}$/, 'a name of letters, digits and dashes, at most 127, not the address in the vault');

/** Below, each process would ask the vault all the time; above, a new certificate would wait for more than an hour. */
const credentialRefresh = z
  .string()
  .regex(/^\d{1,4}$/, 'a number of seconds, 10 to 3600')
  .transform(Number)
  .refine((seconds) => seconds >= 10 && seconds <= 3600, 'a number of seconds, 10 to 3600');

/** The first is meant where none is named. */
const credentialKinds = ['certificate', 'managed-identity', 'secret'] as const;

/** App Service leaves a Key Vault reference that it cannot resolve as it is: the text itself would be sent as the secret. */
const resolvedSecret = z
  .string()
  .refine(
    (text) => !/^\s*@Microsoft\.KeyVault\(/i.test(text),
    'a secret, and its Key Vault reference was not resolved: check the reference, and that the identity that resolves it has Key Vault Secrets User',
  )
  .refine((text) => text === text.trim(), 'a secret without white space before or after it');

export const credentialSettings = {
  TENANTPOST_CREDENTIAL: z
    .enum(credentialKinds, { error: `one of ${credentialKinds.join(', ')}` })
    .default(credentialKinds[0]),
  TENANTPOST_CERTIFICATE_NAME: vaultName.optional(),
  TENANTPOST_CERTIFICATE_SIGNING: z.enum(['vault', 'local'], { error: 'one of vault, local' }).optional(),
  TENANTPOST_CLIENT_SECRET_NAME: vaultName.optional(),
  TENANTPOST_CLIENT_SECRET: resolvedSecret.optional(),
  TENANTPOST_CLIENT_SECRET_EXPIRES: z.iso.date({ error: 'a date like 2027-01-31' }).optional(),
  TENANTPOST_CREDENTIAL_REFRESH_SECONDS: credentialRefresh.default(600),
};

interface Problem {
  readonly setting: string;
  readonly expected: string;
}

/** Settings of one kind of credential beside another kind would be passed over: whoever set them meant something by it. */
export function credentialProblems(given: Readonly<Record<string, unknown>>): Problem[] {
  const kind = given['TENANTPOST_CREDENTIAL'] ?? credentialKinds[0];
  // Its own problem is named elsewhere; nothing can be said of what goes with a kind that does not exist.
  if (!credentialKinds.some((one) => one === kind)) return [];
  const belongs: Record<string, string> = {
    TENANTPOST_CERTIFICATE_NAME: 'certificate',
    TENANTPOST_CERTIFICATE_SIGNING: 'certificate',
    TENANTPOST_CLIENT_SECRET_NAME: 'secret',
    TENANTPOST_CLIENT_SECRET: 'secret',
    TENANTPOST_CLIENT_SECRET_EXPIRES: 'secret',
    TENANTPOST_TOKEN_EXCHANGE_RESOURCE: 'managed-identity',
  };
  const problems = Object.entries(belongs)
    .filter(([setting, of]) => setting in given && of !== kind)
    .map(([setting, of]) => ({ setting, expected: `nothing, unless TENANTPOST_CREDENTIAL is ${of}` }));
  if (kind === 'managed-identity' && !('AZURE_CLIENT_ID' in given)) {
    // https://learn.microsoft.com/entra/workload-id/workload-identity-federation-config-app-trust-managed-identity
    const expected = 'the client id of a user-assigned identity: only such can be trusted by an app registration';
    problems.push({ setting: 'AZURE_CLIENT_ID', expected: `${expected} (it is not set)` });
  }
  if (kind !== 'secret') return problems;
  const named = 'TENANTPOST_CLIENT_SECRET_NAME' in given;
  const valued = 'TENANTPOST_CLIENT_SECRET' in given;
  if (named === valued) {
    const expected = named
      ? 'nothing, since TENANTPOST_CLIENT_SECRET_NAME names the secret in the vault'
      : 'the secret, or TENANTPOST_CLIENT_SECRET_NAME with its name in the vault (neither is set)';
    problems.push({ setting: 'TENANTPOST_CLIENT_SECRET', expected });
  }
  if (named && 'TENANTPOST_CLIENT_SECRET_EXPIRES' in given) {
    const expected = 'nothing, since the vault knows when its secret expires';
    problems.push({ setting: 'TENANTPOST_CLIENT_SECRET_EXPIRES', expected });
  }
  return problems;
}

/** As they are when they have been read; two of them are not only the credential's. */
type Environment = z.infer<z.ZodObject<typeof credentialSettings>> & {
  readonly AZURE_CLIENT_ID?: string | undefined;
  readonly TENANTPOST_TOKEN_EXCHANGE_RESOURCE?: string | undefined;
};

/** @param tokenExchangeResource of the cloud, where it has a known one. */
export function toCredential(environment: Environment, tokenExchangeResource: string | undefined): CredentialConfig {
  switch (environment.TENANTPOST_CREDENTIAL) {
    case 'certificate':
      return {
        kind: 'certificate',
        certificateName: environment.TENANTPOST_CERTIFICATE_NAME ?? 'tenantpost',
        signing: environment.TENANTPOST_CERTIFICATE_SIGNING ?? 'vault',
      };
    case 'managed-identity':
      return {
        kind: 'managed-identity',
        identityClientId: environment.AZURE_CLIENT_ID ?? '',
        tokenExchangeResource: environment.TENANTPOST_TOKEN_EXCHANGE_RESOURCE ?? tokenExchangeResource ?? '',
      };
    case 'secret': {
      const { TENANTPOST_CLIENT_SECRET_NAME: secretName, TENANTPOST_CLIENT_SECRET_EXPIRES: expires } = environment;
      if (secretName !== undefined) return { kind: 'secret', secretName };
      const expiresAt = expires === undefined ? undefined : Date.parse(expires);
      return { kind: 'secret', secret: environment.TENANTPOST_CLIENT_SECRET ?? '', expiresAt };
    }
  }
}
