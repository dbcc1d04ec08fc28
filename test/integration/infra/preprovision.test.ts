/** The hook before provisioning under `sh`, with stand-ins of `az` and `azd`: what it makes, what it leaves alone, what it says. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clientId, contoso } from '../../support/app-identity.ts';
import { type Finished, type Rule, runWithStubs } from '../../support/stub-commands.ts';

const before = {
  AZURE_ENV_NAME: 'contoso-mail',
  AZURE_SUBSCRIPTION_ID: contoso,
  AZURE_RESOURCE_GROUP: 'rg-contoso',
  AZURE_LOCATION: 'westeurope',
  TENANTPOST_ALERT_EMAILS: 'post@contoso.example',
};
const preflightRules: readonly Rule[] = [
  ['az account show', `${contoso}\n`],
  ['az group show', 'westeurope\n'],
  ['az functionapp list-flexconsumption-locations', 'westeurope\n'],
  ['az functionapp list-flexconsumption-runtimes', '24\n'],
  ['az provider list', { code: 1 }],
];
describe('before provisioning', () => {
  const run = (rules: readonly Rule[], variables: Record<string, string> = {}): Promise<Finished> =>
    runWithStubs('sh infra/hooks/preprovision.sh', [...rules, ...preflightRules], { ...before, ...variables });
  const deployed: Rule = ['az deployment group create', `${clientId}\n`];

  test('registers the app, and remembers its name and its client id', async () => {
    const finished = await run([['az deployment group show', { code: 3 }], deployed, ['azd env set', '']]);
    assert.equal(finished.code, 0, finished.stderr);
    assert.deepEqual(finished.calls.slice(-3), [
      'az deployment group create --resource-group rg-contoso --name tenantpost-registration --parameters infra/registration/main.bicepparam --query properties.outputs.clientId.value --output tsv',
      'azd env set TENANTPOST_REGISTRATION_NAME tenantpost-contoso-mail-11111111',
      `azd env set TENANTPOST_CLIENT_ID ${clientId}`,
    ]);
  });

  test('takes the registration of an earlier run as it is: deployed without an address it would lose its redirect URI', async () => {
    const finished = await run([
      ['az deployment group show', `${clientId}\n`],
      ['azd env set', ''],
    ]);
    assert.equal(finished.code, 0, finished.stderr);
    assert.equal(finished.calls.at(-1), `azd env set TENANTPOST_CLIENT_ID ${clientId}`);
  });

  test('registers nothing where a client id is set', async () => {
    const finished = await run([], { TENANTPOST_CLIENT_ID: clientId });
    assert.equal(finished.code, 0, finished.stderr);
    assert.equal(finished.calls.length, 5);
  });

  test('registers nothing where the preflight refuses', async () => {
    const finished = await run([], { AZURE_LOCATION: 'West Europe' });
    assert.equal(finished.code, 1);
    assert.deepEqual(finished.calls, []);
  });

  test('says which role it takes where Entra refuses, and remembers nothing', async () => {
    const refusal = { code: 1, stderr: 'Insufficient privileges to complete the operation.' };
    const finished = await run([
      ['az deployment group show', { code: 3 }],
      ['az deployment group create', refusal],
    ]);
    assert.equal(finished.code, 1);
    assert.match(
      finished.stderr,
      /Insufficient privileges[^]*Application Developer[^]*azd env set TENANTPOST_CLIENT_ID/,
    );
    assert.ok(!finished.calls.some((call) => call.startsWith('azd')));
  });
});
