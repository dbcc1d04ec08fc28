/** The preflight under `sh`, asking stand-ins of `az`: what it refuses, what it says to do, and that it makes nothing. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { clientId, contoso } from '../../support/app-identity.ts';
import { type Finished, type Rule, runWithStubs } from '../../support/stub-commands.ts';

const given = {
  AZURE_ENV_NAME: 'contoso-mail',
  AZURE_SUBSCRIPTION_ID: contoso,
  AZURE_RESOURCE_GROUP: 'rg-contoso',
  AZURE_LOCATION: 'westeurope',
  TENANTPOST_ALERT_EMAILS: 'post@contoso.example,night@contoso.example',
};
type Variable = keyof typeof given | `TENANTPOST_${string}`;

const providers = ['Authorization', 'Consumption', 'Insights', 'KeyVault', 'ManagedIdentity', 'OperationalInsights'];
const registered = [...providers, 'Storage', 'Web'].map((name) => `Microsoft.${name}`);

const well: readonly Rule[] = [
  ['az account show', `${contoso}\n`],
  ['az group show', 'westeurope\n'],
  ['az functionapp list-flexconsumption-locations', 'northeurope\nwesteurope\n'],
  ['az functionapp list-flexconsumption-runtimes', '22\n24\n'],
  ['az provider list', `${registered.join('\n')}\n`],
];

const preflight = (
  variables: Partial<Record<Variable, string>> = {},
  rules: readonly Rule[] = [],
  without: readonly string[] = [],
): Promise<Finished> =>
  runWithStubs('sh infra/hooks/preflight.sh', [...rules, ...well], { ...given, ...variables }, without);

/** Looked, and nothing else. */
function assertNothingMade({ calls }: Finished): void {
  for (const call of calls) assert.match(call, /^az (?:account show|group show|provider list|functionapp list-flex)/);
}

/** @param todo what it says to do. */
function assertRefused(finished: Finished, what: RegExp, todo: RegExp): void {
  assert.equal(finished.code, 1);
  assert.match(finished.stderr, /Nothing was made/);
  const problems = [...finished.stderr.matchAll(/^WRONG {2}(.*)\n {7}(.*)$/gm)];
  assert.equal(problems.length, 1, finished.stderr);
  assert.match(problems[0]?.[1] ?? '', what);
  assert.match(problems[0]?.[2] ?? '', todo);
  assertNothingMade(finished);
}

describe('the preflight', () => {
  test('passes a sound environment, having asked in five calls', async () => {
    const finished = await preflight();
    assert.deepEqual([finished.code, finished.stderr], [0, '']);
    assert.equal(finished.calls.length, 5);
    assertNothingMade(finished);
  });

  const malformed: readonly [what: string, variable: Variable, value: string, says: RegExp][] = [
    ['no name', 'AZURE_ENV_NAME', '', /AZURE_ENV_NAME is not set/],
    ['a name of 21 characters', 'AZURE_ENV_NAME', 'a'.repeat(21), /too long/],
    ['a name of one character', 'AZURE_ENV_NAME', 'a', /too short/],
    ['a name with capitals', 'AZURE_ENV_NAME', 'Contoso', /AZURE_ENV_NAME is malformed: lower-case/],
    ['a name that ends with a dash', 'AZURE_ENV_NAME', 'contoso-', /AZURE_ENV_NAME is malformed/],
    ['a name of two lines', 'AZURE_ENV_NAME', 'contoso\nmail', /AZURE_ENV_NAME is malformed/],
    ['no subscription', 'AZURE_SUBSCRIPTION_ID', '', /AZURE_SUBSCRIPTION_ID is not set/],
    ['a subscription by its name', 'AZURE_SUBSCRIPTION_ID', 'Production', /AZURE_SUBSCRIPTION_ID is malformed/],
    ['no resource group', 'AZURE_RESOURCE_GROUP', '', /AZURE_RESOURCE_GROUP is not set/],
    ['a resource group of 91 characters', 'AZURE_RESOURCE_GROUP', 'r'.repeat(91), /90 characters/],
    ['a resource group that a shell would run', 'AZURE_RESOURCE_GROUP', '$(reboot)', /malformed/],
    ['no region', 'AZURE_LOCATION', '', /AZURE_LOCATION is not set/],
    ['a region by its long name', 'AZURE_LOCATION', 'West Europe', /short name, such as westeurope/],
    ['nobody to alert', 'TENANTPOST_ALERT_EMAILS', '', /TENANTPOST_ALERT_EMAILS is not set/],
    ['an address without a host', 'TENANTPOST_ALERT_EMAILS', 'post', /TENANTPOST_ALERT_EMAILS is malformed/],
    ['21 addresses', 'TENANTPOST_ALERT_EMAILS', Array(21).fill('a@b.example').join(','), /up to 20/],
    ['a client id that is none', 'TENANTPOST_CLIENT_ID', 'tenantpost', /TENANTPOST_CLIENT_ID is malformed/],
    ['an unknown credential', 'TENANTPOST_CREDENTIAL', 'password', /certificate, managed-identity or secret/],
    ['a budget of nothing', 'TENANTPOST_MONTHLY_BUDGET', '0', /TENANTPOST_MONTHLY_BUDGET is malformed/],
    ['a switch that is neither', 'TENANTPOST_PRIVATE_NETWORK', 'yes', /true or false/],
  ];
  for (const [what, variable, value, says] of malformed) {
    test(`refuses ${what}, and asks Azure nothing`, async () => {
      const finished = await preflight({ [variable]: value });
      assertRefused(finished, says, /^azd env (?:set|new) /);
      assert.deepEqual(finished.calls, []);
    });
  }

  test('takes what may be set as well', async () => {
    const more = {
      TENANTPOST_CLIENT_ID: clientId,
      TENANTPOST_CREDENTIAL: 'managed-identity',
      TENANTPOST_RECOVER_VAULT: 'true',
    };
    assert.equal((await preflight(more)).code, 0);
  });

  test('refuses to let somebody in by a name', async () => {
    const privately = { TENANTPOST_PRIVATE_NETWORK: 'true', TENANTPOST_OPERATOR_ADDRESSES: 'office.contoso.example' };
    assertRefused(await preflight(privately), /public IPv4 addresses or ranges/, /^azd env set/);
  });

  test('refuses to let somebody in where nothing is closed', async () => {
    const finished = await preflight({ TENANTPOST_OPERATOR_ADDRESSES: '203.0.113.7,198.51.100.0/24' });
    assertRefused(finished, /lets somebody in where nothing is closed/, /^azd env set TENANTPOST_PRIVATE_NETWORK true/);
  });

  test('names everything that is wrong at once', async () => {
    const { code, stderr } = await preflight({
      AZURE_ENV_NAME: 'Contoso',
      AZURE_LOCATION: '',
      TENANTPOST_ALERT_EMAILS: 'x',
    });
    assert.equal(code, 1);
    assert.equal([...stderr.matchAll(/^WRONG/gm)].length, 3);
  });

  for (const tool of ['az', 'npm', 'curl']) {
    test(`says that ${tool} is not installed`, async () => {
      assertRefused(await preflight({}, [], [tool]), new RegExp(`^${tool} is not installed`), /docs\/deploy\.md/);
    });
  }

  test('says that nobody is signed in', async () => {
    const finished = await preflight({}, [['az account show', { code: 1, stderr: "Please run 'az login'" }]]);
    assertRefused(finished, /Nobody is signed in/, /^az login$/);
    assert.equal(finished.calls.length, 1);
  });

  test('stops where the Azure CLI works in another subscription', async () => {
    const finished = await preflight({}, [['az account show', `${clientId}\n`]]);
    assertRefused(finished, /another subscription/, new RegExp(`^az account set --subscription ${contoso}`));
  });

  test('says how to make the resource group that is missing', async () => {
    const finished = await preflight({}, [['az group show', { code: 3 }]]);
    assertRefused(
      finished,
      /no resource group rg-contoso/,
      /^az group create --name rg-contoso --location westeurope$/,
    );
  });

  test('refuses a region that is not that of the resource group, where all would be made', async () => {
    const finished = await preflight({}, [['az group show', 'northeurope\n']]);
    assertRefused(finished, /is in northeurope/, /^azd env set AZURE_LOCATION northeurope$/);
  });

  test('refuses a region without Flex Consumption', async () => {
    const finished = await preflight({}, [
      ['az functionapp list-flexconsumption-locations', 'northeurope\nwesteurope2\n'],
    ]);
    assertRefused(finished, /westeurope has no Flex Consumption/, /list-flexconsumption-locations/);
  });

  test('knows a region by its long name as well', async () => {
    const { code } = await preflight({}, [
      ['az functionapp list-flexconsumption-locations', 'North Europe\nWest Europe\n'],
    ]);
    assert.equal(code, 0);
  });

  test('refuses a region without the version of Node that main.bicep names', async () => {
    const finished = await preflight({}, [['az functionapp list-flexconsumption-runtimes', '20\n22\n']]);
    assertRefused(finished, /no Node 24 in westeurope/, /param nodeVersion into infra\/main\.dev\.bicepparam/);
  });

  test('refuses a subscription in which a resource provider is not registered', async () => {
    const without = registered.filter((name) => name !== 'Microsoft.KeyVault').join('\n');
    const finished = await preflight({}, [['az provider list', `${without}\nMicrosoft.KeyVaultX\n`]]);
    assertRefused(
      finished,
      /Microsoft\.KeyVault is not registered/,
      /^az provider register --namespace Microsoft\.KeyVault --wait$/,
    );
  });

  test('asks for the providers of private networking only with private networking', async () => {
    const { code, stderr } = await preflight({ TENANTPOST_PRIVATE_NETWORK: 'true' });
    assert.equal(code, 1);
    assert.deepEqual(
      [...stderr.matchAll(/provider (\S+) is not/g)].map(([, name]) => name),
      ['Microsoft.Network', 'Microsoft.App'],
    );
  });

  test('goes on where it may not ask the subscription, and says what it has not seen', async () => {
    const may = { code: 1, stderr: 'AuthorizationFailed' };
    const { code, stderr } = await preflight({}, [
      ['az functionapp', may],
      ['az provider list', may],
    ]);
    assert.equal(code, 0);
    assert.match(
      stderr,
      /NOT LOOKED AT: whether westeurope has Flex Consumption\.\nNOT LOOKED AT: which resource providers/,
    );
  });
});
