/** Settings that the app takes, and how it refuses others. */

import assert from 'node:assert/strict';
import { readConfig } from '../../shared/config.ts';
import { TenantpostError } from '../../shared/errors.ts';
import { clientId } from './app-identity.ts';

export type Environment = Record<string, string | undefined>;

export const connectionString = 'UseDevelopmentStorage=true';
export const storageUrls = {
  AzureWebJobsStorage__blobServiceUri: 'https://acct.blob.core.windows.net',
  AzureWebJobsStorage__queueServiceUri: 'https://acct.queue.core.windows.net',
  AzureWebJobsStorage__tableServiceUri: 'https://acct.table.core.windows.net',
};
export const appSettings = {
  TENANTPOST_CLIENT_ID: clientId,
  TENANTPOST_PUBLIC_URL: 'https://mail.example.com',
  TENANTPOST_VAULT_URL: 'https://vault.example.com',
};

/** The least that is needed with an emulator. */
export const emulatorSettings = (overrides: Environment = {}): Environment => ({
  ...appSettings,
  AzureWebJobsStorage: connectionString,
  ...overrides,
});

/** The least that is needed as deployed. */
export const deployedSettings = (overrides: Environment = {}): Environment => ({
  ...appSettings,
  ...storageUrls,
  ...overrides,
});

export function refusalOfSettings(environment: Environment): TenantpostError {
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
export function expectationsOf(environment: Environment): Record<string, string> {
  const [head, ...lines] = refusalOfSettings(environment).message.split('\n');
  assert.equal(head, 'Settings are wrong:');
  return Object.fromEntries(
    lines.map((line) => {
      const [, setting, expected] = /^ {2}(\S+): expected (.+)$/.exec(line) ?? [];
      assert.ok(setting !== undefined && expected !== undefined, line);
      return [setting, expected];
    }),
  );
}
