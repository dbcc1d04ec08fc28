/** The settings that the templates give to the app are those that it reads, and it starts with them. */

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig, settingNames } from '../../../shared/config.ts';
import { routePrefix, routes } from '../../../shared/names.ts';
import type { Deployment } from '../../support/bicep/read-bicep.ts';
import { deploy, deployEnvironment, environmentOf, environments } from '../../support/infra.ts';

/** One value for each thing that may be said, so that no setting is left out because it is empty. */
const everyChoice = {
  resources: 'graph,outlook',
  singleTenantId: '0d6a2f3c-51a4-4c39-8f0b-2b8f1f0c9e11',
  publicUrl: 'https://mail.contoso.example',
  vendorName: 'Contoso Mail',
  supportContact: 'help@contoso.example',
  returnUrls: ['https://portal.contoso.example', 'https://admin.contoso.example'],
  delivery: 'exactly-once',
  mailboxMessagesPerMinute: 20,
  mailboxRecipientsPerDay: 5000,
  settleSeconds: 120,
  warmEverySeconds: 600,
  warmShards: 4,
  credentialRefreshSeconds: 900,
  traceRatio: '0.1',
};

const all = { choices: everyChoice, eventsQueue: 'mail-events' };

/** What the templates leave alone, and why. */
const notSet: Readonly<Record<string, string>> = {
  WEBSITE_HOSTNAME: 'App Service sets it',
  AzureWebJobsStorage: 'a connection string holds a key',
  TENANTPOST_CLIENT_SECRET: 'it would be a secret in a setting: TENANTPOST_CLIENT_SECRET_NAME instead',
  TENANTPOST_CLIENT_SECRET_EXPIRES: 'goes with TENANTPOST_CLIENT_SECRET; the vault knows when its own ends',
  TENANTPOST_MESSAGE_LOCK_SECONDS: 'for a host for tests',
  TENANTPOST_CLOUD: 'Flex Consumption is in the public cloud, which is the default',
  TENANTPOST_AUTHORITY_URL: 'by cloud',
  TENANTPOST_GRAPH_URL: 'by cloud',
  TENANTPOST_GRAPH_RESOURCE: 'by cloud',
  TENANTPOST_OUTLOOK_RESOURCE: 'by cloud',
  TENANTPOST_TOKEN_EXCHANGE_RESOURCE: 'by cloud',
  TENANTPOST_SMTP_HOST: 'by cloud',
  TENANTPOST_IMAP_HOST: 'by cloud',
  TENANTPOST_POP_HOST: 'by cloud',
  OTEL_EXPORTER_OTLP_ENDPOINT: 'telemetry goes to Application Insights',
};

/** Read by the Functions host or by App Service, and not by the app. */
const ofAzure = ['APPLICATIONINSIGHTS_AUTHENTICATION_STRING', 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'];

/** On Flex Consumption they stand in functionAppConfig: https://learn.microsoft.com/azure/azure-functions/functions-app-settings. */
const refusedByFlex = [
  'FUNCTIONS_WORKER_RUNTIME',
  'FUNCTIONS_EXTENSION_VERSION',
  'WEBSITE_NODE_DEFAULT_VERSION',
  'WEBSITE_RUN_FROM_PACKAGE',
  'WEBSITE_CONTENTAZUREFILECONNECTIONSTRING',
  'WEBSITE_CONTENTSHARE',
];

test('every setting that the app reads is set by the templates or left alone for a reason, and none is misspelt', () => {
  const set = new Set(
    [
      deploy({ ...all, signInClientId: 'c0ffee00-1111-4222-8333-444455556666' }),
      deploy({ credential: 'secret', clientSecretName: 'tenantpost' }),
    ].flatMap(({ appSettings }) => Object.keys(appSettings)),
  );
  const known = [...settingNames, ...ofAzure].filter((name) => !(name in notSet));
  assert.deepEqual([...set].sort(), known.sort());
  for (const name of Object.keys(notSet)) assert.ok(settingNames.includes(name), `${name} is no setting any more`);
  for (const name of refusedByFlex) assert.ok(!set.has(name), name);
});

test('the app takes the settings of both environments', () => {
  for (const name of environments) {
    const deployment = deployEnvironment(name);
    const config = readConfig(environmentOf(deployment));
    assert.equal(config.storage.kind, 'identity');
    assert.equal(config.credential.kind, 'certificate');
    assert.equal(config.identityClientId, deployment.outputs['AZURE_IDENTITY_CLIENT_ID']);
    assert.equal(config.telemetry.kind, 'azure-monitor');
  }
});

test('what may be said differently arrives in the app as it was said', () => {
  const config = readConfig(environmentOf(deploy(all)));
  assert.deepEqual(config.resources, ['graph', 'outlook']);
  assert.equal(config.singleTenantId, everyChoice.singleTenantId);
  assert.equal(config.publicUrl, everyChoice.publicUrl);
  assert.deepEqual(config.vendor, { name: everyChoice.vendorName, support: everyChoice.supportContact });
  assert.deepEqual(config.returnOrigins, everyChoice.returnUrls);
  assert.deepEqual(config.mail, {
    delivery: 'exactly-once',
    messagesPerMinute: 20,
    recipientsPerDay: 5000,
    settleSeconds: 120,
    messageLockSeconds: 600,
    retentionDays: 30,
    eventsQueue: 'mail-events',
  });
  assert.equal(config.warmEverySeconds, 600);
  assert.equal(config.warmShards, 4);
  assert.equal(config.credentialRefreshSeconds, 900);
});

test('each credential gets its own settings and none of the others', () => {
  const credentialOf = (parameters: Parameters<typeof deploy>[0]) =>
    readConfig(environmentOf(deploy(parameters))).credential;
  assert.deepEqual(credentialOf({ certificateName: 'mail', certificateSigning: 'local' }), {
    kind: 'certificate',
    certificateName: 'mail',
    signing: 'local',
  });
  assert.equal(credentialOf({ credential: 'managed-identity' }).kind, 'managed-identity');
  assert.deepEqual(credentialOf({ credential: 'secret', clientSecretName: 'mail' }), {
    kind: 'secret',
    secretName: 'mail',
  });
});

test('the address of the callback is the one that the app tells Entra', () => {
  const callbackOf = (deployment: Deployment): string =>
    `${readConfig(environmentOf(deployment)).publicUrl}/${routePrefix}/${routes.consentCallback}`;
  for (const deployment of [deploy(), deploy({ choices: { publicUrl: 'https://mail.contoso.example' } })]) {
    assert.equal(deployment.outputs['AZURE_CALLBACK_URL'], callbackOf(deployment));
  }
});

test('no setting and no output holds a secret', () => {
  const { appSettings, outputs } = deploy({ ...all, credential: 'secret', clientSecretName: 'tenantpost' });
  for (const [name, value] of Object.entries({ ...appSettings, ...outputs })) {
    assert.doesNotMatch(String(value), /AccountKey|SharedAccess|sig=|password/i, name);
  }
  // The instrumentation key in it opens nothing: local authentication is off.
  assert.match(appSettings['APPLICATIONINSIGHTS_CONNECTION_STRING'] ?? '', /^InstrumentationKey=/);
});
