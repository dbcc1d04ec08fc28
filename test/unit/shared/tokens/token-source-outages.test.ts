/** TokenSource, while Entra, the vault, the identity or the table fails: what is valid is served, and nobody is asked in a loop. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../shared/clock.ts';
import { contoso } from '../../../support/app-identity.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { aTokenSource } from '../../../support/token-source.ts';
import { aTokenValueFor } from '../../../support/unsigned-token.ts';

describe('a token in its last minutes', () => {
  /** Held by one process, in its last five minutes. */
  async function late() {
    const source = aTokenSource();
    const held = await source.tokens.get(contoso, 'graph');
    source.clock.advance(56 * minutes);
    return { ...source, held };
  }

  for (const code of [
    'ENTRA_UNAVAILABLE',
    'ENTRA_THROTTLED',
    'VAULT_UNAVAILABLE',
    'IDENTITY_UNAVAILABLE',
    'CREDENTIAL_REFUSED',
    'CREDENTIAL_UNUSABLE',
  ] as const) {
    test(`is served on ${code}, which is told, and Entra is not asked for it at each call`, async () => {
      const { tokens, held, issuer, log } = await late();
      issuer.answer = failing(code);
      for (let call = 0; call < 20; call += 1) assert.equal(await tokens.get(contoso, 'graph'), held);
      assert.equal(issuer.requests.length, 2);
      assert.deepEqual(log.lines[0], {
        level: 'warning',
        event: 'token.renewal-late',
        detail: { tenantId: contoso, resource: 'graph', code, expiresAt: held.expiresAt },
      });
    });
  }

  test('is served by a process that finds it in the table', async () => {
    const { process, held, issuer } = await late();
    issuer.answer = failing('ENTRA_UNAVAILABLE');
    assert.equal((await process().get(contoso, 'graph')).value, held.value);
  });

  test('is served while another process is refused a new one', async () => {
    const { process, held, issuer } = await late();
    issuer.answer = failing('ENTRA_UNAVAILABLE');
    const got = await Promise.all([process(), process(), process()].map((tokens) => tokens.get(contoso, 'graph')));
    assert.deepEqual([...new Set(got.map(({ value }) => value))], [held.value]);
    assert.equal(issuer.requests.length, 2);
  });

  test('is served no more in its last half minute', async () => {
    const { tokens, held, issuer, clock } = await late();
    issuer.answer = failing('ENTRA_UNAVAILABLE');
    clock.advance(3.5 * minutes - 1);
    assert.equal(await tokens.get(contoso, 'graph'), held);
    clock.advance(1);
    await assert.rejects(tokens.get(contoso, 'graph'), withCode('ENTRA_UNAVAILABLE'));
  });

  for (const code of ['APP_NOT_IN_TENANT', 'ROLE_MISSING', 'APP_BLOCKED', 'TOKEN_WRONG'] as const) {
    test(`is not served on ${code}: the tenant took the app away, or something is amiss`, async () => {
      const { tokens, issuer } = await late();
      issuer.answer = failing(code);
      await assert.rejects(tokens.get(contoso, 'graph'), withCode(code));
    });
  }
});

describe("trouble that is everybody's", () => {
  const tenants = Array.from({ length: 12 }, () => crypto.randomUUID());

  test('keeps further tenants from asking, by get and by renew, until it may be over', async () => {
    const { tokens, issuer, clock } = aTokenSource();
    issuer.answer = failing('ENTRA_UNAVAILABLE');
    assert.equal(tokens.heldOff(), undefined);
    for (const tenant of tenants) await assert.rejects(tokens.get(tenant, 'graph'), withCode('ENTRA_UNAVAILABLE'));
    for (const tenant of tenants) await assert.rejects(tokens.renew(tenant, 'graph'), withCode('ENTRA_UNAVAILABLE'));
    assert.equal(issuer.requests.length, 5);
    assert.deepEqual(tokens.heldOff(), { code: 'ENTRA_UNAVAILABLE', until: clock.now() + seconds });

    clock.advance(seconds);
    assert.equal(tokens.heldOff(), undefined);
    issuer.answer = aTokenValueFor;
    const [first = ''] = tenants;
    assert.equal((await tokens.renew(first, 'graph')).tenantId, first);
  });

  test('does not keep anybody from what is cached', async () => {
    const { tokens, issuer } = aTokenSource();
    const held = await tokens.get(contoso, 'graph');
    issuer.answer = failing('VAULT_UNAVAILABLE');
    for (const tenant of tenants) await assert.rejects(tokens.get(tenant, 'graph'), withCode('VAULT_UNAVAILABLE'));
    assert.equal(await tokens.get(contoso, 'graph'), held);
  });
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
        detail: { tenantId: contoso, resource: 'graph', code: 'STORAGE_UNAVAILABLE' },
      },
      // Once more when it is this process's turn to ask: another one may have been quicker.
      {
        level: 'warning',
        event: 'token.table-unreadable',
        detail: { tenantId: contoso, resource: 'graph', code: 'STORAGE_UNAVAILABLE' },
      },
      {
        level: 'warning',
        event: 'token.table-unwritable',
        detail: { tenantId: contoso, resource: 'graph', code: 'UNEXPECTED' },
      },
    ]);
  });
});
