import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { type Cloud, clouds } from '../../../shared/clouds.ts';
import { readConfig, settingNames } from '../../../shared/config.ts';
import { TenantpostError } from '../../../shared/errors.ts';

type Environment = Record<string, string | undefined>;

const clientId = '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10';
const connectionString = 'UseDevelopmentStorage=true';
const urls = {
  AzureWebJobsStorage__blobServiceUri: 'https://acct.blob.core.windows.net',
  AzureWebJobsStorage__queueServiceUri: 'https://acct.queue.core.windows.net',
  AzureWebJobsStorage__tableServiceUri: 'https://acct.table.core.windows.net',
};
const app = {
  TENANTPOST_CLIENT_ID: clientId,
  TENANTPOST_PUBLIC_URL: 'https://mail.example.com',
  TENANTPOST_VAULT_URL: 'https://acct.vault.azure.net',
};

/** The least that is needed with an emulator. */
const good = (overrides: Environment = {}): Environment => ({
  ...app,
  AzureWebJobsStorage: connectionString,
  ...overrides,
});

/** The least that is needed as deployed. */
const deployed = (overrides: Environment = {}): Environment => ({ ...app, ...urls, ...overrides });

function refusal(environment: Environment): TenantpostError {
  try {
    readConfig(environment);
  } catch (error) {
    assert.ok(error instanceof TenantpostError);
    assert.equal(error.code, 'CONFIG_INVALID');
    return error;
  }
  assert.fail('The settings were taken.');
}

/** What the refusal says of each setting. */
function expectations(environment: Environment): Record<string, string> {
  const [head, ...lines] = refusal(environment).message.split('\n');
  assert.equal(head, 'Settings are wrong:');
  return Object.fromEntries(
    lines.map((line) => {
      const [, setting, expected] = /^ {2}(\S+): expected (.+)$/.exec(line) ?? [];
      assert.ok(setting !== undefined && expected !== undefined, line);
      return [setting, expected];
    }),
  );
}

describe('a good configuration', () => {
  test('by connection string has a default for everything else', () => {
    assert.deepEqual(readConfig(good()), {
      cloud: 'public',
      clientId,
      publicUrl: 'https://mail.example.com',
      authorityUrl: 'https://login.microsoftonline.com',
      graphUrl: 'https://graph.microsoft.com',
      vault: {
        url: 'https://acct.vault.azure.net',
        certificateName: 'tenantpost',
        wrappingKeyName: 'tenantpost-tokens',
      },
      mailHosts: {
        smtp: 'smtp.office365.com:587',
        imap: 'outlook.office365.com:993',
        pop: 'outlook.office365.com:995',
      },
      identityClientId: undefined,
      storage: { kind: 'connectionString', connectionString },
      warmEverySeconds: 300,
    });
  });

  test('by managed identity names the three services', () => {
    assert.deepEqual(readConfig(deployed()).storage, {
      kind: 'identity',
      urls: {
        blob: urls.AzureWebJobsStorage__blobServiceUri,
        queue: urls.AzureWebJobsStorage__queueServiceUri,
        table: urls.AzureWebJobsStorage__tableServiceUri,
      },
      clientId: undefined,
    });
  });

  test('takes the identity of the storage settings for storage, and AZURE_CLIENT_ID where they name none', () => {
    const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
    const identity = { AZURE_CLIENT_ID: one, AzureWebJobsStorage__credential: 'managedidentity' };

    const same = readConfig(deployed(identity));
    assert.equal(same.identityClientId, one);
    assert.ok(same.storage.kind === 'identity' && same.storage.clientId === one);

    const own = readConfig(deployed({ ...identity, AzureWebJobsStorage__clientId: other }));
    assert.equal(own.identityClientId, one);
    assert.ok(own.storage.kind === 'identity' && own.storage.clientId === other);
  });

  test('takes what is set over every default', () => {
    const config = readConfig(
      good({
        TENANTPOST_AUTHORITY_URL: 'https://localhost:8443',
        TENANTPOST_GRAPH_URL: 'https://127.0.0.1:8444',
        TENANTPOST_CERTIFICATE_NAME: 'mail-2027',
        TENANTPOST_WRAPPING_KEY_NAME: 'tokens-2027',
        TENANTPOST_SMTP_HOST: 'smtp.example.com:25',
        TENANTPOST_IMAP_HOST: 'imap.example.com:143',
        TENANTPOST_POP_HOST: 'pop.example.com:110',
        TENANTPOST_WARM_EVERY_SECONDS: '60',
      }),
    );
    assert.equal(config.authorityUrl, 'https://localhost:8443');
    assert.equal(config.graphUrl, 'https://127.0.0.1:8444');
    assert.equal(config.vault.certificateName, 'mail-2027');
    assert.equal(config.vault.wrappingKeyName, 'tokens-2027');
    assert.deepEqual(config.mailHosts, {
      smtp: 'smtp.example.com:25',
      imap: 'imap.example.com:143',
      pop: 'pop.example.com:110',
    });
    assert.equal(config.warmEverySeconds, 60);
  });

  test('drops the trailing slash of an address', () => {
    const config = readConfig(
      good({ TENANTPOST_PUBLIC_URL: 'https://mail.example.com/', TENANTPOST_VAULT_URL: 'https://v.vault.azure.net/' }),
    );
    assert.equal(config.publicUrl, 'https://mail.example.com');
    assert.equal(config.vault.url, 'https://v.vault.azure.net');
  });

  for (const cloud of ['public', 'usgov', 'usgov-dod', 'china'] as const satisfies readonly Cloud[]) {
    test(`in cloud ${cloud} takes that cloud's endpoints`, () => {
      const config = readConfig(good({ TENANTPOST_CLOUD: cloud }));
      assert.equal(config.cloud, cloud);
      assert.equal(config.authorityUrl, clouds[cloud].authorityUrl);
      assert.equal(config.graphUrl, clouds[cloud].graphUrl);
      assert.deepEqual(config.mailHosts, clouds[cloud].mailHosts);
    });
  }

  test('gives the national clouds their own authority and Graph', () => {
    const endpoints = Object.fromEntries(
      Object.keys(clouds).map((cloud) => {
        const { authorityUrl, graphUrl } = readConfig(good({ TENANTPOST_CLOUD: cloud }));
        return [cloud, [authorityUrl, graphUrl]];
      }),
    );
    assert.deepEqual(endpoints, {
      public: ['https://login.microsoftonline.com', 'https://graph.microsoft.com'],
      usgov: ['https://login.microsoftonline.us', 'https://graph.microsoft.us'],
      'usgov-dod': ['https://login.microsoftonline.us', 'https://dod-graph.microsoft.us'],
      china: ['https://login.partner.microsoftonline.cn', 'https://microsoftgraph.chinacloudapi.cn'],
    });
  });
});

describe('the public address', () => {
  test('is the host name that App Service gives, where none is set', () => {
    const config = readConfig(good({ TENANTPOST_PUBLIC_URL: undefined, WEBSITE_HOSTNAME: 'app.azurewebsites.net' }));
    assert.equal(config.publicUrl, 'https://app.azurewebsites.net');
  });

  test('is the one that is set, where both are', () => {
    assert.equal(readConfig(good({ WEBSITE_HOSTNAME: 'app.azurewebsites.net' })).publicUrl, app.TENANTPOST_PUBLIC_URL);
  });

  for (const url of ['http://localhost:7071', 'http://127.0.0.1:7071', 'http://[::1]:7071']) {
    test(`may be ${url}`, () => {
      assert.equal(readConfig(good({ TENANTPOST_PUBLIC_URL: url })).publicUrl, url);
    });
  }

  test('is refused over http for any other host', () => {
    const said = expectations(good({ TENANTPOST_PUBLIC_URL: 'http://mail.example.com' }));
    assert.deepEqual(Object.keys(said), ['TENANTPOST_PUBLIC_URL']);
  });
});

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
      'https://:password@mail.example.com',
      'ftp://mail.example.com',
    ],
    TENANTPOST_AUTHORITY_URL: ['login', 'http://localhost:8443', 'https://login.example.com/tenant'],
    TENANTPOST_GRAPH_URL: ['graph', 'http://localhost:8444', 'http://127.0.0.1:8444', 'https://graph.example.com/v1.0'],
    TENANTPOST_VAULT_URL: ['vault', 'http://localhost:8445', 'https://acct.vault.azure.net/keys'],
    TENANTPOST_CERTIFICATE_NAME: ['mail certificate', 'a/b', 'a'.repeat(128)],
    TENANTPOST_WRAPPING_KEY_NAME: ['tokens_key', 'a'.repeat(128)],
    TENANTPOST_SMTP_HOST: ['smtp.example.com', 'smtp.example.com:', 'https://smtp.example.com:587'],
    TENANTPOST_IMAP_HOST: [':993', 'imap.example.com:imaps'],
    TENANTPOST_POP_HOST: ['pop.example.com:995/inbox'],
    // 45 s and 7 min do not divide the hour; 0 and 1 s are no period at all.
    TENANTPOST_WARM_EVERY_SECONDS: ['0', '1', '45', '61', '90', '420', '7200', '5m', '-60', '1.5'],
    AZURE_CLIENT_ID: ['system'],
  };
  const malformedIdentity: Record<string, readonly string[]> = {
    AzureWebJobsStorage__blobServiceUri: ['acct', 'http://acct.blob.core.windows.net'],
    AzureWebJobsStorage__queueServiceUri: ['acct', 'http://acct.queue.core.windows.net'],
    AzureWebJobsStorage__tableServiceUri: ['acct', 'http://acct.table.core.windows.net'],
    AzureWebJobsStorage__credential: ['ManagedIdentity', 'clientsecret'],
    AzureWebJobsStorage__clientId: ['system'],
  };

  const cases = [
    ...Object.entries(malformed).map(([name, values]) => ({ name, values, environment: good })),
    ...Object.entries(malformedIdentity).map(([name, values]) => ({ name, values, environment: deployed })),
  ];
  for (const { name, values, environment } of cases) {
    for (const value of values) {
      test(`${name} of "${value.slice(0, 40)}"`, () => {
        const said = expectations(environment({ [name]: value }));
        assert.deepEqual(Object.keys(said), [name]);
        // The sentence is ours: the parser's own begin with "Invalid" or "Too".
        assert.match(said[name] ?? '', /^(an? |one of |"managedidentity")/);
      });
    }
  }

  test('and every setting that has a form has a case here', () => {
    const free = ['WEBSITE_HOSTNAME', 'AzureWebJobsStorage'];
    const covered = [...Object.keys(malformed), ...Object.keys(malformedIdentity), ...free];
    assert.deepEqual(covered.sort(), [...settingNames].sort());
  });
});

describe('what is missing', () => {
  test('is named, and said to be missing', () => {
    const said = expectations({});
    assert.deepEqual(Object.keys(said).sort(), [
      'AzureWebJobsStorage',
      'TENANTPOST_CLIENT_ID',
      'TENANTPOST_PUBLIC_URL',
      'TENANTPOST_VAULT_URL',
    ]);
    assert.match(said['TENANTPOST_CLIENT_ID'] ?? '', /^a GUID, for example .+ \(it is not set\)$/);
  });

  test('is described by what was expected and not by what the parser met', () => {
    assert.match(expectations({})['TENANTPOST_VAULT_URL'] ?? '', /^an address .+ \(it is not set\)$/);
  });

  test('counts as missing when it is empty', () => {
    const empty = Object.fromEntries(settingNames.map((name) => [name, '']));
    assert.deepEqual(expectations(empty), expectations({}));
    assert.deepEqual(readConfig(good({ TENANTPOST_CLOUD: '', AZURE_CLIENT_ID: '' })), readConfig(good()));
  });
});

describe('storage', () => {
  test('is refused half by identity, naming each address that is not set', () => {
    for (const given of Object.entries(urls)) {
      const missing = Object.keys(urls).filter((name) => name !== given[0]);
      const said = expectations({ ...app, [given[0]]: given[1] });
      assert.deepEqual(Object.keys(said), missing);
      for (const expected of Object.values(said)) assert.match(expected, /\(it is not set\)$/);
    }
  });

  test('is refused by connection string and identity at once, naming what must go', () => {
    const said = expectations(good(urls));
    assert.deepEqual(Object.keys(said), Object.keys(urls));
    assert.match(Object.values(said).join(), /nothing, since AzureWebJobsStorage is set and wins/);

    const one = 'AzureWebJobsStorage__queueServiceUri';
    assert.deepEqual(Object.keys(expectations(good({ [one]: urls[one] }))), [one]);
  });
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
      Object.keys(expectations(wrong)).sort(),
      [...Object.keys(wrong), 'AzureWebJobsStorage__queueServiceUri', 'AzureWebJobsStorage__tableServiceUri'].sort(),
    );
  });

  test('stand in the detail by name', () => {
    const { detail } = refusal(wrong);
    assert.deepEqual(String(detail['settings']).split(' ').sort(), Object.keys(expectations(wrong)).sort());
  });

  test('leave no value in the message, the detail or anything else that the error shows', () => {
    const error = refusal({ ...wrong, AzureWebJobsStorage: 'AccountKey=secret-storage' });
    assert.doesNotMatch(`${error.message} ${JSON.stringify(error)} ${JSON.stringify(error.detail)}`, /secret/);
  });
});

describe('local.settings.sample.json', () => {
  const sample = new URL('../../../local.settings.sample.json', import.meta.url);
  const file = z.object({ Values: z.record(z.string(), z.string()) });

  function sampleValues(): Record<string, string> {
    let text: string;
    try {
      text = readFileSync(sample, 'utf8');
    } catch (cause) {
      throw new Error('There is no local.settings.sample.json at the top level.', { cause });
    }
    return file.parse(JSON.parse(text)).Values;
  }

  test('is a configuration that the app takes', () => {
    assert.doesNotThrow(() => readConfig(sampleValues()));
  });

  test('names no setting of the app that the app does not read', () => {
    const unknown = Object.keys(sampleValues()).filter(
      (name) => name.startsWith('TENANTPOST_') && !settingNames.includes(name),
    );
    assert.deepEqual(unknown, []);
  });
});
