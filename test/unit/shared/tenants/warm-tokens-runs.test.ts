/** WarmTokens as a whole: in which order, how many at once, for how long, and what a run leaves to the next. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../../shared/clock.ts';
import { shards } from '../../../../shared/shard.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { anError, failing, withCode } from '../../../support/failing.ts';
import type { Measured } from '../../../support/recording-metrics.ts';
import { aPendingTenant, aTenant, manyTenants } from '../../../support/tenant.ts';
import { noon } from '../../../support/clock.ts';
import { aWarming, nothing } from '../../../support/warming.ts';

describe('a run', () => {
  test('is done at once where there is nobody', async () => {
    const { run, log } = aWarming({ tenants: [] });
    assert.deepEqual(await run(), nothing);
    const detail = { shard: 0, ...nothing, milliseconds: 0 };
    assert.deepEqual(log.lines, [{ level: 'information', event: 'warm.done', detail }]);
  });

  test('begins with what nobody has, and goes on with what ends first', async () => {
    const tenants = manyTenants(5);
    const { run, order, warmed } = aWarming({ tenants });
    const [cold = '', late = '', soon = '', sooner = '', fine = ''] = tenants.map(({ id }) => id);
    warmed(late, 'graph', 9 * minutes);
    warmed(soon, 'graph', 5 * minutes);
    warmed(sooner, 'graph', -5 * minutes);
    warmed(fine, 'graph', 60 * minutes);
    await run();
    assert.deepEqual(order, [cold, sooner, soon, late]);
  });

  test('asks about each tenant once', async () => {
    const tenants = manyTenants(100);
    const { run, order } = aWarming({ tenants });
    assert.deepEqual(await run(), { ...nothing, renewed: 100 });
    assert.deepEqual(order.toSorted(), tenants.map(({ id }) => id).toSorted());
  });

  test('asks about sixteen tenants at a time', async () => {
    const { run, running } = aWarming({ tenants: manyTenants(100) });
    await run();
    assert.equal(running.most, 16);
  });

  test('asks about the tenants of its shard alone, and all shards together about every one', async () => {
    const tenants = manyTenants(200);
    const { warm, order } = aWarming({ tenants });
    for (const shard of shards(3)) {
      const before = order.length;
      await warm.run(shard);
      assert.ok(order.slice(before).every((id) => id >= shard.from && id < shard.before));
    }
    assert.deepEqual(order.toSorted(), tenants.map(({ id }) => id).toSorted());
  });

  test('goes on when one tenant fails, whatever with', async () => {
    const tenants = [...manyTenants(10), aPendingTenant()];
    const { run, tokens, proof, log } = aWarming({ tenants });
    const { renew } = tokens;
    tokens.renew = (id, resource) =>
      id === tenants[3]?.id ? Promise.reject(new TypeError('secret words')) : renew(id, resource);
    proof.proveAgain = failing('STORAGE_UNAVAILABLE');
    assert.deepEqual(await run(), { ...nothing, renewed: 9, failed: 2 });
    assert.deepEqual(
      log.lines
        .filter(({ event }) => event === 'warm.tenant-failed')
        .map(({ detail }) => detail['code'])
        .sort(),
      ['STORAGE_UNAVAILABLE', 'UNEXPECTED'],
    );
    assert.doesNotMatch(JSON.stringify(log.lines), /secret/);
  });

  test('goes on when a tenant whose consent is gone cannot be stopped', async () => {
    const { run, tokens, proof } = aWarming({ tenants: manyTenants(3) });
    tokens.renew = failing('APP_NOT_IN_TENANT');
    proof.stop = () => Promise.reject(anError('STORAGE_UNAVAILABLE'));
    assert.deepEqual(await run(), { ...nothing, failed: 3 });
  });

  for (const [what, breakIt] of [
    ['tenants', ({ tenants }) => (tenants.list = brokenList)],
    ['tokens', ({ index }) => (index.list = brokenList)],
  ] as const satisfies readonly (readonly [string, (setup: ReturnType<typeof aWarming>) => unknown])[]) {
    test(`fails when the ${what} cannot be listed: nobody would know that nothing is warm`, async () => {
      const setup = aWarming({ tenants: [aTenant()] });
      breakIt(setup);
      await assert.rejects(setup.run(), withCode('STORAGE_UNAVAILABLE'));
      assert.deepEqual(setup.order, []);
    });
  }
});

describe('a run that is cut off', () => {
  for (const [everySeconds, longest] of [
    [60, 54],
    [300, 240],
    [900, 240],
  ] as const) {
    test(`of every ${everySeconds} seconds begins nothing after ${longest}, and says what it leaves`, async () => {
      const setup = aWarming({ tenants: manyTenants(1000), everySeconds, takes: 10_000 });
      const report = await setup.run();
      // Sixteen at a time, of ten seconds each.
      const begun = Math.ceil(longest / 10) * 16;
      assert.deepEqual(report, { ...nothing, renewed: begun, left: 1000 - begun });
      const { level, event, detail } = setup.log.lines.at(-1) ?? {};
      assert.deepEqual([level, event, detail?.['left']], ['warning', 'warm.not-done', 1000 - begun]);
      assert.equal(
        setup.metrics.all.findLast(({ name }) => name === 'tenantpost.warm.tokens_left')?.value,
        1000 - begun,
      );
    });
  }

  test('is taken up by the next, until all is warm, and nobody is asked twice', async () => {
    const tenants = manyTenants(1000);
    const { run, order, clock } = aWarming({ tenants, everySeconds: 300, takes: 10_000 });
    const reports = [];
    for (let at = 0; at < 3; at += 1) {
      reports.push(await run());
      clock.advance(60_000);
    }
    assert.deepEqual(
      reports.map(({ warm, renewed, left }) => [warm, renewed, left]),
      [
        [0, 384, 616],
        [384, 384, 232],
        [768, 232, 0],
      ],
    );
    assert.equal(new Set(order).size, 1000);
  });

  test('by trouble that passes meanwhile still says why', async () => {
    const { run, tokens, log, renewed, clock } = aWarming({ tenants: manyTenants(400), takes: 10_000 });
    // One of those that are under way is answered after it has passed, and goes on alone until time is up.
    tokens.heldOff = () =>
      renewed.length >= 16 && renewed.length < 31
        ? { code: 'VAULT_UNAVAILABLE', until: clock.now() + 60_000 }
        : undefined;
    const began = clock.now();
    const { renewed: count, left } = await run();
    assert.equal(count + left, 400);
    assert.ok(left > 0 && clock.now() - began >= 240_000);
    assert.equal(log.lines.at(-1)?.detail['code'], 'VAULT_UNAVAILABLE');
  });

  test('by nothing that is over in seconds: it waits, asks nobody meanwhile, and goes on', async () => {
    const { run, tokens, renewed, clock } = aWarming({ tenants: manyTenants(200) });
    let until: number | undefined;
    const asked: number[] = [];
    tokens.heldOff = () => {
      if (renewed.length >= 40) until ??= clock.now() + 10_000;
      return until !== undefined && clock.now() < until ? { code: 'VAULT_UNAVAILABLE', until } : undefined;
    };
    const { renew } = tokens;
    tokens.renew = (tenantId, resource) => {
      if (until !== undefined) asked.push(clock.now() - until);
      return renew(tenantId, resource);
    };
    const began = clock.now();
    const { renewed: count, left } = await run();
    assert.deepEqual([count, left], [200, 0]);
    assert.ok(clock.now() - began >= 10_000);
    assert.ok(asked.length > 100 && asked.every((late) => late >= 0));
  });

  for (const code of ['VAULT_UNAVAILABLE', 'CREDENTIAL_REFUSED', 'ENTRA_THROTTLED'] as const) {
    test(`by ${code}, which meets everybody, asks nobody further and says why`, async () => {
      const tenants = manyTenants(200);
      const { run, tokens, log, renewed, clock } = aWarming({ tenants });
      tokens.heldOff = () => (renewed.length >= 40 ? { code, until: clock.now() + 16_000 } : undefined);
      const report = await run();
      assert.ok(report.renewed >= 40 && report.renewed < 40 + 16, String(report.renewed));
      assert.equal(report.left, 200 - report.renewed);
      const { level, event, detail } = log.lines.at(-1) ?? {};
      assert.deepEqual([level, event, detail?.['code']], ['warning', 'warm.not-done', code]);
    });
  }
});

test('tokens that were warmed in one run come due in several', async () => {
  const tenants = manyTenants(1000);
  const { run, clock } = aWarming({ tenants, everySeconds: 60 });
  await run();
  const counts: number[] = [];
  for (let at = 0; at < 60; at += 1) {
    clock.advance(1 * minutes);
    counts.push((await run()).renewed);
  }
  assert.equal(
    counts.reduce((sum, count) => sum + count),
    1000,
  );
  // Spread over a tenth of the hour: six runs, of about a sixth each.
  assert.ok(Math.max(...counts) < 250, counts.join(' '));
  assert.ok(counts.filter((count) => count > 0).length >= 6);
});

test('what a run finds and does is measured, by shard and state, and names no tenant', async () => {
  const { run, metrics, warmed } = aWarming({
    tenants: [
      aTenant(),
      aTenant({ id: fabrikam }),
      aTenant({ id: crypto.randomUUID(), state: 'degraded', since: 0 }),
      aPendingTenant({ id: crypto.randomUUID() }),
    ],
    takes: 1500,
  });
  warmed(contoso, 'graph', 60 * minutes);
  await run();
  const shard = '0';
  const wanted: readonly Measured[] = [
    { name: 'tenantpost.warm.tokens_due', value: 2, attributes: { shard } },
    { name: 'tenantpost.tenants', value: 2, attributes: { state: 'active', shard } },
    { name: 'tenantpost.warm.tokens_left', value: 0, attributes: { shard } },
    { name: 'tenantpost.warm.seconds', value: 1.5, attributes: {} },
  ];
  for (const one of wanted) {
    const isSame = ({ name, attributes }: Measured): boolean =>
      name === one.name && attributes['state'] === one.attributes['state'];
    assert.deepEqual(metrics.all.filter(isSame), [one]);
  }
  const states = metrics.all.filter(({ name }) => name === 'tenantpost.tenants');
  assert.deepEqual(
    states.map(({ attributes, value }) => [attributes['state'], value]),
    [
      ['invited', 0],
      ['pending', 1],
      ['active', 2],
      ['degraded', 1],
      ['revoked', 0],
      ['removed', 0],
    ],
  );
  assert.doesNotMatch(JSON.stringify(metrics.all), new RegExp(`${contoso}|${fabrikam}`));
});

test('ten thousand tenants with both tokens are planned and renewed in one run, and the next has nothing to do', async () => {
  const { run, clock } = aWarming({
    tenants: manyTenants(10_000).map((tenant) => ({ ...tenant, since: noon })),
    resources: ['graph', 'outlook'],
  });
  assert.deepEqual(await run(), { ...nothing, renewed: 20_000 });
  clock.advance(5 * minutes);
  assert.deepEqual(await run(), { ...nothing, warm: 20_000 });
});

const brokenList = (): AsyncIterable<never> => ({
  [Symbol.asyncIterator]: () => ({ next: failing('STORAGE_UNAVAILABLE') }),
});
