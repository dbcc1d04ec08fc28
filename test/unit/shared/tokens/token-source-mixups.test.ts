/** TokenSource, where a token turns up that belongs to somebody else. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../../shared/clock.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { aTokenSource } from '../../../support/token-source.ts';
import { aTokenValue, inAnHour } from '../../../support/unsigned-token.ts';

describe('a token that is another than the one asked for', () => {
  for (const [what, value] of Object.entries({
    'of another tenant': aTokenValue({ tid: fabrikam }),
    'of another app': aTokenValue({ appid: crypto.randomUUID() }),
    'for another resource': aTokenValue({ aud: 'https://outlook.office365.com' }),
    'that is junk': 'junk',
  })) {
    test(`${what} is dropped from the table, reported and never returned`, async () => {
      const { tokens, issuer, store, log } = aTokenSource();
      store.put(contoso, value);
      assert.equal(await tokens.peek(contoso, 'graph', 0), undefined);
      assert.equal(store.rows.size, 0);
      assert.deepEqual(log.lines, [
        { level: 'error', event: 'token.wrong-in-table', detail: { tenantId: contoso, resource: 'graph' } },
      ]);

      store.put(contoso, value);
      const token = await tokens.get(contoso, 'graph');
      assert.notEqual(token.value, value);
      assert.equal(token.tenantId, contoso);
      assert.deepEqual(issuer.requests, [contoso]);
      assert.equal(store.rows.get(`${contoso} graph`), token.value);
    });

    test(`${what} is refused from Entra, and kept nowhere`, async () => {
      const { tokens, issuer, store } = aTokenSource();
      issuer.answer = () => value;
      await assert.rejects(tokens.get(contoso, 'graph'), withCode('TOKEN_WRONG'));
      await assert.rejects(tokens.renew(contoso, 'graph'), withCode('TOKEN_WRONG'));
      assert.equal(store.rows.size, 0);
      assert.equal(issuer.requests.length, 2);
    });
  }

  test('does not keep mail from leaving when the table does not let it be removed', async () => {
    const { tokens, store } = aTokenSource();
    store.put(contoso, aTokenValue({ tid: fabrikam }));
    store.remove = failing('STORAGE_UNAVAILABLE');
    assert.equal((await tokens.get(contoso, 'graph')).tenantId, contoso);
  });
});

test('of many tenants in any order, through several processes, none ever gets the token of another', async () => {
  const { process, store, issuer, clock } = aTokenSource();
  const tenants = Array.from({ length: 20 }, () => crypto.randomUUID());
  const processes = [process(), process(), process()];
  let exp = inAnHour;
  issuer.answer = (tid) => aTokenValue({ tid, exp });

  // Not random, so that a failure can be repeated: every step takes its turn from a linear congruence (Numerical Recipes).
  let seed = 1;
  const below = (most: number): number => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return Math.floor((seed / 2 ** 32) * most);
  };
  const pick = <T>(from: readonly T[]): T => {
    const one = from[below(from.length)];
    assert.ok(one !== undefined);
    return one;
  };

  let checked = 0;
  for (let round = 0; round < 40; round += 1) {
    await Promise.all(
      Array.from({ length: 25 }, async () => {
        const [tokens, tenant] = [pick(processes), pick(tenants)];
        const step = below(10);
        if (step === 0) await tokens.drop(tenant, 'graph');
        // Somebody moves a row: the token of one tenant under the name of another.
        else if (step === 1) store.put(tenant, aTokenValue({ tid: pick(tenants), exp }));
        else {
          const token = step === 2 ? await tokens.renew(tenant, 'graph') : await tokens.get(tenant, 'graph');
          assert.equal(token.tenantId, tenant);
          const [, payload = ''] = token.value.split('.');
          assert.match(Buffer.from(payload, 'base64url').toString(), new RegExp(`"tid":"${tenant}"`));
          checked += 1;
        }
      }),
    );
    clock.advance(7 * minutes);
    exp += 7 * 60;
  }
  assert.ok(checked > 500);
});
