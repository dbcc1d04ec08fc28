/** The settings: read from the environment once, at start, every fault named at once. */

import { z } from 'zod';
import { type Cloud, clouds, type MailHosts } from './clouds.ts';
import { TenantpostError } from './errors.ts';
import { storageConnection } from './names.ts';

export interface Config {
  /** Which of Microsoft's clouds: decides every default below. */
  readonly cloud: Cloud;
  /** Client id of the app registration. */
  readonly clientId: string;
  /** Where administrators reach this app; no trailing slash. The consent callback is below it. */
  readonly publicUrl: string;
  readonly authorityUrl: string;
  readonly graphUrl: string;
  readonly vault: {
    readonly url: string;
    /** The key that wraps the data key of the token cache. */
    readonly wrappingKeyName: string;
  };
  /** How the app proves itself to Entra. */
  readonly credential: CredentialConfig;
  /** `host:port` of Exchange Online's mail protocols; undefined where no source confirms one for the cloud. */
  readonly mailHosts: MailHosts;
  /** Client id of the user-assigned managed identity; absent for the system-assigned one. */
  readonly identityClientId: string | undefined;
  readonly storage: Storage;
  /** How often the timer warms, in seconds. */
  readonly warmEverySeconds: number;
}

/** Each kind with what it needs, and nothing of the others. */
export type CredentialConfig =
  | {
      readonly kind: 'certificate';
      readonly certificateName: string;
      /** Where the assertion is signed: in the vault, or in this process with an exportable key. */
      readonly signing: 'vault' | 'local';
    }
  | { readonly kind: 'managed-identity'; readonly identityClientId: string }
  | { readonly kind: 'secret'; readonly secretName: string }
  | { readonly kind: 'secret'; readonly secret: string; readonly expiresAt: number | undefined };

/** The storage account, by identity as deployed, or by connection string for an emulator. */
export type Storage =
  | { readonly kind: 'identity'; readonly urls: StorageUrls; readonly clientId: string | undefined }
  | { readonly kind: 'connectionString'; readonly connectionString: string };

interface StorageUrls {
  readonly blob: string;
  readonly queue: string;
  readonly table: string;
}

const guid = z.guid({ error: 'a GUID, for example 5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10' });
const vaultName = z.string().regex(/^[0-9a-zA-Z-]{1,127}$/, 'a name of letters, digits and dashes, at most 127');

const originForm = 'an address like https://example.com, without a path';

/** A URL without path, since paths are the app's to add. `http` is for loopback only: tokens travel on it. */
const origin = z.string({ error: originForm }).transform((text, context) => {
  const url = URL.parse(text);
  const loopback = url !== null && ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
  const wellFormed =
    url !== null &&
    (url.protocol === 'https:' || (url.protocol === 'http:' && loopback)) &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    url.username === '' &&
    url.password === '';
  if (!wellFormed) {
    context.addIssue({ code: 'custom', message: originForm });
    return z.NEVER;
  }
  return url.origin;
});

/** For what carries our tokens: the Azure SDKs and the Graph client refuse, or silently leave the token out, over http. */
const secureOrigin = origin.refine((url) => url.startsWith('https://'), 'an address that begins with https://');

const storageUrl = z.url({ protocol: /^https$/, error: 'an https address of the storage service' });

const isHostAndPort = (text: string): boolean =>
  /^[0-9a-zA-Z.-]+:\d{1,5}$/.test(text) && Number(text.split(':')[1]) <= 65_535;

const hostAndPort = z.string().refine(isHostAndPort, 'a host and port like smtp.office365.com:587');

/**
 * Whole runs must fit the hour, or the schedule's last step before the full hour would be shorter than the others. Beyond a
 * quarter of an hour a token of the shortest life that Entra issues, an hour, could not be kept valid for two more runs.
 */
const warmEvery = z
  .string()
  .regex(/^\d+$/, 'a number of seconds')
  .transform(Number)
  .refine(
    (seconds) =>
      seconds >= 2 && seconds < 60 ? 60 % seconds === 0 : seconds % 60 === 0 && 3600 % seconds === 0 && seconds <= 900,
    'a number of seconds that divides a minute (2 to 30), or whole minutes that divide an hour (60 to 900)',
  );

/** The two forms that the SDKs take; what is inside is theirs to judge. */
const connectionStringForm =
  /^UseDevelopmentStorage=true;?$|^(?=.*\bAccountName=[^;]+)(?=.*\bAccountKey=[^;]+)(\w+=[^;]*;?)+$/;

/** App Service leaves a Key Vault reference that it cannot resolve as it is: the text itself would be sent as the secret. */
const resolvedSecret = z
  .string()
  .refine((text) => !text.startsWith('@Microsoft.KeyVault('), 'a secret; its Key Vault reference was not resolved');

const schema = z.object({
  TENANTPOST_CLOUD: z
    .enum(['public', 'usgov', 'usgov-dod', 'china'], { error: 'one of public, usgov, usgov-dod, china' })
    .default('public'),
  TENANTPOST_CLIENT_ID: guid,
  TENANTPOST_PUBLIC_URL: origin.optional(),
  /** Set by App Service: the host name of the function app. */
  WEBSITE_HOSTNAME: z
    .string()
    .refine((text) => isHostAndPort(text) || /^[0-9a-zA-Z.-]+$/.test(text), 'a host name')
    .optional(),
  TENANTPOST_AUTHORITY_URL: secureOrigin.optional(),
  TENANTPOST_GRAPH_URL: secureOrigin.optional(),
  TENANTPOST_VAULT_URL: secureOrigin,
  TENANTPOST_CREDENTIAL: z
    .enum(['certificate', 'managed-identity', 'secret'], { error: 'one of certificate, managed-identity, secret' })
    .default('certificate'),
  TENANTPOST_CERTIFICATE_NAME: vaultName.optional(),
  TENANTPOST_CERTIFICATE_SIGNING: z.enum(['vault', 'local'], { error: 'one of vault, local' }).optional(),
  TENANTPOST_CLIENT_SECRET_NAME: vaultName.optional(),
  TENANTPOST_CLIENT_SECRET: resolvedSecret.optional(),
  TENANTPOST_CLIENT_SECRET_EXPIRES: z.iso.date({ error: 'a date like 2027-01-31' }).optional(),
  TENANTPOST_WRAPPING_KEY_NAME: vaultName.default('tenantpost-tokens'),
  TENANTPOST_SMTP_HOST: hostAndPort.optional(),
  TENANTPOST_IMAP_HOST: hostAndPort.optional(),
  TENANTPOST_POP_HOST: hostAndPort.optional(),
  TENANTPOST_WARM_EVERY_SECONDS: warmEvery.default(300),
  AZURE_CLIENT_ID: guid.optional(),
  AzureWebJobsStorage: z.string().regex(connectionStringForm, 'a connection string of a storage account').optional(),
  AzureWebJobsStorage__blobServiceUri: storageUrl.optional(),
  AzureWebJobsStorage__queueServiceUri: storageUrl.optional(),
  AzureWebJobsStorage__tableServiceUri: storageUrl.optional(),
  AzureWebJobsStorage__credential: z.literal('managedidentity', { error: '"managedidentity"' }).optional(),
  AzureWebJobsStorage__clientId: guid.optional(),
});

type Environment = z.infer<typeof schema>;
type Problem = { setting: string; expected: string };

/** Every setting that this app reads, for docs/settings.md and local.settings.sample.json, which are held equal by a test. */
export const settingNames: readonly string[] = Object.keys(schema.shape);

/**
 * @param environment usually `process.env`. An empty value counts as absent, as it does in the portal.
 * @throws TenantpostError `CONFIG_INVALID` whose message names every wrong setting and what was expected, and no value.
 */
export function readConfig(environment: Readonly<Record<string, string | undefined>>): Config {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  const problems: Problem[] = parsed.success ? [] : parsed.error.issues.map(problemOf(given));
  const publicUrl = given['TENANTPOST_PUBLIC_URL'] ?? given['WEBSITE_HOSTNAME'];
  if (publicUrl === undefined) {
    problems.push({ setting: 'TENANTPOST_PUBLIC_URL', expected: 'the address at which administrators reach this app' });
  }
  problems.push(...storageProblems(given), ...credentialProblems(given), ...misspelt(given));
  if (!parsed.success || problems.length > 0) {
    const lines = problems.map(({ setting, expected }) => `  ${setting}: expected ${expected}`);
    throw new TenantpostError('CONFIG_INVALID', `Settings are wrong:\n${lines.join('\n')}`, {
      detail: { settings: problems.map(({ setting }) => setting).join(' ') },
    });
  }
  return toConfig(parsed.data);
}

function problemOf(given: Record<string, unknown>): (issue: z.core.$ZodIssue) => Problem {
  return (issue) => {
    const setting = String(issue.path[0]);
    return { setting, expected: `${issue.message}${setting in given ? '' : ' (it is not set)'}` };
  };
}

/** A misspelt endpoint would otherwise be passed over, and the default used in its place. */
function misspelt(given: Record<string, unknown>): Problem[] {
  return Object.keys(given)
    .filter((name) => name.startsWith('TENANTPOST_') && !settingNames.includes(name))
    .map((setting) => ({ setting, expected: 'no such setting' }));
}

/** The Functions host itself prefers the connection string where both are set, so half of each is never what was meant. */
function storageProblems(given: Record<string, unknown>): Problem[] {
  const services = ['blob', 'queue', 'table'].map((service) => `${storageConnection}__${service}ServiceUri`);
  const present = services.filter((name) => name in given);
  if (storageConnection in given) {
    const beside = Object.keys(given).filter((name) => name.startsWith(`${storageConnection}__`));
    return beside.map((setting) => ({ setting, expected: `nothing, since ${storageConnection} is set and wins` }));
  }
  if (present.length === 0) {
    const expected = `a connection string, or ${services.join(', ')} with a managed identity`;
    return [{ setting: storageConnection, expected }];
  }
  return services
    .filter((name) => !(name in given))
    .map((setting) => ({ setting, expected: 'an https address of the storage service (it is not set)' }));
}

/** Settings of one kind of credential beside another kind would be passed over: whoever set them meant something by it. */
function credentialProblems(given: Record<string, unknown>): Problem[] {
  const kind = given['TENANTPOST_CREDENTIAL'] ?? 'certificate';
  const belongs: Record<string, string> = {
    TENANTPOST_CERTIFICATE_NAME: 'certificate',
    TENANTPOST_CERTIFICATE_SIGNING: 'certificate',
    TENANTPOST_CLIENT_SECRET_NAME: 'secret',
    TENANTPOST_CLIENT_SECRET: 'secret',
    TENANTPOST_CLIENT_SECRET_EXPIRES: 'secret',
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

function toConfig(environment: Environment): Config {
  const cloud = environment.TENANTPOST_CLOUD;
  const defaults = clouds[cloud];
  return {
    cloud,
    clientId: environment.TENANTPOST_CLIENT_ID,
    publicUrl: environment.TENANTPOST_PUBLIC_URL ?? `https://${environment.WEBSITE_HOSTNAME}`,
    authorityUrl: environment.TENANTPOST_AUTHORITY_URL ?? defaults.authorityUrl,
    graphUrl: environment.TENANTPOST_GRAPH_URL ?? defaults.graphUrl,
    vault: {
      url: environment.TENANTPOST_VAULT_URL,
      wrappingKeyName: environment.TENANTPOST_WRAPPING_KEY_NAME,
    },
    credential: toCredential(environment),
    mailHosts: {
      smtp: environment.TENANTPOST_SMTP_HOST ?? defaults.mailHosts.smtp,
      imap: environment.TENANTPOST_IMAP_HOST ?? defaults.mailHosts.imap,
      pop: environment.TENANTPOST_POP_HOST ?? defaults.mailHosts.pop,
    },
    identityClientId: environment.AZURE_CLIENT_ID,
    storage: toStorage(environment),
    warmEverySeconds: environment.TENANTPOST_WARM_EVERY_SECONDS,
  };
}

function toCredential(environment: Environment): CredentialConfig {
  switch (environment.TENANTPOST_CREDENTIAL) {
    case 'certificate':
      return {
        kind: 'certificate',
        certificateName: environment.TENANTPOST_CERTIFICATE_NAME ?? 'tenantpost',
        signing: environment.TENANTPOST_CERTIFICATE_SIGNING ?? 'vault',
      };
    case 'managed-identity':
      return { kind: 'managed-identity', identityClientId: environment.AZURE_CLIENT_ID ?? '' };
    case 'secret': {
      const { TENANTPOST_CLIENT_SECRET_NAME: secretName, TENANTPOST_CLIENT_SECRET_EXPIRES: expires } = environment;
      if (secretName !== undefined) return { kind: 'secret', secretName };
      const expiresAt = expires === undefined ? undefined : Date.parse(expires);
      return { kind: 'secret', secret: environment.TENANTPOST_CLIENT_SECRET ?? '', expiresAt };
    }
  }
}

function toStorage(environment: Environment): Storage {
  const connectionString = environment.AzureWebJobsStorage;
  if (connectionString !== undefined) return { kind: 'connectionString', connectionString };
  return {
    kind: 'identity',
    urls: {
      blob: environment.AzureWebJobsStorage__blobServiceUri ?? '',
      queue: environment.AzureWebJobsStorage__queueServiceUri ?? '',
      table: environment.AzureWebJobsStorage__tableServiceUri ?? '',
    },
    clientId: environment.AzureWebJobsStorage__clientId ?? environment.AZURE_CLIENT_ID,
  };
}
