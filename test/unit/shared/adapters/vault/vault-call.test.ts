import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { vaultCall } from '../../../../../shared/adapters/vault/vault-call.ts';
import { TenantpostError } from '../../../../../shared/errors.ts';
import { anError } from '../../../../support/failing.ts';

async function failureOf(cause: unknown): Promise<TenantpostError> {
  try {
    await vaultCall('sign an assertion', () => Promise.reject(cause));
  } catch (error) {
    assert.ok(error instanceof TenantpostError);
    return error;
  }
  assert.fail('The call succeeded.');
}

test('a call that succeeds gives its result', async () => {
  assert.equal(await vaultCall('sign', () => Promise.resolve(7)), 7);
});

describe('a call that fails', () => {
  for (const [statusCode, code] of [
    [401, 'VAULT_REFUSED'],
    [403, 'VAULT_REFUSED'],
    [404, 'VAULT_REFUSED'],
    [400, 'VAULT_UNAVAILABLE'],
    [429, 'VAULT_UNAVAILABLE'],
    [500, 'VAULT_UNAVAILABLE'],
    [503, 'VAULT_UNAVAILABLE'],
  ] as const) {
    test(`with ${statusCode} is ${code}, named by what was attempted`, async () => {
      const cause = Object.assign(new Error('Secret words of the vault'), { statusCode });
      const error = await failureOf(cause);
      assert.equal(error.code, code);
      assert.equal(error.cause, cause);
      assert.deepEqual(error.detail, { status: statusCode });
      assert.equal(error.message, 'Key Vault failed to sign an assertion.');
    });
  }

  for (const [what, cause] of Object.entries({
    'an error of the SDK’s own': new Error('x is not a valid Key Vault key ID'),
    'a network that is down': Object.assign(new Error('x'), { code: 'ENOTFOUND' }),
    'a status that is none': Object.assign(new Error('x'), { statusCode: 'x' }),
    text: 'x',
    nothing: undefined,
    null: null,
  })) {
    test(`by ${what} is VAULT_UNAVAILABLE, without a status`, async () => {
      const error = await failureOf(cause);
      assert.equal(error.code, 'VAULT_UNAVAILABLE');
      assert.deepEqual(error.detail, { status: undefined });
    });
  }

  test('with an error of ours stays that', async () => {
    const ours = anError('STORAGE_UNAVAILABLE');
    assert.equal(await failureOf(ours), ours);
  });
});
