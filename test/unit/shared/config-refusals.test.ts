/** readConfig: every way in which a setting can be wrong. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readConfig, settingNames } from '../../../shared/config.ts';
import {
  appSettings,
  deployedSettings,
  emulatorSettings,
  type Environment,
  expectationsOf,
  refusalOfSettings,
  storageUrls,
} from '../../support/settings.ts';

describe('a malformed setting is refused', () => {
  const malformed: Record<string, readonly string[]> = {
    TENANTPOST_CLOUD: ['germany', 'Public'],
    TENANTPOST_CLIENT_ID: ['tenantpost', '5c2d9f4e'],
    TENANTPOST_PUBLIC_URL: [
      'mail.example.com',
      'https://mail.example.com/app',
      'https://mail.example.com/?a=b',
      'https://mail.example.com/#a',
      'https://user@mail.example.com',
      'https://user:password@mail.example.com',
      'https://:password@mail.example.com',
      'ftp://mail.example.com',
    ],
    WEBSITE_HOSTNAME: ['https://app.azurewebsites.net', 'app.azurewebsites.net/api', 'user@app', 'app net', 'app:'],
    TENANTPOST_AUTHORITY_URL: [
      'login',
      'http://localhost:8443',
      'https://login.example.com/tenant',
      'https://:password@login.example.com',
    ],
    TENANTPOST_GRAPH_URL: ['graph', 'http://localhost:8444', 'http://127.0.0.1:8444', 'https://graph.example.com/v1.0'],
    TENANTPOST_RESOURCES: ['outlook', 'graph,imap', 'Graph', 'graph,graph', 'graph outlook', ','],
    TENANTPOST_GRAPH_RESOURCE: [
      'graph',
      'http://graph.example.com',
      'https://graph.example.com/.default',
      'https://graph example.com',
      'https://graph.example.com?a=b',
      '00000003-0000-0000-c000-000000000000',
    ],
    TENANTPOST_OUTLOOK_RESOURCE: ['outlook', 'https://', 'https://outlook.example.com/.default'],
    TENANTPOST_TOKEN_EXCHANGE_RESOURCE: ['AzureADTokenExchange', 'api://', 'api://AzureADTokenExchange/.default'],
    TENANTPOST_SINGLE_TENANT_ID: ['contoso.example', 'organizations', '11111111'],
    TENANTPOST_VAULT_URL: [
      'kv-tenantpost',
      'kv-tenantpost.vault.azure.net',
      'https://acct.vault.azure.net/certificates/tenantpost',
      'http://localhost:8445',
      'https://acct.vault.azure.net/keys',
      'https://:password@acct.vault.azure.net',
    ],
    TENANTPOST_CREDENTIAL: ['cert', 'Certificate', 'managedidentity', 'password'],
    TENANTPOST_CERTIFICATE_NAME: [
      'mail certificate',
      'a/b',
      'a'.repeat(128),
      'https://acct.vault.azure.net/certificates/tenantpost',
    ],
    TENANTPOST_CERTIFICATE_SIGNING: ['remote', 'Vault'],
    TENANTPOST_CLIENT_SECRET_NAME: ['mail secret', 'https://acct.vault.azure.net/secrets/mail'],
    TENANTPOST_CLIENT_SECRET: [
      '@Microsoft.KeyVault(SecretUri=https://acct.vault.azure.net/secrets/mail)',
      '@microsoft.keyvault(VaultName=acct;SecretName=mail)',
      'abc8Q~value ',
    ],
    TENANTPOST_CLIENT_SECRET_EXPIRES: ['31.01.2027', '2027-02-30', '2027'],
    TENANTPOST_CREDENTIAL_REFRESH_SECONDS: ['9', '3601', '0', '10m', '1e3', '-60', '60.5'],
    TENANTPOST_WRAPPING_KEY_NAME: ['tokens_key', 'a'.repeat(128)],
    TENANTPOST_SMTP_HOST: [
      'smtp.example.com',
      'smtp.example.com:',
      'https://smtp.example.com:587',
      'smtp.example.com:65536',
    ],
    TENANTPOST_IMAP_HOST: [':993', 'imap.example.com:imaps', 'imap.example.com:99999', 'imap.example.com:000993'],
    TENANTPOST_POP_HOST: ['pop.example.com:995/inbox', 'pop.example.com:65536'],
    // 45 s and 7 min do not divide the hour; 0 and 1 s are no period at all; beyond 15 min no token outlives two runs.
    TENANTPOST_WARM_EVERY_SECONDS: [
      '0',
      '1',
      '45',
      '61',
      '90',
      '420',
      '1200',
      '1800',
      '3600',
      '7200',
      '5m',
      '-60',
      '1.5',
    ],
    TENANTPOST_WARM_SHARDS: ['0', '33', '-1', '1.5', 'two'],
    TENANTPOST_DELIVERY: ['once', 'Standard'],
    TENANTPOST_MAILBOX_MESSAGES_PER_MINUTE: ['0', '-30', '1000001', '1.5', 'many'],
    TENANTPOST_MAILBOX_RECIPIENTS_PER_DAY: ['0', '100000001', '1e4'],
    TENANTPOST_SETTLE_SECONDS: ['0', '3601', '5m'],
    TENANTPOST_MESSAGE_LOCK_SECONDS: ['4', '601', 'PT10M'],
    TENANTPOST_RETENTION_DAYS: ['7', '0', '3651', '30d'],
    TENANTPOST_TELEMETRY: ['on', 'true', 'Otlp'],
    TENANTPOST_TRACE_RATIO: ['1.5', '-1', '50%', '0.12345', '.5'],
    OTEL_EXPORTER_OTLP_ENDPOINT: [
      'collector:4318',
      'https://me:secret@collector',
      'https://collector?key=1',
      'no address',
    ],
    APPLICATIONINSIGHTS_CONNECTION_STRING: [
      '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10',
      'InstrumentationKey=secret',
      'InstrumentationKey=5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10;IngestionEndpoint=http://localhost',
    ],
    TENANTPOST_EVENTS_QUEUE: [
      'Mail-Events',
      'a',
      'mail--events',
      '-mail',
      'mail_events',
      'x'.repeat(64),
      'mail-graph',
      'mail-smtp-poison',
    ],
    TENANTPOST_RETURN_URLS: [
      ...[
        'portal.example.com',
        'http://portal.example.com',
        'https://portal.example.com/path',
        'https://*.example.com/x',
      ],
      ...[
        'https://user@portal.example.com',
        'https://portal.example.com,',
        'https://portal.example.com;https://b.example',
      ],
    ],
    TENANTPOST_VENDOR_NAME: ['x'.repeat(61), 'two\nlines'],
    TENANTPOST_SUPPORT_CONTACT: ['support', 'http://example.com', 'a b@example.com', `${'x'.repeat(200)}@example.com`],
    AZURE_CLIENT_ID: ['system'],
  };
  const malformedIdentity: Record<string, readonly string[]> = {
    AzureWebJobsStorage__blobServiceUri: ['acct', 'http://acct.blob.core.windows.net'],
    AzureWebJobsStorage__queueServiceUri: ['acct', 'http://acct.queue.core.windows.net'],
    AzureWebJobsStorage__tableServiceUri: ['acct', 'http://acct.table.core.windows.net'],
    AzureWebJobsStorage__credential: ['ManagedIdentity', 'clientsecret'],
    AzureWebJobsStorage__clientId: ['system'],
  };

  /** What must stand beside a setting, since it is refused without, whatever its form. */
  const beside: Record<string, Environment> = {
    TENANTPOST_OUTLOOK_RESOURCE: { TENANTPOST_RESOURCES: 'graph,outlook' },
    TENANTPOST_CLIENT_SECRET_NAME: { TENANTPOST_CREDENTIAL: 'secret' },
    TENANTPOST_CLIENT_SECRET: { TENANTPOST_CREDENTIAL: 'secret' },
    TENANTPOST_CLIENT_SECRET_EXPIRES: { TENANTPOST_CREDENTIAL: 'secret', TENANTPOST_CLIENT_SECRET: 'abc8Q~value' },
    TENANTPOST_TOKEN_EXCHANGE_RESOURCE: {
      TENANTPOST_CREDENTIAL: 'managed-identity',
      AZURE_CLIENT_ID: crypto.randomUUID(),
    },
  };

  const cases = [
    ...Object.entries(malformed).map(([name, values]) => ({ name, values, environment: emulatorSettings })),
    ...Object.entries(malformedIdentity).map(([name, values]) => ({ name, values, environment: deployedSettings })),
  ];
  for (const { name, values, environment } of cases) {
    for (const value of values) {
      test(`${name} of "${value.slice(0, 40)}"`, () => {
        const said = expectationsOf(environment({ ...beside[name], [name]: value }));
        assert.deepEqual(Object.keys(said), [name]);
        // The sentence is ours: the parser's own begin with "Invalid" or "Too".
        assert.match(said[name] ?? '', /^(an? |one of |"managedidentity")/);
      });
    }
  }

  test('and every setting that has a form has a case here', () => {
    const free = ['AzureWebJobsStorage'];
    const covered = [...Object.keys(malformed), ...Object.keys(malformedIdentity), ...free];
    assert.deepEqual(covered.sort(), [...settingNames].sort());
  });
});

describe('what is missing', () => {
  test('is named, and said to be missing', () => {
    const said = expectationsOf({});
    assert.deepEqual(Object.keys(said).sort(), [
      'AzureWebJobsStorage',
      'TENANTPOST_CLIENT_ID',
      'TENANTPOST_PUBLIC_URL',
      'TENANTPOST_VAULT_URL',
    ]);
    assert.match(said['TENANTPOST_CLIENT_ID'] ?? '', /^a GUID, for example .+ \(it is not set\)$/);
  });

  test('is described by what was expected and not by what the parser met', () => {
    assert.match(expectationsOf({})['TENANTPOST_VAULT_URL'] ?? '', /^an address .+ \(it is not set\)$/);
  });

  test('counts as missing when it is empty', () => {
    const empty = Object.fromEntries(settingNames.map((name) => [name, '']));
    assert.deepEqual(expectationsOf(empty), expectationsOf({}));
    assert.deepEqual(
      readConfig(emulatorSettings({ TENANTPOST_CLOUD: '', AZURE_CLIENT_ID: '' })),
      readConfig(emulatorSettings()),
    );
  });
});

describe('storage', () => {
  test('is refused half by identity, naming each address that is not set', () => {
    for (const given of Object.entries(storageUrls)) {
      const missing = Object.keys(storageUrls).filter((name) => name !== given[0]);
      const said = expectationsOf({ ...appSettings, [given[0]]: given[1] });
      assert.deepEqual(Object.keys(said), missing);
      for (const expected of Object.values(said)) assert.match(expected, /\(it is not set\)$/);
    }
  });

  test('is refused by connection string and identity at once, naming what must go', () => {
    const said = expectationsOf(emulatorSettings(storageUrls));
    assert.deepEqual(Object.keys(said), Object.keys(storageUrls));
    assert.match(Object.values(said).join(), /nothing, since AzureWebJobsStorage is set and wins/);

    const one = 'AzureWebJobsStorage__queueServiceUri';
    assert.deepEqual(Object.keys(expectationsOf(emulatorSettings({ [one]: storageUrls[one] }))), [one]);
  });

  // The Functions host reads more of them than this app, and any of them says that a connection string was not meant.
  for (const [name, value] of [
    ['AzureWebJobsStorage__credential', 'managedidentity'],
    ['AzureWebJobsStorage__clientId', crypto.randomUUID()],
    ['AzureWebJobsStorage__accountName', 'acct'],
    ['AzureWebJobsStorage__somethingNew', 'x'],
  ] as const) {
    test(`is refused by connection string with ${name} beside it`, () => {
      assert.deepEqual(expectationsOf(emulatorSettings({ [name]: value })), {
        [name]: 'nothing, since AzureWebJobsStorage is set and wins',
      });
    });
  }

  test("is taken by identity with a setting beside it that is the host's alone", () => {
    assert.deepEqual(
      readConfig(deployedSettings({ AzureWebJobsStorage__accountName: 'acct' })),
      readConfig(deployedSettings()),
    );
  });
});

describe('the credential', () => {
  const secret = { TENANTPOST_CREDENTIAL: 'secret' };
  const identity = { TENANTPOST_CREDENTIAL: 'managed-identity' };
  const value = { TENANTPOST_CLIENT_SECRET: 'abc8Q~value' };
  const named = { TENANTPOST_CLIENT_SECRET_NAME: 'mail' };
  const date = { TENANTPOST_CLIENT_SECRET_EXPIRES: '2027-01-31' };
  const cases: Record<string, { settings: Environment; said: Record<string, RegExp> }> = {
    'of no kind that there is, whatever stands beside it, is refused alone': {
      settings: { TENANTPOST_CREDENTIAL: 'certificat', TENANTPOST_CERTIFICATE_NAME: 'x', ...value },
      said: { TENANTPOST_CREDENTIAL: /^one of certificate, managed-identity, secret$/ },
    },
    'by managed identity is refused without its client id': {
      settings: identity,
      said: { AZURE_CLIENT_ID: /^the client id of a user-assigned identity: .*\(it is not set\)$/ },
    },
    'by secret is refused without one': {
      settings: secret,
      said: { TENANTPOST_CLIENT_SECRET: /^the secret, or TENANTPOST_CLIENT_SECRET_NAME .*\(neither is set\)$/ },
    },
    'by secret is refused with both its value and its name in the vault': {
      settings: { ...secret, ...value, ...named },
      said: {
        TENANTPOST_CLIENT_SECRET: /^nothing, since TENANTPOST_CLIENT_SECRET_NAME names the secret in the vault$/,
      },
    },
    'by a secret in the vault is refused with a date of its own': {
      settings: { ...secret, ...named, ...date },
      said: { TENANTPOST_CLIENT_SECRET_EXPIRES: /^nothing, since the vault knows when its secret expires$/ },
    },
    'by certificate is refused with what belongs to a secret': {
      settings: { ...value, ...date },
      said: {
        TENANTPOST_CLIENT_SECRET: /^nothing, unless TENANTPOST_CREDENTIAL is secret$/,
        TENANTPOST_CLIENT_SECRET_EXPIRES: /^nothing, unless TENANTPOST_CREDENTIAL is secret$/,
      },
    },
    'by secret is refused with what belongs to a certificate': {
      settings: { ...secret, ...named, TENANTPOST_CERTIFICATE_NAME: 'x', TENANTPOST_CERTIFICATE_SIGNING: 'local' },
      said: {
        TENANTPOST_CERTIFICATE_NAME: /^nothing, unless TENANTPOST_CREDENTIAL is certificate$/,
        TENANTPOST_CERTIFICATE_SIGNING: /^nothing, unless TENANTPOST_CREDENTIAL is certificate$/,
      },
    },
  };
  for (const [what, { settings, said }] of Object.entries(cases)) {
    test(what, () => {
      const expected = expectationsOf(emulatorSettings(settings));
      assert.deepEqual(Object.keys(expected), Object.keys(said));
      for (const [name, pattern] of Object.entries(said)) assert.match(expected[name] ?? '', pattern);
    });
  }

  test('shows nothing of a reference that was not resolved, and says what is to be done', () => {
    const reference = '@Microsoft.KeyVault(SecretUri=https://private-vault.vault.azure.net/secrets/mail)';
    const { message } = refusalOfSettings(emulatorSettings({ ...secret, TENANTPOST_CLIENT_SECRET: reference }));
    assert.match(message, /TENANTPOST_CLIENT_SECRET: expected a secret, and its Key Vault reference was not resolved/);
    assert.match(message, /Key Vault Secrets User/);
    assert.doesNotMatch(message, /private-vault/);
  });
});

test('the vault’s name alone, or the address of what is in it, is told which form is wanted', () => {
  for (const url of ['kv-tenantpost', 'https://kv-tenantpost.vault.azure.net/certificates/tenantpost']) {
    const said = expectationsOf(emulatorSettings({ TENANTPOST_VAULT_URL: url }))['TENANTPOST_VAULT_URL'];
    assert.equal(
      said,
      'an address like https://kv-tenantpost.vault.azure.net: not the name alone, and nothing after it',
    );
  }
  const named = expectationsOf(
    emulatorSettings({ TENANTPOST_CERTIFICATE_NAME: 'https://kv.vault.azure.net/certificates/x' }),
  );
  assert.match(named['TENANTPOST_CERTIFICATE_NAME'] ?? '', /^a name of .*, not the address in the vault$/);
});

describe('several wrong settings', () => {
  const wrong: Environment = {
    TENANTPOST_CLOUD: 'secret-cloud',
    TENANTPOST_CLIENT_ID: 'secret-client',
    TENANTPOST_PUBLIC_URL: 'http://secret-public.example',
    TENANTPOST_AUTHORITY_URL: 'http://secret-authority.example',
    TENANTPOST_GRAPH_URL: 'http://secret-graph.example',
    TENANTPOST_VAULT_URL: 'secret-vault',
    TENANTPOST_CERTIFICATE_NAME: 'secret certificate',
    TENANTPOST_WRAPPING_KEY_NAME: 'secret key',
    TENANTPOST_SMTP_HOST: 'secret-smtp',
    TENANTPOST_IMAP_HOST: 'secret-imap',
    TENANTPOST_POP_HOST: 'secret-pop',
    TENANTPOST_WARM_EVERY_SECONDS: 'secret-period',
    AZURE_CLIENT_ID: 'secret-identity',
    AzureWebJobsStorage__blobServiceUri: 'http://secret-blob.example',
    AzureWebJobsStorage__credential: 'secret-credential',
    AzureWebJobsStorage__clientId: 'secret-storage-identity',
  };

  test('are all named at once', () => {
    assert.deepEqual(
      Object.keys(expectationsOf(wrong)).sort(),
      [...Object.keys(wrong), 'AzureWebJobsStorage__queueServiceUri', 'AzureWebJobsStorage__tableServiceUri'].sort(),
    );
  });

  test('stand in the detail by name, each once', () => {
    const { detail } = refusalOfSettings(wrong);
    assert.deepEqual(String(detail['settings']).split(' ').sort(), Object.keys(expectationsOf(wrong)).sort());
  });

  test('leave no value in the message, the detail or anything else that the error shows', () => {
    const error = refusalOfSettings({ ...wrong, AzureWebJobsStorage: 'AccountKey=secret-storage' });
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error)} ${JSON.stringify(error.detail)}`, /secret/);
  });
});

test('a setting of ours that does not exist is refused, or a misspelt endpoint would be passed over for the default', () => {
  const misspelt = { ...deployedSettings(), TENANTPOST_GRPAH_URL: 'https://graph.example.com' };
  assert.deepEqual(expectationsOf(misspelt), { TENANTPOST_GRPAH_URL: 'no such setting' });
});

test('text that is no connection string is refused by name', () => {
  for (const text of ['xx', 'AccountName=a', 'AccountKey=a;', 'UseDevelopmentStorage=yes']) {
    const { AzureWebJobsStorage } = expectationsOf({ ...emulatorSettings(), AzureWebJobsStorage: text });
    assert.equal(AzureWebJobsStorage, 'a connection string of a storage account', text);
  }
});
