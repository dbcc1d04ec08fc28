/** The settings: read from the environment once, at start, every fault named at once. */

import { z } from 'zod';
import { audiencesOf, cloudProblems, cloudSettings } from './cloud-settings.ts';
import { type Audiences, type Cloud, clouds, type MailHosts } from './clouds.ts';
import {
  type CredentialConfig,
  credentialProblems,
  credentialSettings,
  toCredential,
  vaultName,
} from './credential-settings.ts';
import { TenantpostError } from './errors.ts';
import { type MailConfig, mailSettings, toMail } from './mail-settings.ts';
import { storageConnection } from './names.ts';
import type { Resource } from './resource.ts';
import { consentSettings } from './consent-settings.ts';
import { type TelemetryConfig, telemetryProblems, telemetrySettings, toTelemetry } from './telemetry-settings.ts';
import { toVendor, type Vendor, vendorSettings } from './vendor-settings.ts';

export interface Config {
  /** Which of Microsoft's clouds: decides every default below. */
  readonly cloud: Cloud;
  /** Client id of the app registration. */
  readonly clientId: string;
  /** Where administrators reach this app; no trailing slash. The consent callback is below it. */
  readonly publicUrl: string;
  readonly authorityUrl: string;
  readonly graphUrl: string;
  /** What this installation gets tokens for. */
  readonly resources: readonly Resource[];
  /** The identifier URI of each of these resources. */
  readonly audiences: Audiences;
  /** The home tenant of a single-tenant registration, lower case: the only one that is served then. */
  readonly singleTenantId: string | undefined;
  readonly vault: {
    readonly url: string;
    /** The key that wraps the data key of the token cache. */
    readonly wrappingKeyName: string;
  };
  /** How the app proves itself to Entra. */
  readonly credential: CredentialConfig;
  /** How soon a new version in the vault is seen, and for how long a proof that Entra refused is tried last. */
  readonly credentialRefreshSeconds: number;
  /** `host:port` of Exchange Online's mail protocols; undefined where no source confirms one for the cloud. */
  readonly mailHosts: MailHosts;
  /** Client id of the user-assigned managed identity; absent for the system-assigned one. */
  readonly identityClientId: string | undefined;
  readonly storage: Storage;
  /** How often the timer warms, in seconds. */
  readonly warmEverySeconds: number;
  /** Over how many timers the tenants are spread. */
  readonly warmShards: number;
  readonly mail: MailConfig;
  /** Origins to which administrators may be sent on after consent. */
  readonly returnOrigins: readonly string[];
  /** Who asks, as administrators know them. */
  readonly vendor: Vendor;
  /** Where traces, metrics and logs go. */
  readonly telemetry: TelemetryConfig;
}

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
const originForm = 'an address like https://example.com, without a path';
const secureForm = 'an address that begins with https:// and has no path';
/** People paste the name of the vault, or the address of what lies in it. */
const vaultForm = 'an address like https://kv-tenantpost.vault.azure.net: not the name alone, and nothing after it';

/** A URL without path, since paths are the app's to add. `http` is for loopback only: tokens travel on it. */
const originOf = (form: string) =>
  z.string({ error: form }).transform((text, context) => {
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
      context.addIssue({ code: 'custom', message: form });
      return z.NEVER;
    }
    return url.origin;
  });

const origin = originOf(originForm);

/** For what carries our tokens: the Azure SDKs and the Graph client refuse, or silently leave the token out, over http. */
const secureOriginOf = (form: string) => originOf(form).refine((url) => url.startsWith('https://'), form);

const secureOrigin = secureOriginOf(secureForm);

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

/** Each is a timer of its own, with instances of its own on Flex Consumption. */
const warmShards = z
  .string()
  .regex(/^\d+$/, 'a number of timers')
  .transform(Number)
  .refine((count) => count >= 1 && count <= 32, 'a number of timers from 1 to 32');

/** The two forms that the SDKs take; what is inside is theirs to judge. */
const connectionStringForm =
  /^UseDevelopmentStorage=true;?$|^(?=.*\bAccountName=[^;]+)(?=.*\bAccountKey=[^;]+)(\w+=[^;]*;?)+$/;

const schema = z.object({
  ...cloudSettings,
  ...credentialSettings,
  ...mailSettings,
  ...consentSettings,
  ...vendorSettings,
  ...telemetrySettings,
  TENANTPOST_CLIENT_ID: guid,
  TENANTPOST_PUBLIC_URL: origin.optional(),
  /** Set by App Service: the host name of the function app. */
  WEBSITE_HOSTNAME: z
    .string()
    .refine((text) => isHostAndPort(text) || /^[0-9a-zA-Z.-]+$/.test(text), 'a host name')
    .optional(),
  TENANTPOST_AUTHORITY_URL: secureOrigin.optional(),
  TENANTPOST_GRAPH_URL: secureOrigin.optional(),
  TENANTPOST_SINGLE_TENANT_ID: guid.transform((id) => id.toLowerCase()).optional(),
  TENANTPOST_VAULT_URL: secureOriginOf(vaultForm),
  TENANTPOST_WRAPPING_KEY_NAME: vaultName.default('tenantpost-tokens'),
  TENANTPOST_SMTP_HOST: hostAndPort.optional(),
  TENANTPOST_IMAP_HOST: hostAndPort.optional(),
  TENANTPOST_POP_HOST: hostAndPort.optional(),
  TENANTPOST_WARM_EVERY_SECONDS: warmEvery.default(300),
  TENANTPOST_WARM_SHARDS: warmShards.default(1),
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
  problems.push(...storageProblems(given), ...credentialProblems(given), ...cloudProblems(given));
  problems.push(...telemetryProblems(given), ...misspelt(given));
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

function toConfig(environment: Environment): Config {
  const cloud = environment.TENANTPOST_CLOUD;
  const defaults = clouds[cloud];
  return {
    cloud,
    clientId: environment.TENANTPOST_CLIENT_ID,
    publicUrl: environment.TENANTPOST_PUBLIC_URL ?? `https://${environment.WEBSITE_HOSTNAME}`,
    authorityUrl: environment.TENANTPOST_AUTHORITY_URL ?? defaults.authorityUrl ?? '',
    graphUrl: environment.TENANTPOST_GRAPH_URL ?? defaults.graphUrl ?? '',
    resources: environment.TENANTPOST_RESOURCES,
    audiences: audiencesOf(cloud, environment.TENANTPOST_RESOURCES, {
      graph: environment.TENANTPOST_GRAPH_RESOURCE,
      outlook: environment.TENANTPOST_OUTLOOK_RESOURCE,
    }),
    singleTenantId: environment.TENANTPOST_SINGLE_TENANT_ID,
    vault: {
      url: environment.TENANTPOST_VAULT_URL,
      wrappingKeyName: environment.TENANTPOST_WRAPPING_KEY_NAME,
    },
    credential: toCredential(environment, defaults.tokenExchangeResource),
    credentialRefreshSeconds: environment.TENANTPOST_CREDENTIAL_REFRESH_SECONDS,
    mailHosts: {
      smtp: environment.TENANTPOST_SMTP_HOST ?? defaults.mailHosts.smtp,
      imap: environment.TENANTPOST_IMAP_HOST ?? defaults.mailHosts.imap,
      pop: environment.TENANTPOST_POP_HOST ?? defaults.mailHosts.pop,
    },
    identityClientId: environment.AZURE_CLIENT_ID,
    storage: toStorage(environment),
    warmEverySeconds: environment.TENANTPOST_WARM_EVERY_SECONDS,
    warmShards: environment.TENANTPOST_WARM_SHARDS,
    mail: toMail(environment),
    returnOrigins: environment.TENANTPOST_RETURN_URLS,
    vendor: toVendor(environment),
    telemetry: toTelemetry(environment),
  };
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
