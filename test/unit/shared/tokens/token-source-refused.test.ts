/** TokenSource and a resource that refuses what Entra issued: whoever asks for another at each refusal is a storm. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../shared/clock.ts';
import { contoso } from '../../../support/app-identity.ts';
import { failing } from '../../../support/failing.ts';
import { aTokenSource } from '../../../support/token-source.ts';
import { aTokenValue } from '../../../support/unsigned-token.ts';

/** A source whose tokens differ and are issued when they are asked for, and live for an hour. */
function aSource() {
  const parts = aTokenSource();
  const { issuer, clock } = parts;
  issuer.answer = (tid) => {
    const iat = Math.floor(clock.now() / seconds);
    return aTokenValue({ tid, iat, exp: iat + 3600, uti: String(issuer.requests.length) });
  };
  return parts;
}

describe('a token that a resource refuses', () => {
  test('is forgotten, here and in the table, and the next caller has another', async () => {
    const { tokens, store, issuer, clock } = aSource();
    const refused = await tokens.get(contoso, 'graph');
    clock.advance(20 * minutes);
    await tokens.refused(refused);
    assert.equal(store.rows.size, 0);
    assert.notEqual((await tokens.get(contoso, 'graph')).value, refused.value);
    assert.equal(issuer.requests.length, 2);
  });

  test('is forgotten here when the table is down', async () => {
    const { tokens, store, issuer, clock } = aSource();
    const refused = await tokens.get(contoso, 'graph');
    clock.advance(20 * minutes);
    store.read = failing('STORAGE_UNAVAILABLE');
    await tokens.refused(refused);
    assert.notEqual((await tokens.get(contoso, 'graph')).value, refused.value);
    assert.equal(issuer.requests.length, 2);
  });

  test('costs one request, however many jobs were refused with it and come one after the other', async () => {
    const { tokens, issuer, clock } = aSource();
    const refused = await tokens.get(contoso, 'graph');
    clock.advance(20 * minutes);
    for (let job = 0; job < 50; job += 1) {
      await tokens.refused(refused);
      await tokens.get(contoso, 'graph');
    }
    assert.equal(issuer.requests.length, 2);
  });

  test('costs one request, however many processes hold it', async () => {
    const { process, store, issuer, clock } = aSource();
    const processes = Array.from({ length: 16 }, () => process());
    const held = await Promise.all(processes.map((one) => one.get(contoso, 'graph')));
    assert.equal(issuer.requests.length, 1);
    clock.advance(20 * minutes);
    for (const [place, one] of processes.entries()) {
      const refused = held[place];
      assert.ok(refused);
      await one.refused(refused);
      assert.notEqual((await one.get(contoso, 'graph')).value, refused.value);
    }
    assert.equal(issuer.requests.length, 2);
    assert.equal(store.rows.size, 1);
  });

  test('as every other is costs a request in ten minutes, and not one for each of a thousand jobs', async () => {
    const { tokens, issuer, clock } = aSource();
    for (let job = 0; job < 1000; job += 1) {
      await tokens.refused(await tokens.get(contoso, 'graph'));
      clock.advance(3 * seconds);
    }
    assert.ok(issuer.requests.length > 1 && issuer.requests.length <= 6, String(issuer.requests.length));
  });

  test('and lives for ten minutes only is forgotten in the second half of its life', async () => {
    const { tokens, issuer, clock } = aSource();
    issuer.answer = (tid) => {
      const iat = Math.floor(clock.now() / seconds);
      return aTokenValue({ tid, iat, exp: iat + 600, uti: String(issuer.requests.length) });
    };
    const refused = await tokens.get(contoso, 'graph');
    clock.advance(5 * minutes - 1);
    await tokens.refused(refused);
    assert.equal(await tokens.get(contoso, 'graph'), refused);
    clock.advance(1);
    await tokens.refused(refused);
    assert.notEqual((await tokens.get(contoso, 'graph')).value, refused.value);
  });
});
