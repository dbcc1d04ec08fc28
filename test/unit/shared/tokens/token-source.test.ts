import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../../shared/clock.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { anError, failing, withCode } from '../../../support/failing.ts';
import { aTokenSource } from '../../../support/token-source.ts';
import { aTokenValue, inAnHour } from '../../../support/unsigned-token.ts';

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

  test('fails all callers of a request that fails, and asks again for the next', async () => {
    const { tokens, issuer } = aTokenSource();
    issuer.answer = () => Promise.reject(anError('ENTRA_UNAVAILABLE'));
    const got = await Promise.allSettled(Array.from({ length: 5 }, () => tokens.get(contoso, 'graph')));
    assert.ok(got.every(({ status }) => status === 'rejected'));
    assert.equal(issuer.requests.length, 1);

    issuer.answer = (tid) => aTokenValue({ tid });
    assert.equal((await tokens.get(contoso, 'graph')).tenantId, contoso);
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
    store.put(contoso, aTokenValue({ exp: inAnHour - 3600 + 299 }));
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
      const { tokens, issuer, store } = aTokenSource();
      issuer.answer = (tid) => aTokenValue({ tid, roles });
      await assert.rejects(tokens.get(contoso, 'graph'), withCode('ROLE_MISSING'));
      await assert.rejects(tokens.renew(contoso, 'graph'), withCode('ROLE_MISSING'));
      assert.equal(store.rows.size, 0);

      issuer.answer = (tid) => aTokenValue({ tid });
      assert.deepEqual((await tokens.get(contoso, 'graph')).roles, ['Mail.Send']);
    });
  }
});

describe('while the table is down', () => {
  test('tokens still come from Entra, once, and each failure is reported without a token', async () => {
    const { tokens, issuer, store, log } = aTokenSource();
    store.read = failing('STORAGE_UNAVAILABLE');
    store.write = () => Promise.reject(new Error('no table'));

    const token = await tokens.get(contoso, 'graph');
    assert.equal(token.tenantId, contoso);
    assert.equal(await tokens.get(contoso, 'graph'), token);
    assert.equal(issuer.requests.length, 1);
    assert.deepEqual(log.lines, [
      {
        level: 'warning',
        event: 'token.table-unreadable',
        detail: { tenantId: contoso, code: 'STORAGE_UNAVAILABLE' },
      },
      { level: 'warning', event: 'token.table-unwritable', detail: { tenantId: contoso, code: 'UNEXPECTED' } },
    ]);
  });
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

describe('peek', () => {
  test('never asks Entra', async () => {
    const { tokens, issuer } = aTokenSource();
    assert.equal(await tokens.peek(contoso, 'graph', 0), undefined);
    assert.equal(issuer.requests.length, 0);
  });

  test('gives only what stays valid for longer than asked', async () => {
    const { tokens, store } = aTokenSource();
    store.put(contoso, aTokenValue());
    assert.equal((await tokens.peek(contoso, 'graph', 60 * minutes - 1))?.tenantId, contoso);
    assert.equal(await tokens.peek(contoso, 'graph', 60 * minutes), undefined);
    assert.equal(store.rows.size, 1, 'a token that will expire is still a token');
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
        { level: 'warning', event: 'token.table-unwritable', detail: { tenantId: contoso, code } },
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
