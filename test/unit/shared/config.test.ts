import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { readConfig, settingNames } from '../../../shared/config.ts';
import { clientId } from '../../support/app-identity.ts';
import {
  appSettings,
  connectionString,
  deployedSettings,
  emulatorSettings,
  type Environment,
  expectationsOf,
  storageUrls,
} from '../../support/settings.ts';

describe('a good configuration', () => {
  test('by connection string has a default for everything else', () => {
    assert.deepEqual(readConfig(emulatorSettings()), {
      cloud: 'public',
      clientId,
      publicUrl: 'https://mail.example.com',
      authorityUrl: 'https://login.microsoftonline.com',
      graphUrl: 'https://graph.microsoft.com',
      resources: ['graph'],
      audiences: { graph: 'https://graph.microsoft.com' },
      singleTenantId: undefined,
      vault: {
        url: 'https://vault.example.com',
        wrappingKeyName: 'tenantpost-tokens',
      },
      credential: { kind: 'certificate', certificateName: 'tenantpost', signing: 'vault' },
      credentialRefreshSeconds: 600,
      mailHosts: {
        smtp: 'smtp.office365.com:587',
        imap: 'outlook.office365.com:993',
        pop: 'outlook.office365.com:995',
      },
      identityClientId: undefined,
      storage: { kind: 'connectionString', connectionString },
      warmEverySeconds: 300,
      warmShards: 1,
      mail: {
        delivery: 'standard',
        messagesPerMinute: 30,
        recipientsPerDay: 10_000,
        settleSeconds: 300,
        messageLockSeconds: 600,
        retentionDays: 30,
        eventsQueue: undefined,
      },
      returnOrigins: [],
      vendor: { name: undefined, support: undefined },
      telemetry: { kind: 'off' },
    });
  });

  test('by managed identity names the three services', () => {
    assert.deepEqual(readConfig(deployedSettings()).storage, {
      kind: 'identity',
      urls: {
        blob: storageUrls.AzureWebJobsStorage__blobServiceUri,
        queue: storageUrls.AzureWebJobsStorage__queueServiceUri,
        table: storageUrls.AzureWebJobsStorage__tableServiceUri,
      },
      clientId: undefined,
    });
  });

  test('takes the identity of the storage settings for storage, and AZURE_CLIENT_ID where they name none', () => {
    const [one, other] = [crypto.randomUUID(), crypto.randomUUID()];
    const identity = { AZURE_CLIENT_ID: one, AzureWebJobsStorage__credential: 'managedidentity' };

    const same = readConfig(deployedSettings(identity));
    assert.equal(same.identityClientId, one);
    assert.ok(same.storage.kind === 'identity' && same.storage.clientId === one);

    const own = readConfig(deployedSettings({ ...identity, AzureWebJobsStorage__clientId: other }));
    assert.equal(own.identityClientId, one);
    assert.ok(own.storage.kind === 'identity' && own.storage.clientId === other);
  });

  test('takes what is set over every default', () => {
    const config = readConfig(
      emulatorSettings({
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
    assert.ok(config.credential.kind === 'certificate');
    assert.equal(config.credential.certificateName, 'mail-2027');
    assert.equal(config.vault.wrappingKeyName, 'tokens-2027');
    assert.deepEqual(config.mailHosts, {
      smtp: 'smtp.example.com:25',
      imap: 'imap.example.com:143',
      pop: 'pop.example.com:110',
    });
    assert.equal(config.warmEverySeconds, 60);
  });

  test('has the credential that is chosen, with what belongs to it alone', () => {
    const credentialOf = (settings: Environment) => readConfig(emulatorSettings(settings)).credential;
    assert.deepEqual(credentialOf({ TENANTPOST_CERTIFICATE_SIGNING: 'local' }), {
      kind: 'certificate',
      certificateName: 'tenantpost',
      signing: 'local',
    });
    const identity = { TENANTPOST_CREDENTIAL: 'managed-identity', AZURE_CLIENT_ID: clientId };
    assert.deepEqual(credentialOf(identity), {
      kind: 'managed-identity',
      identityClientId: clientId,
      tokenExchangeResource: 'api://AzureADTokenExchange',
    });
    const secret = { TENANTPOST_CREDENTIAL: 'secret' };
    assert.deepEqual(credentialOf({ ...secret, TENANTPOST_CLIENT_SECRET_NAME: 'mail' }), {
      kind: 'secret',
      secretName: 'mail',
    });
    const value = { ...secret, TENANTPOST_CLIENT_SECRET: 'abc8Q~value' };
    assert.deepEqual(credentialOf({ ...value, TENANTPOST_CLIENT_SECRET_EXPIRES: '2027-01-31' }), {
      kind: 'secret',
      secret: 'abc8Q~value',
      expiresAt: Date.UTC(2027, 0, 31),
    });
  });

  test('may look for new versions every ten seconds, once an hour, and at every period between', () => {
    for (const text of ['10', '11', '600', '3600']) {
      const config = readConfig(emulatorSettings({ TENANTPOST_CREDENTIAL_REFRESH_SECONDS: text }));
      assert.equal(config.credentialRefreshSeconds, Number(text));
    }
  });

  test('may warm at every period whose runs fit the hour, up to a quarter of it', () => {
    const periods = Array.from({ length: 4000 }, (_, seconds) => String(seconds)).filter((seconds) => {
      try {
        return readConfig(emulatorSettings({ TENANTPOST_WARM_EVERY_SECONDS: seconds })).warmEverySeconds > 0;
      } catch {
        return false;
      }
    });
    const ofMinute = [2, 3, 4, 5, 6, 10, 12, 15, 20, 30];
    const ofHour = [1, 2, 3, 4, 5, 6, 10, 12, 15].map((minutes) => minutes * 60);
    assert.deepEqual(periods.map(Number), [...ofMinute, ...ofHour]);
  });

  test('may name any port that there is', () => {
    for (const host of ['smtp.example.com:1', 'smtp.example.com:65535']) {
      assert.equal(readConfig(emulatorSettings({ TENANTPOST_SMTP_HOST: host })).mailHosts.smtp, host);
    }
  });

  test('drops the trailing slash of an address', () => {
    const config = readConfig(
      emulatorSettings({
        TENANTPOST_PUBLIC_URL: 'https://mail.example.com/',
        TENANTPOST_VAULT_URL: 'https://v.vault.azure.net/',
      }),
    );
    assert.equal(config.publicUrl, 'https://mail.example.com');
    assert.equal(config.vault.url, 'https://v.vault.azure.net');
  });
});

describe('the public address', () => {
  test('is the host name that App Service gives, where none is set', () => {
    const config = readConfig(
      emulatorSettings({ TENANTPOST_PUBLIC_URL: undefined, WEBSITE_HOSTNAME: 'app.azurewebsites.net' }),
    );
    assert.equal(config.publicUrl, 'https://app.azurewebsites.net');
  });

  test('has the port of that host name', () => {
    const local = emulatorSettings({ TENANTPOST_PUBLIC_URL: undefined, WEBSITE_HOSTNAME: 'localhost:7071' });
    assert.equal(readConfig(local).publicUrl, 'https://localhost:7071');
  });

  test('is the one that is set, where both are', () => {
    assert.equal(
      readConfig(emulatorSettings({ WEBSITE_HOSTNAME: 'app.azurewebsites.net' })).publicUrl,
      appSettings.TENANTPOST_PUBLIC_URL,
    );
  });

  for (const url of ['http://localhost:7071', 'http://127.0.0.1:7071', 'http://[::1]:7071']) {
    test(`may be ${url}`, () => {
      assert.equal(readConfig(emulatorSettings({ TENANTPOST_PUBLIC_URL: url })).publicUrl, url);
    });
  }

  test('is refused over http for any other host', () => {
    const said = expectationsOf(emulatorSettings({ TENANTPOST_PUBLIC_URL: 'http://mail.example.com' }));
    assert.deepEqual(Object.keys(said), ['TENANTPOST_PUBLIC_URL']);
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
