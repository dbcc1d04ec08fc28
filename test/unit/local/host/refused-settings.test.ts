import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigurationError } from '../../../../local/host/describe-issues.ts';
import { refuseSettings } from '../../../../local/host/refused-settings.ts';
import { Settings } from '../../../../local/host/settings.ts';

function refusal(settings: Record<string, string>): string {
  try {
    refuseSettings(new Settings(settings));
  } catch (error) {
    assert.ok(error instanceof ConfigurationError);
    return error.message;
  }
  return assert.fail(`${JSON.stringify(settings)} was accepted`);
}

test('refuses by name, with a remedy and without its value, every setting that the real host would act on', () => {
  const cases: [name: string, remedy: string][] = [
    ['AzureFunctionsJobHost__logging__logLevel__default', 'write it in host.json'],
    ['AZUREFUNCTIONSJOBHOST:functionTimeout', 'write it in host.json'],
    ['AzureFunctionsWebHost__ScriptPath', 'leave it out, of these only AzureFunctionsWebHost__hostid is read'],
    ['languageWorkers__node__arguments', 'pass arguments to Node with NODE_OPTIONS'],
    ['AzureWebJobsScriptRoot', 'name the folder with --root'],
    ['AzureWebJobsSecretStorageType', 'leave it out, keys are kept in blobs'],
    ['AzureWebJobsSecretStorageSas', 'leave it out, keys are kept in blobs'],
    ['AzureWebJobsSecretStorageKeyVaultUri', 'leave it out, keys are kept in blobs'],
    ['AzureWebJobsKubernetesSecretName', 'leave it out, keys are kept in blobs'],
    ['AzureWebJobsFeatureFlags', 'leave it out, or name only EnableWorkerIndexing, which is always on'],
    ['FUNCTIONS_WORKER_RUNTIME', 'leave it out, or set it to node'],
    ['FUNCTIONS_EXTENSION_VERSION', 'leave it out, or set it to ~4'],
    ['FUNCTIONS_WORKER_PROCESS_COUNT', 'leave it out, or start several processes of a group (startHost: instances)'],
    ['FUNCTIONS_REQUEST_BODY_SIZE_LIMIT', 'leave it out, 100 MB are taken'],
    ['FUNCTIONS_TARGET_GROUP', 'name the group with --group'],
    ['APPLICATIONINSIGHTS_CONNECTION_STRING', 'leave it out, the local host sends no telemetry'],
    ['APPLICATIONINSIGHTS_AUTHENTICATION_STRING', 'leave it out, the local host sends no telemetry'],
    ['APPINSIGHTS_INSTRUMENTATIONKEY', 'leave it out, the local host sends no telemetry'],
    ['WEBSITE_TIME_ZONE', 'leave it out, schedules are in UTC'],
    ['TZ', 'leave it out, schedules are in UTC'],
    ['WEBSITE_AUTH_ENABLED', 'leave it out, nobody is signed in here'],
    ['CORS_ALLOWED_ORIGINS', 'leave it out, no CORS header is sent'],
    ['CORS_SUPPORT_CREDENTIALS', 'leave it out, no CORS header is sent'],
    ['ConnectionStrings__Results', 'set the connection string under the name of the connection alone'],
    ['CUSTOMCONNSTR_Results', 'set the connection string under the name of the connection alone'],
  ];
  for (const [name, remedy] of cases) {
    assert.equal(refusal({ [name]: 'a secret value' }), `${name} is not implemented by the local host: ${remedy}`);
  }
});

test('names all of them at once', () => {
  assert.deepEqual(
    refusal({ TZ: 'Europe/Oslo', WEBSITE_TIME_ZONE: 'Europe/Oslo', OTHER: 'x' })
      .split('\n')
      .map((line) => line.split(' ')[0]),
    ['TZ', 'WEBSITE_TIME_ZONE'],
  );
});

test("accepts the values that say what this host does anyway, empty ones, and settings that are not the host's", () => {
  const accepted: Record<string, string> = {
    AzureWebJobsSecretStorageType: 'Blob',
    AzureWebJobsFeatureFlags: 'EnableWorkerIndexing',
    AzureFunctionsWebHost__hostId: 'one',
    AzureFunctionsJobHostname: "the app's own",
    AzureWebJobsDisableHomepage: 'true',
    FUNCTIONS_WORKER_RUNTIME: 'node',
    FUNCTIONS_EXTENSION_VERSION: '~4',
    FUNCTIONS_WORKER_PROCESS_COUNT: '1',
    FUNCTIONS_REQUEST_BODY_SIZE_LIMIT: '',
    TZ: 'UTC',
    WEBSITE_AUTH_ENABLED: 'False',
    WEBSITE_HOSTNAME: 'localhost:7071',
  };
  refuseSettings(new Settings(accepted));
});
