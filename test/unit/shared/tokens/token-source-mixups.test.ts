/** TokenSource, where a token turns up that belongs to somebody else. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../../shared/clock.ts';
import type { TokenExpectation } from '../../../../shared/tokens/token.ts';
import { contoso, fabrikam, graphResource } from '../../../support/app-identity.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { broken } from '../../../support/memory-token-store.ts';
import type { recordingMetrics } from '../../../support/recording-metrics.ts';
import { aTokenSource } from '../../../support/token-source.ts';
import { anExpectation, aTokenValue, aTokenValueFor } from '../../../support/unsigned-token.ts';

describe('a token that is another than the one asked for', () => {
  for (const [what, value] of Object.entries({
    'of another tenant': aTokenValue({ tid: fabrikam }),
    'of another app': aTokenValue({ appid: crypto.randomUUID() }),
    'for another resource': aTokenValueFor(contoso, 'outlook'),
    'of an issuer that is not the tenant': aTokenValue({ iss: `https://sts.windows.net/${fabrikam}/` }),
    'that is junk': 'junk',
    'that does not authenticate': broken,
  })) {
    test(`${what} is dropped from the table, raises an alarm and is never returned`, async () => {
      const { tokens, issuer, store, log, metrics } = aTokenSource();
      issuer.answer = failing('ENTRA_UNAVAILABLE');
      store.put(contoso, value);
      await assert.rejects(tokens.get(contoso, 'graph'), withCode('ENTRA_UNAVAILABLE'));
      assert.equal(store.rows.size, 0);
      const [{ level, event, detail } = {}, ...others] = log.lines;
      assert.deepEqual([level, event, others], ['error', 'token.wrong-in-table', []]);
      assert.deepEqual([detail?.['tenantId'], detail?.['resource']], [contoso, 'graph']);
      assert.deepEqual(alarms(metrics), [{ origin: 'table' }]);
      assert.equal(JSON.stringify(log.lines).includes(value), false);
    });

    test(`${what} in the table is replaced by one of Entra's`, async () => {
      const { tokens, issuer, store } = aTokenSource();
      store.put(contoso, value);
      const token = await tokens.get(contoso, 'graph');
      assert.notEqual(token.value, value);
      assert.equal(token.tenantId, contoso);
      assert.deepEqual(issuer.requests, [contoso]);
      assert.equal(store.rows.get(`${contoso} graph`), token.value);
    });

    test(`${what} is refused from Entra, raises an alarm and is kept nowhere`, async () => {
      const { tokens, issuer, store, log, metrics, clock } = aTokenSource();
      issuer.answer = () => value;
      await assert.rejects(tokens.renew(contoso, 'graph'), withCode('TOKEN_WRONG'));
      clock.advance(minutes);
      await assert.rejects(tokens.get(contoso, 'graph'), withCode('TOKEN_WRONG'));
      assert.equal(store.rows.size, 0);
      assert.equal(issuer.requests.length, 2);
      assert.deepEqual(log.events(), ['token.wrong-in-entra', 'token.wrong-in-entra']);
      assert.deepEqual(alarms(metrics), [{ origin: 'entra' }, { origin: 'entra' }]);
    });
  }

  test('in the table does not cost the token that this process still holds', async () => {
    const { tokens, issuer, store, clock, log } = aTokenSource();
    const held = await tokens.get(contoso, 'graph');
    issuer.answer = failing('ENTRA_UNAVAILABLE');
    store.put(contoso, broken);
    clock.advance(56 * minutes);
    assert.equal(await tokens.get(contoso, 'graph'), held);
    assert.deepEqual(log.events(), ['token.wrong-in-table', 'token.renewal-late']);
  });

  test('in the memory of this process is dropped, raises an alarm and is never returned', async () => {
    // What it was checked against has changed since: the one way to bring a wrong one there.
    let audience = graphResource;
    const expect = (tenantId: string): TokenExpectation => ({ ...anExpectation(tenantId), audience });
    const { tokens, issuer, store, log, metrics } = aTokenSource({ expect });
    await tokens.get(contoso, 'graph');
    store.rows.clear();
    audience = 'https://graph.microsoft.us';
    issuer.answer = (tid) => aTokenValue({ tid, aud: audience });
    assert.equal((await tokens.get(contoso, 'graph')).audience, audience);
    assert.deepEqual(log.events(), ['token.wrong-in-memory']);
    assert.deepEqual(alarms(metrics), [{ origin: 'memory' }]);
    assert.equal(issuer.requests.length, 2);
  });

  test('does not keep mail from leaving when the table does not let it be removed', async () => {
    const { tokens, store } = aTokenSource();
    store.put(contoso, aTokenValue({ tid: fabrikam }));
    store.remove = failing('STORAGE_UNAVAILABLE');
    assert.equal((await tokens.get(contoso, 'graph')).tenantId, contoso);
  });
});

const alarms = ({ all }: ReturnType<typeof recordingMetrics>) =>
  all.filter(({ name }) => name === 'tenantpost.tokens.wrong').map(({ attributes }) => attributes);
