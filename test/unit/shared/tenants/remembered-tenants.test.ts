import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seconds } from '../../../../shared/clock.ts';
import { RememberedTenants } from '../../../../shared/tenants/remembered-tenants.ts';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { settableClock } from '../../../support/clock.ts';
import { MemoryTenantStore } from '../../../support/memory-tenant-store.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';

function remembering(...tenants: readonly Tenant[]) {
  const clock = settableClock();
  const store = new MemoryTenantStore(...tenants);
  let reads = 0;
  const find = store.find.bind(store);
  store.find = (id) => {
    reads += 1;
    return find(id);
  };
  return { clock, store, remembered: new RememberedTenants(store, clock.now), reads: () => reads };
}

describe('an active tenant', () => {
  test('is asked of the table once in 30 seconds', async () => {
    const { remembered, reads, clock } = remembering(aTenant());
    for (let at = 0; at < 30; at += 1) {
      assert.equal((await remembered.find(contoso))?.state, 'active');
      clock.advance(seconds);
    }
    assert.equal(reads(), 1);
    await remembered.find(contoso);
    assert.equal(reads(), 2);
  });

  test('that was revoked elsewhere is seen so within 30 seconds, and no longer remembered', async () => {
    const { remembered, store, clock } = remembering(aTenant());
    await remembered.find(contoso);
    store.rows.set(contoso, aTenant({ state: 'revoked' }));
    clock.advance(30 * seconds);
    assert.equal((await remembered.find(contoso))?.state, 'revoked');
    store.rows.set(contoso, aTenant());
    assert.equal((await remembered.find(contoso))?.state, 'active');
  });

  test('is asked for again after the clock was set back', async () => {
    const { remembered, store, clock } = remembering(aTenant());
    await remembered.find(contoso);
    store.rows.set(contoso, aTenant({ state: 'revoked' }));
    clock.advance(-3600 * seconds);
    assert.equal((await remembered.find(contoso))?.state, 'revoked');
  });

  test('that is saved here is asked for again at once', async () => {
    const { remembered, store } = remembering(aTenant());
    await remembered.find(contoso);
    await remembered.save(aTenant({ state: 'revoked' }));
    assert.equal((await remembered.find(contoso))?.state, 'revoked');
    assert.equal(store.saved.length, 1);
  });

  test('that is revoked here while it is being looked up is not remembered as active', async () => {
    const { remembered, store } = remembering(aTenant());
    const save = store.save.bind(store);
    store.save = async (tenant) => {
      // Another job of the same process asks before the row is written.
      await remembered.find(contoso);
      await save(tenant);
    };
    await remembered.save(aTenant({ state: 'revoked' }));
    assert.equal((await remembered.find(contoso))?.state, 'revoked');
  });
});

test('a tenant that is not active, or not known, is asked of the table each time', async () => {
  for (const tenants of [[], [aPendingTenant()], [aTenant({ state: 'revoked' })]]) {
    const { remembered, reads } = remembering(...tenants);
    await remembered.find(contoso);
    assert.deepEqual(await remembered.find(contoso), tenants[0]);
    assert.equal(reads(), 2);
  }
});

test('one tenant is never taken for another', async () => {
  const { remembered } = remembering(aTenant(), aTenant({ id: fabrikam }));
  assert.equal((await remembered.find(contoso))?.id, contoso);
  assert.equal((await remembered.find(fabrikam))?.id, fabrikam);
});

test('a tenant that was replaced is read again, whoever won', async () => {
  const { remembered, store } = remembering(aTenant());
  const known = await remembered.find(contoso);
  assert.equal(await remembered.replace(known, aTenant({ state: 'removed' })), true);
  assert.equal((await remembered.find(contoso))?.state, 'removed');
  store.rows.set(contoso, aTenant());
  await remembered.find(contoso);
  store.rows.set(contoso, aTenant({ state: 'revoked' }));
  assert.equal(await remembered.replace(known, aTenant({ since: 1 })), false);
  assert.equal((await remembered.find(contoso))?.state, 'revoked');
});
