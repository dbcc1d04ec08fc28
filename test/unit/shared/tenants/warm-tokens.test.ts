import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes, seconds } from '../../../../shared/clock.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { consentIsGone } from '../../../../shared/tenants/prove-consent.ts';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import { WarmTokens } from '../../../../shared/tenants/warm-tokens.ts';
import type { Token } from '../../../../shared/tokens/token.ts';
import { settableClock } from '../../../support/clock.ts';
import { anError, failing, withCode } from '../../../support/failing.ts';
import { MemoryTenantStore } from '../../../support/memory-tenant-store.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';
import { aToken } from '../../../support/unsigned-token.ts';

const nothing = { warm: 0, renewed: 0, activated: 0, pending: 0, revoked: 0, failed: 0 };

function aWarming(...known: readonly Tenant[]) {
  const clock = settableClock();
  const tenants = new MemoryTenantStore(...known);
  const log = recordingLog();
  const renewed: string[] = [];
  const peeked: number[] = [];
  const revoked: [string, ErrorCode][] = [];
  const tokens = {
    peek: (_tenantId: string, _resource: 'graph', validFor: number): Promise<Token | undefined> => {
      peeked.push(validFor);
      return Promise.resolve(undefined);
    },
    renew: async (tenantId: string): Promise<Token> => {
      renewed.push(tenantId);
      await new Promise(setImmediate);
      return aToken({ tenantId });
    },
  };
  const proof = {
    proveAgain: (tenant: Tenant): Promise<Tenant> => Promise.resolve({ ...tenant, state: 'active' }),
    revoke: (tenant: Tenant, code: ErrorCode): Promise<Tenant> => {
      revoked.push([tenant.id, code]);
      return Promise.resolve({ ...tenant, state: 'revoked' });
    },
  };
  const warm = new WarmTokens({ tenants, tokens, proof, warmEverySeconds: 300, now: clock.now, log: log.log });
  return { clock, tenants, log, tokens, proof, renewed, peeked, revoked, warm };
}

const many = (count: number): Tenant[] => Array.from({ length: count }, () => aTenant({ id: crypto.randomUUID() }));

describe('an active tenant', () => {
  test('is renewed unless its token outlives the next two runs by what a sender wants', async () => {
    const { warm, peeked, renewed } = aWarming(aTenant());
    assert.deepEqual(await warm.run(), { ...nothing, renewed: 1 });
    assert.deepEqual(peeked, [2 * 300 * seconds + 5 * minutes]);
    assert.equal(renewed.length, 1);
  });

  test('whose token will do is left alone', async () => {
    const { warm, tokens, renewed } = aWarming(aTenant());
    tokens.peek = () => Promise.resolve(aToken());
    assert.deepEqual(await warm.run(), { ...nothing, warm: 1 });
    assert.deepEqual(renewed, []);
  });

  for (const code of ['APP_NOT_IN_TENANT', 'ROLE_MISSING', 'APP_BLOCKED', 'TENANT_NOT_FOUND'] as const) {
    test(`is revoked on ${code}`, async () => {
      assert.ok(consentIsGone.includes(code));
      const { warm, tokens, revoked } = aWarming(aTenant());
      tokens.renew = failing(code);
      assert.deepEqual(await warm.run(), { ...nothing, revoked: 1 });
      assert.deepEqual(revoked, [[aTenant().id, code]]);
    });
  }

  for (const code of [
    'ENTRA_UNAVAILABLE',
    'CREDENTIAL_REFUSED',
    'VAULT_REFUSED',
    'TOKEN_WRONG',
    'TOKEN_REFUSED',
  ] as const) {
    test(`stays active on ${code}, which says nothing of its consent`, async () => {
      assert.ok(!consentIsGone.includes(code));
      const { warm, tokens, revoked, log } = aWarming(aTenant());
      tokens.renew = failing(code);
      assert.deepEqual(await warm.run(), { ...nothing, failed: 1 });
      assert.deepEqual(revoked, []);
      assert.deepEqual(log.lines[0], {
        level: 'warning',
        event: 'warm.tenant-failed',
        detail: { tenantId: aTenant().id, code },
      });
    });
  }
});

describe('a pending tenant', () => {
  for (const [state, counted] of [
    ['active', 'activated'],
    ['pending', 'pending'],
    ['revoked', 'revoked'],
  ] as const) {
    test(`is asked about, and counted as ${counted} when it is ${state} then`, async () => {
      const { warm, proof, renewed, peeked } = aWarming(aPendingTenant());
      proof.proveAgain = (tenant) => Promise.resolve({ ...tenant, state });
      assert.deepEqual(await warm.run(), { ...nothing, [counted]: 1 });
      assert.deepEqual([renewed, peeked], [[], []]);
    });
  }
});

describe('a run', () => {
  test('passes revoked tenants by, and is done at once where there are no others', async () => {
    const { warm, renewed, log } = aWarming(aTenant({ state: 'revoked' }));
    assert.deepEqual(await warm.run(), nothing);
    assert.deepEqual(renewed, []);
    assert.deepEqual(log.lines, [
      { level: 'information', event: 'warm.done', detail: { ...nothing, milliseconds: 0 } },
    ]);
  });

  test('asks about each tenant once', async () => {
    const tenants = many(100);
    const { warm, renewed } = aWarming(...tenants);
    assert.deepEqual(await warm.run(), { ...nothing, renewed: 100 });
    assert.deepEqual(renewed.toSorted(), tenants.map(({ id }) => id).toSorted());
  });

  test('asks about a few tenants at a time, and about more than one', async () => {
    const { warm, tokens } = aWarming(...many(100));
    let [running, most] = [0, 0];
    tokens.renew = async (tenantId) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise(setImmediate);
      running -= 1;
      return aToken({ tenantId });
    };
    await warm.run();
    assert.equal(most, 8);
  });

  test('goes on when one tenant fails, whatever with', async () => {
    const tenants = [...many(10), aPendingTenant()];
    const { warm, tokens, proof, log } = aWarming(...tenants);
    const renew = tokens.renew;
    tokens.renew = (tenantId) =>
      tenantId === tenants[3]?.id ? Promise.reject(new TypeError('secret words')) : renew(tenantId);
    proof.proveAgain = failing('STORAGE_UNAVAILABLE');
    assert.deepEqual(await warm.run(), { ...nothing, renewed: 9, failed: 2 });
    assert.deepEqual(
      log.lines
        .filter(({ event }) => event === 'warm.tenant-failed')
        .map(({ detail }) => detail['code'])
        .sort(),
      ['STORAGE_UNAVAILABLE', 'UNEXPECTED'],
    );
    assert.doesNotMatch(JSON.stringify(log.lines), /secret/);
  });

  test('goes on when a tenant whose consent is gone cannot be revoked', async () => {
    const { warm, tokens, proof } = aWarming(...many(3));
    tokens.renew = failing('APP_NOT_IN_TENANT');
    proof.revoke = () => Promise.reject(anError('STORAGE_UNAVAILABLE'));
    assert.deepEqual(await warm.run(), { ...nothing, failed: 3 });
  });

  test('fails when the tenants cannot be listed: nobody would know that nothing is warm', async () => {
    const { warm, tenants } = aWarming();
    tenants.list = () => ({ [Symbol.asyncIterator]: () => ({ next: failing('STORAGE_UNAVAILABLE') }) });
    await assert.rejects(warm.run(), withCode('STORAGE_UNAVAILABLE'));
  });

  test('says how long it took', async () => {
    const { warm, tokens, log, clock } = aWarming(aTenant());
    tokens.renew = async (tenantId) => {
      clock.advance(hours);
      return aToken({ tenantId });
    };
    await warm.run();
    assert.equal(log.lines.at(-1)?.detail['milliseconds'], hours);
  });
});
