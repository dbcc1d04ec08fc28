/** Settings that the app takes, and how it refuses others. */

import assert from 'node:assert/strict';
import { readConfig } from '../../shared/config.ts';
import { TenantpostError } from '../../shared/errors.ts';

export type Environment = Record<string, string | undefined>;

export const clientId = '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10';
export const connectionString = 'UseDevelopmentStorage=true';
export const urls = {
  AzureWebJobsStorage__blobServiceUri: 'https://acct.blob.core.windows.net',
  AzureWebJobsStorage__queueServiceUri: 'https://acct.queue.core.windows.net',
  AzureWebJobsStorage__tableServiceUri: 'https://acct.table.core.windows.net',
};
export const app = {
  TENANTPOST_CLIENT_ID: clientId,
  TENANTPOST_PUBLIC_URL: 'https://mail.example.com',
  TENANTPOST_VAULT_URL: 'https://acct.vault.azure.net',
};

/** The least that is needed with an emulator. */
export const good = (overrides: Environment = {}): Environment => ({
  ...app,
  AzureWebJobsStorage: connectionString,
  ...overrides,
});

/** The least that is needed as deployed. */
export const deployed = (overrides: Environment = {}): Environment => ({ ...app, ...urls, ...overrides });

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
