/** readConfig: in which cloud the installation is, what it gets tokens for, and of which tenants. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Cloud, cloudNames, clouds } from '../../../shared/clouds.ts';
import { readConfig } from '../../../shared/config.ts';
import { contoso } from '../../support/app-identity.ts';
import { emulatorSettings, type Environment, expectationsOf } from '../../support/settings.ts';

/** All that a custom cloud needs for Graph. */
const custom = (overrides: Environment = {}): Environment =>
  emulatorSettings({
    TENANTPOST_CLOUD: 'custom',
    TENANTPOST_AUTHORITY_URL: 'https://login.cloud.example',
    TENANTPOST_GRAPH_URL: 'https://graph.cloud.example',
    TENANTPOST_GRAPH_RESOURCE: 'https://graph.cloud.example',
    ...overrides,
  });

const managedIdentity = {
  TENANTPOST_CREDENTIAL: 'managed-identity',
  AZURE_CLIENT_ID: '7b1c6a52-3f7e-4d09-8b25-9a4e5d0c1f33',
};

describe('a cloud of Microsoft', () => {
  for (const cloud of cloudNames.filter((one) => one !== 'custom')) {
    test(`${cloud} gives its endpoints, audiences and mail hosts`, () => {
      const config = readConfig(emulatorSettings({ TENANTPOST_CLOUD: cloud, ...managedIdentity }));
      const { authorityUrl, graphUrl, resources, tokenExchangeResource, mailHosts } = clouds[cloud];
      assert.deepEqual(
        [config.cloud, config.authorityUrl, config.graphUrl, config.audiences, config.mailHosts],
        [cloud, authorityUrl, graphUrl, { graph: resources.graph }, mailHosts],
      );
      assert.deepEqual(config.credential, {
        kind: 'managed-identity',
        identityClientId: managedIdentity.AZURE_CLIENT_ID,
        tokenExchangeResource,
      });
    });
  }

  test('has an Entra, a Graph and an audience of its own', () => {
    const endpoints = Object.fromEntries(
      cloudNames
        .filter((one) => one !== 'custom')
        .map((cloud) => {
          const { authorityUrl, graphUrl, audiences } = readConfig(emulatorSettings({ TENANTPOST_CLOUD: cloud }));
          return [cloud, [authorityUrl, graphUrl, audiences.graph]];
        }),
    );
    assert.deepEqual(endpoints, {
      public: ['https://login.microsoftonline.com', 'https://graph.microsoft.com', 'https://graph.microsoft.com'],
      usgov: ['https://login.microsoftonline.us', 'https://graph.microsoft.us', 'https://graph.microsoft.us'],
      'usgov-dod': [
        'https://login.microsoftonline.us',
        'https://dod-graph.microsoft.us',
        'https://dod-graph.microsoft.us',
      ],
      china: [
        'https://login.partner.microsoftonline.cn',
        'https://microsoftgraph.chinacloudapi.cn',
        'https://microsoftgraph.chinacloudapi.cn',
      ],
    });
  });

  test('may have each of its facts replaced', () => {
    const config = readConfig(
      emulatorSettings({
        ...managedIdentity,
        TENANTPOST_RESOURCES: 'graph,outlook',
        TENANTPOST_AUTHORITY_URL: 'https://localhost:8443',
        TENANTPOST_GRAPH_URL: 'https://localhost:8444',
        TENANTPOST_GRAPH_RESOURCE: 'api://graph.example/v1/',
        TENANTPOST_OUTLOOK_RESOURCE: 'https://outlook.example/',
        TENANTPOST_TOKEN_EXCHANGE_RESOURCE: 'api://exchange.example',
      }),
    );
    assert.equal(config.authorityUrl, 'https://localhost:8443');
    assert.equal(config.graphUrl, 'https://localhost:8444');
    // Without a slash at the end: tokens are compared by what stands before it.
    assert.deepEqual(config.audiences, { graph: 'api://graph.example/v1', outlook: 'https://outlook.example' });
    assert.ok(config.credential.kind === 'managed-identity');
    assert.equal(config.credential.tokenExchangeResource, 'api://exchange.example');
  });

  for (const [cloud, setting, value] of [
    ['public', 'TENANTPOST_AUTHORITY_URL', 'https://login.microsoftonline.us'],
    ['public', 'TENANTPOST_GRAPH_URL', 'https://graph.microsoft.us/'],
    ['public', 'TENANTPOST_GRAPH_RESOURCE', 'https://microsoftgraph.chinacloudapi.cn'],
    ['usgov', 'TENANTPOST_AUTHORITY_URL', 'https://login.microsoftonline.com'],
    ['usgov', 'TENANTPOST_AUTHORITY_URL', 'https://login.chinacloudapi.cn'],
    ['usgov', 'TENANTPOST_GRAPH_URL', 'https://dod-graph.microsoft.us'],
    ['usgov-dod', 'TENANTPOST_GRAPH_RESOURCE', 'https://graph.microsoft.com/'],
    ['usgov', 'TENANTPOST_OUTLOOK_RESOURCE', 'https://outlook.office365.com'],
    ['china', 'TENANTPOST_AUTHORITY_URL', 'https://login.microsoftonline.com'],
    ['china', 'TENANTPOST_TOKEN_EXCHANGE_RESOURCE', 'api://AzureADTokenExchange'],
    ['public', 'TENANTPOST_VAULT_URL', 'https://kv-tenantpost.vault.usgovcloudapi.net'],
    ['public', 'TENANTPOST_VAULT_URL', 'https://KV-tenantpost.VAULT.azure.cn'],
    ['usgov-dod', 'TENANTPOST_VAULT_URL', 'https://kv-tenantpost.vault.azure.net/'],
  ] as const) {
    test(`${cloud} is refused with ${value} as its ${setting}: it is another cloud's`, () => {
      const outlook = setting === 'TENANTPOST_OUTLOOK_RESOURCE' ? { TENANTPOST_RESOURCES: 'graph,outlook' } : {};
      const identity = setting === 'TENANTPOST_TOKEN_EXCHANGE_RESOURCE' ? managedIdentity : {};
      const said = expectationsOf(
        emulatorSettings({ TENANTPOST_CLOUD: cloud, ...outlook, ...identity, [setting]: value }),
      );
      assert.deepEqual(Object.keys(said), [setting]);
      assert.match(said[setting] ?? '', new RegExp(`^nothing of another cloud than ${cloud}\\b`));
    });
  }

  test('takes a vault below its own domain, which two of them share, and one of nobody’s', () => {
    for (const [cloud, url] of [
      ['public', 'https://kv.vault.azure.net'],
      ['usgov', 'https://kv.vault.usgovcloudapi.net'],
      ['usgov-dod', 'https://kv.vault.usgovcloudapi.net'],
      ['china', 'https://kv.vault.azure.cn'],
      ['china', 'https://localhost:8445'],
    ] as const) {
      const settings = emulatorSettings({ TENANTPOST_CLOUD: cloud, TENANTPOST_VAULT_URL: url });
      assert.equal(readConfig(settings).vault.url, url);
    }
  });

  test('takes an older name of its own authority, and what two of them share', () => {
    for (const [cloud, url] of [
      ['china', 'https://login.chinacloudapi.cn'],
      ['usgov-dod', 'https://login.microsoftonline.us'],
    ] as const satisfies readonly (readonly [Cloud, string])[]) {
      const settings = emulatorSettings({ TENANTPOST_CLOUD: cloud, TENANTPOST_AUTHORITY_URL: url });
      assert.equal(readConfig(settings).authorityUrl, url);
    }
  });
});

describe('a custom cloud', () => {
  test('has what is set and nothing else', () => {
    const { cloud, authorityUrl, graphUrl, audiences, mailHosts } = readConfig(custom());
    assert.deepEqual(
      { cloud, authorityUrl, graphUrl, audiences, mailHosts },
      {
        cloud: 'custom',
        authorityUrl: 'https://login.cloud.example',
        graphUrl: 'https://graph.cloud.example',
        audiences: { graph: 'https://graph.cloud.example' },
        mailHosts: { smtp: undefined, imap: undefined, pop: undefined },
      },
    );
  });

  test('is refused without its endpoints, each of which is named', () => {
    const said = expectationsOf(emulatorSettings({ TENANTPOST_CLOUD: 'custom' }));
    assert.deepEqual(Object.keys(said), [
      'TENANTPOST_AUTHORITY_URL',
      'TENANTPOST_GRAPH_URL',
      'TENANTPOST_GRAPH_RESOURCE',
    ]);
    for (const expected of Object.values(said))
      assert.match(expected, /cloud custom has no default \(it is not set\)$/);
  });

  test('is refused without the audience of federated tokens where the managed identity proves the app', () => {
    assert.deepEqual(Object.keys(expectationsOf(custom(managedIdentity))), ['TENANTPOST_TOKEN_EXCHANGE_RESOURCE']);
    const set = custom({ ...managedIdentity, TENANTPOST_TOKEN_EXCHANGE_RESOURCE: 'api://AzureADTokenExchange' });
    assert.doesNotThrow(() => readConfig(set));
  });

  test('may have the endpoints of any cloud: who sets each of them knows what he does', () => {
    const { authorityUrl, graphUrl, resources } = clouds.china;
    const settings = custom({
      TENANTPOST_AUTHORITY_URL: authorityUrl,
      TENANTPOST_GRAPH_URL: graphUrl,
      TENANTPOST_GRAPH_RESOURCE: resources.graph,
    });
    assert.equal(readConfig(settings).graphUrl, graphUrl);
  });
});

describe('the resources', () => {
  test('are Graph alone unless Outlook is named', () => {
    const { resources, audiences } = readConfig(emulatorSettings());
    assert.deepEqual([resources, audiences], [['graph'], { graph: 'https://graph.microsoft.com' }]);
  });

  for (const text of ['graph,outlook', 'graph, outlook', ' outlook,graph ']) {
    test(`are both for "${text}"`, () => {
      const { resources, audiences } = readConfig(emulatorSettings({ TENANTPOST_RESOURCES: text }));
      assert.deepEqual(resources, ['graph', 'outlook']);
      assert.deepEqual(audiences, {
        graph: 'https://graph.microsoft.com',
        outlook: 'https://outlook.office365.com',
      });
    });
  }

  for (const cloud of cloudNames.filter((one) => clouds[one].resources.outlook === undefined)) {
    test(`with Outlook need its identifier in cloud ${cloud}, where no page of Microsoft confirms one`, () => {
      const base = cloud === 'custom' ? custom() : emulatorSettings({ TENANTPOST_CLOUD: cloud });
      const both = { ...base, TENANTPOST_RESOURCES: 'graph,outlook' };
      assert.deepEqual(expectationsOf(both), {
        TENANTPOST_OUTLOOK_RESOURCE: `the identifier URI of Exchange Online, of which cloud ${cloud} has no default (it is not set)`,
      });
      const set = { ...both, TENANTPOST_OUTLOOK_RESOURCE: 'https://outlook.cloud.example' };
      assert.equal(readConfig(set).audiences.outlook, 'https://outlook.cloud.example');
    });
  }

  test('without Outlook are refused with its identifier, which would be passed over', () => {
    assert.deepEqual(expectationsOf(emulatorSettings({ TENANTPOST_OUTLOOK_RESOURCE: 'https://outlook.example' })), {
      TENANTPOST_OUTLOOK_RESOURCE: 'nothing, unless TENANTPOST_RESOURCES names outlook',
    });
  });
});

test('the audience of federated tokens is refused beside another credential', () => {
  assert.deepEqual(expectationsOf(emulatorSettings({ TENANTPOST_TOKEN_EXCHANGE_RESOURCE: 'api://one' })), {
    TENANTPOST_TOKEN_EXCHANGE_RESOURCE: 'nothing, unless TENANTPOST_CREDENTIAL is managed-identity',
  });
});

test('the home tenant is absent, or in lower case', () => {
  assert.equal(readConfig(emulatorSettings()).singleTenantId, undefined);
  const settings = emulatorSettings({ TENANTPOST_SINGLE_TENANT_ID: contoso.toUpperCase() });
  assert.equal(readConfig(settings).singleTenantId, contoso);
});
