import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../shared/clock.ts';
import { resources } from '../../../../shared/resource.ts';
import { contoso, fabrikam, outlookResource } from '../../../support/app-identity.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { failureOf } from '../../../support/failure-of.ts';
import { aTokenSource } from '../../../support/token-source.ts';
import { aTokenValue, aTokenValueFor, inAnHour } from '../../../support/unsigned-token.ts';

describe('get', () => {
  test('asks Entra when nobody has a token, and keeps it here and in the table', async () => {
    const { tokens, issuer, store } = aTokenSource();
    const token = await tokens.get(contoso, 'graph');
    assert.equal(token.tenantId, contoso);
    assert.equal(store.rows.get(`${contoso} graph`), token.value);

    store.rows.clear();
    assert.equal(await tokens.get(contoso, 'graph'), token);
    assert.deepEqual(issuer.requests, [contoso]);
  });

  test('takes the token of the table rather than ask Entra', async () => {
    const { process, issuer } = aTokenSource();
    const { value } = await process().get(contoso, 'graph');
    assert.equal((await process().get(contoso, 'graph')).value, value);
    assert.equal(issuer.requests.length, 1);
  });

  test('makes one request for 50 callers that come together', async () => {
    const { tokens, issuer } = aTokenSource();
    const got = await Promise.all(Array.from({ length: 50 }, () => tokens.get(contoso, 'graph')));
    assert.equal(issuer.requests.length, 1);
    assert.equal(new Set(got).size, 1);
  });

  test('fails all callers of a request that fails, asks nobody for a while, and then asks again', async () => {
    const { process, tokens, issuer, clock } = aTokenSource();
    issuer.answer = failing('ENTRA_UNAVAILABLE');
    const got = await Promise.allSettled(Array.from({ length: 5 }, () => tokens.get(contoso, 'graph')));
    assert.ok(got.every(({ status }) => status === 'rejected'));
    assert.equal(issuer.requests.length, 1);

    const { code, detail } = await failureOf(tokens.get(contoso, 'graph'));
    assert.deepEqual([code, detail['heldOff']], ['ENTRA_UNAVAILABLE', true]);
    // Another process is told by the table, and holds nothing off by itself.
    await assert.rejects(process().get(contoso, 'graph'), withCode('ENTRA_UNAVAILABLE'));
    assert.equal(issuer.requests.length, 1);

    issuer.answer = aTokenValueFor;
    clock.advance(5 * seconds);
    assert.equal((await tokens.get(contoso, 'graph')).tenantId, contoso);
    assert.equal(issuer.requests.length, 2);
  });

  test('makes one request for 64 callers in 8 processes of a cold tenant, and one more for the other resource', async () => {
    const { process, issuer } = aTokenSource();
    const processes = Array.from({ length: 8 }, process);
    for (const resource of resources) {
      const got = await Promise.all(
        processes.flatMap((tokens) => Array.from({ length: 8 }, () => tokens.get(contoso, resource))),
      );
      assert.deepEqual([...new Set(got.map((token) => token.resource))], [resource]);
    }
    assert.equal(issuer.requests.length, 2);
  });

  test('hands out a token until five minutes before it expires, and not after', async () => {
    const { tokens, issuer, clock } = aTokenSource();
    const first = await tokens.get(contoso, 'graph');
    issuer.answer = (tid) => aTokenValue({ tid, exp: inAnHour + 3600 });

    clock.advance(55 * minutes - 1);
    assert.equal(await tokens.get(contoso, 'graph'), first);
    clock.advance(1);
    const second = await tokens.get(contoso, 'graph');
    assert.equal(second.expiresAt, (inAnHour + 3600) * 1000);
    assert.equal(issuer.requests.length, 2);
  });

  test('takes a token of the table that another process renewed when its own is about to expire', async () => {
    const { tokens, issuer, clock, store } = aTokenSource();
    await tokens.get(contoso, 'graph');
    const renewed = aTokenValue({ exp: inAnHour + 3600 });
    store.put(contoso, renewed);
    clock.advance(56 * minutes);
    assert.equal((await tokens.get(contoso, 'graph')).value, renewed);
    assert.equal(issuer.requests.length, 1);
  });

  test('does not take a token of the table that is about to expire', async () => {
    const { tokens, issuer, store } = aTokenSource();
    store.put(contoso, aTokenValue({ exp: inAnHour - 3600 + 300, iat: inAnHour - 7200 }));
    assert.equal((await tokens.get(contoso, 'graph')).expiresAt, inAnHour * 1000);
    assert.equal(issuer.requests.length, 1);
  });

  test('knows a tenant whose id is written in capitals as the same', async () => {
    const { tokens, issuer } = aTokenSource();
    await tokens.get(contoso, 'graph');
    await tokens.get(contoso.toUpperCase(), 'graph');
    assert.equal(issuer.requests.length, 1);
  });
});

describe('a token without the role', () => {
  for (const roles of [undefined, [], ['User.Read.All']]) {
    test(`is refused and never cached (roles: ${JSON.stringify(roles) ?? 'absent'})`, async () => {
      const { tokens, issuer, store, clock } = aTokenSource();
      issuer.answer = (tid) => aTokenValue({ tid, roles });
      await assert.rejects(tokens.get(contoso, 'graph'), withCode('ROLE_MISSING'));
      await assert.rejects(tokens.renew(contoso, 'graph'), withCode('ROLE_MISSING'));
      assert.equal(store.rows.size, 0);

      clock.advance(minutes);
      issuer.answer = (tid) => aTokenValue({ tid });
      assert.deepEqual((await tokens.get(contoso, 'graph')).roles, ['Mail.Send']);
    });
  }
});

describe('a token for Outlook', () => {
  for (const role of ['SMTP.SendAsApp', 'IMAP.AccessAsApp']) {
    test(`needs one of the permissions for mail protocols; ${role} is enough`, async () => {
      const { tokens, issuer } = aTokenSource();
      issuer.answer = (tid, resource) => aTokenValueFor(tid, resource, { roles: [role] });
      const { resource, audience, roles } = await tokens.get(contoso, 'outlook');
      assert.deepEqual([resource, audience, roles], ['outlook', outlookResource, [role]]);
    });
  }

  test('that carries what Graph wants alone is refused, naming what is missing', async () => {
    const { tokens, issuer, store } = aTokenSource();
    issuer.answer = (tid, resource) => aTokenValueFor(tid, resource, { roles: ['Mail.Send'] });
    const { code, detail } = await failureOf(tokens.get(contoso, 'outlook'));
    assert.deepEqual([code, detail['missing']], ['ROLE_MISSING', 'SMTP.SendAsApp IMAP.AccessAsApp']);
    assert.equal(store.rows.size, 0);
  });

  test('without roles is good for a tenant that is scoped, over Graph alone, and kept', async () => {
    const asked: string[] = [];
    const isScoped = (id: string): Promise<boolean> => Promise.resolve(asked.push(id) > 0);
    const { tokens, issuer } = aTokenSource({ isScoped });
    issuer.answer = (tenantId, resource) => aTokenValueFor(tenantId, resource, { roles: [] });
    assert.deepEqual((await tokens.get(contoso, 'graph')).roles, []);
    await tokens.get(contoso, 'graph');
    assert.deepEqual([issuer.requests.length, asked], [1, [contoso]]);
    await assert.rejects(tokens.get(contoso, 'outlook'), withCode('ROLE_MISSING'));
  });

  test('without roles is good for who looks elsewhere for what the tenant allows', async () => {
    const { tokens, issuer } = aTokenSource();
    issuer.answer = (tenantId, resource) => aTokenValueFor(tenantId, resource, { roles: [] });
    assert.deepEqual((await tokens.renew(contoso, 'graph', { roles: false })).roles, []);
    await assert.rejects(tokens.renew(contoso, 'graph'), withCode('ROLE_MISSING'));
  });

  test('and one for Graph of the same tenant are kept side by side', async () => {
    const { tokens, store, issuer } = aTokenSource();
    const [graph, outlook] = [await tokens.get(contoso, 'graph'), await tokens.get(contoso, 'outlook')];
    assert.deepEqual([...store.rows.keys()], [`${contoso} graph`, `${contoso} outlook`]);
    assert.equal(await tokens.get(contoso, 'graph'), graph);
    assert.equal(await tokens.get(contoso, 'outlook'), outlook);
    assert.equal(issuer.requests.length, 2);
    await tokens.drop(contoso, 'graph');
    assert.equal(await tokens.get(contoso, 'outlook'), outlook);
  });
});

describe('a registration for one tenant alone', () => {
  test('asks nobody for the token of another, and says so', async () => {
    const { tokens, issuer, store } = aTokenSource({ singleTenantId: contoso });
    assert.equal((await tokens.get(contoso.toUpperCase(), 'graph')).tenantId, contoso);
    await assert.rejects(tokens.get(fabrikam, 'graph'), withCode('TENANT_NOT_HOME'));
    await assert.rejects(tokens.renew(fabrikam, 'graph'), withCode('TENANT_NOT_HOME'));
    assert.deepEqual(issuer.requests, [contoso]);
    assert.deepEqual([...store.rows.keys()], [`${contoso} graph`]);
  });
});

test('what happens is counted: hits, misses, requests and failures by resource and code', async () => {
  const { tokens, issuer, metrics } = aTokenSource();
  await tokens.get(contoso, 'graph');
  await tokens.get(contoso, 'graph');
  await tokens.get(contoso, 'graph');
  issuer.answer = failing('APP_NOT_IN_TENANT');
  await assert.rejects(tokens.get(fabrikam, 'outlook'), withCode('APP_NOT_IN_TENANT'));
  assert.deepEqual(
    ['hits', 'misses', 'requests', 'failures', 'wrong'].map((what) => metrics.sum(`tenantpost.tokens.${what}`)),
    [2, 2, 2, 1, 0],
  );
  assert.deepEqual(metrics.all.at(-1), {
    name: 'tenantpost.tokens.failures',
    value: 1,
    attributes: { resource: 'outlook', code: 'APP_NOT_IN_TENANT' },
  });
  // Each tenant would be a time series of its own.
  assert.doesNotMatch(JSON.stringify(metrics.all), new RegExp(`${contoso}|${fabrikam}`));
});

test('no more tokens are held than allowed: the one that came first goes, and is found in the table', async () => {
  const { tokens, issuer, store } = aTokenSource({ mostHeld: 4 });
  const tenants = [contoso, fabrikam, crypto.randomUUID()];
  for (const tenant of tenants) await tokens.get(tenant, 'graph');
  const read = store.read.bind(store);
  const reads: string[] = [];
  store.read = (tenant, resource) => {
    reads.push(tenant);
    return read(tenant, resource);
  };
  for (const tenant of tenants.toReversed()) await tokens.get(tenant, 'graph');
  assert.deepEqual(reads, [contoso]);
  assert.equal(issuer.requests.length, 3);
});

describe('renew', () => {
  test('asks Entra whatever is cached, and replaces what is', async () => {
    const { tokens, issuer, store } = aTokenSource();
    await tokens.get(contoso, 'graph');
    issuer.answer = (tid) => aTokenValue({ tid, exp: inAnHour + 3600 });

    const renewed = await tokens.renew(contoso, 'graph');
    assert.equal(renewed.expiresAt, (inAnHour + 3600) * 1000);
    assert.equal(await tokens.get(contoso, 'graph'), renewed);
    assert.equal(store.rows.get(`${contoso} graph`), renewed.value);
    assert.equal(issuer.requests.length, 2);
  });

  test('makes one request for callers that come together', async () => {
    const { tokens, issuer } = aTokenSource();
    await Promise.all(Array.from({ length: 10 }, () => tokens.renew(contoso, 'graph')));
    assert.equal(issuer.requests.length, 1);
  });

  test('is never answered by a get that was under way: that one may end in the table', async () => {
    const { tokens, issuer, store } = aTokenSource();
    store.put(contoso, aTokenValue());
    issuer.answer = (tid) => aTokenValue({ tid, exp: inAnHour + 3600 });
    const [got, renewed] = await Promise.all([tokens.get(contoso, 'graph'), tokens.renew(contoso, 'graph')]);
    assert.equal(got.expiresAt, inAnHour * 1000);
    assert.equal(renewed.expiresAt, (inAnHour + 3600) * 1000);
  });
});

describe('drop', () => {
  test('forgets the token here and in the table, and of no other tenant', async () => {
    const { tokens, issuer, store } = aTokenSource();
    await tokens.get(contoso, 'graph');
    await tokens.get(fabrikam, 'graph');
    await tokens.drop(contoso, 'graph');
    assert.deepEqual([...store.rows.keys()], [`${fabrikam} graph`]);

    await tokens.get(contoso, 'graph');
    await tokens.get(fabrikam, 'graph');
    assert.deepEqual(issuer.requests, [contoso, fabrikam, contoso]);
  });

  for (const [what, remove, code] of [
    ['the table is down', failing('STORAGE_UNAVAILABLE'), 'STORAGE_UNAVAILABLE'],
    ['the table fails as nobody foresaw', () => Promise.reject(new TypeError('secret')), 'UNEXPECTED'],
  ] as const) {
    test(`forgets the token here, and reports it without failing, when ${what}`, async () => {
      const { tokens, issuer, store, log } = aTokenSource();
      await tokens.get(contoso, 'graph');
      store.rows.clear();
      store.remove = remove;
      await tokens.drop(contoso, 'graph');
      assert.deepEqual(log.lines, [
        { level: 'warning', event: 'token.table-unwritable', detail: { tenantId: contoso, resource: 'graph', code } },
      ]);
      await tokens.get(contoso, 'graph');
      assert.equal(issuer.requests.length, 2);
    });
  }
});

test('a caller who wants a token and one who wants a new one share one request', async () => {
  const { tokens, issuer } = aTokenSource();
  await Promise.all([tokens.get(contoso, 'graph'), tokens.renew(contoso, 'graph')]);
  assert.equal(issuer.requests.length, 1);
});
