/**
 * Application settings that change what the real host does and that this one does not implement. Each is refused by its
 * name, with what to do instead (https://learn.microsoft.com/azure/azure-functions/functions-app-settings).
 */

import { ConfigurationError, notImplemented } from './describe-issues.ts';
import type { Settings } from './settings.ts';

interface Refusal {
  /** Case does not count, and `:` parts names as `__` does. */
  name: RegExp;
  /** Values that say what this host does anyway. */
  unless?: RegExp;
  remedy: string;
}

const below = '(?:__|:)';

const refusals: readonly Refusal[] = [
  { name: new RegExp(`^AzureFunctionsJobHost${below}`, 'i'), remedy: 'write it in host.json' },
  {
    name: new RegExp(`^AzureFunctionsWebHost${below}(?!hostid$)`, 'i'),
    remedy: 'leave it out, of these only AzureFunctionsWebHost__hostid is read',
  },
  { name: new RegExp(`^languageWorkers${below}`, 'i'), remedy: 'pass arguments to Node with NODE_OPTIONS' },
  { name: /^AzureWebJobsScriptRoot$/i, remedy: 'name the folder with --root' },
  { name: /^AzureWebJobsSecretStorageType$/i, unless: /^blob$/i, remedy: 'leave it out, keys are kept in blobs' },
  {
    name: /^AzureWebJobs(?:SecretStorage(?:Sas|KeyVault\w*)|KubernetesSecretName)$/i,
    remedy: 'leave it out, keys are kept in blobs',
  },
  {
    name: /^AzureWebJobsFeatureFlags$/i,
    unless: /^\s*(?:EnableWorkerIndexing)?\s*$/i,
    remedy: 'leave it out, or name only EnableWorkerIndexing, which is always on',
  },
  { name: /^FUNCTIONS_WORKER_RUNTIME$/i, unless: /^node$/i, remedy: 'leave it out, or set it to node' },
  { name: /^FUNCTIONS_EXTENSION_VERSION$/i, unless: /^~4$/, remedy: 'leave it out, or set it to ~4' },
  {
    name: /^FUNCTIONS_WORKER_PROCESS_COUNT$/i,
    unless: /^1$/,
    remedy: 'leave it out, or start several processes of a group (startHost: instances)',
  },
  { name: /^FUNCTIONS_REQUEST_BODY_SIZE_LIMIT$/i, remedy: 'leave it out, 100 MB are taken' },
  { name: /^FUNCTIONS_TARGET_GROUP$/i, remedy: 'name the group with --group' },
  {
    name: /^(?:APPLICATIONINSIGHTS|APPINSIGHTS)_\w+$/i,
    remedy: 'leave it out, the local host sends no telemetry',
  },
  { name: /^WEBSITE_TIME_ZONE$/i, remedy: 'leave it out, schedules are in UTC' },
  { name: /^TZ$/i, unless: /^:?(?:Etc\/)?(?:UTC|GMT)$/i, remedy: 'leave it out, schedules are in UTC' },
  { name: /^WEBSITE_AUTH_ENABLED$/i, unless: /^false$/i, remedy: 'leave it out, nobody is signed in here' },
  { name: /^CORS_(?:ALLOWED_ORIGINS|SUPPORT_CREDENTIALS)$/i, remedy: 'leave it out, no CORS header is sent' },
  {
    name: new RegExp(`^(?:ConnectionStrings${below}|(?:CUSTOM|SQL|SQLAZURE|MYSQL)CONNSTR_)`, 'i'),
    remedy: 'set the connection string under the name of the connection alone',
  },
];

/** @throws ConfigurationError naming each of them. */
export function refuseSettings(settings: Settings): void {
  const lines = settings.names().flatMap((name) => {
    const refusal = refusals.find((one) => one.name.test(name));
    if (!refusal || refusal.unless?.test(settings.get(name) ?? '')) return [];
    return [notImplemented(name, refusal.remedy)];
  });
  if (lines.length > 0) throw new ConfigurationError(lines.sort().join('\n'));
}
