import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes } from '../../../../shared/clock.ts';
import { stopsTenant } from '../../../../shared/tenants/prove-consent.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { failing } from '../../../support/failing.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';
import { aWarming, nothing } from '../../../support/warming.ts';

describe('an active tenant', () => {
  test('is renewed when nothing of it is warm', async () => {
    const { run, renewed } = aWarming({ tenants: [aTenant()] });
    assert.deepEqual(await run(), { ...nothing, renewed: 1 });
    assert.deepEqual(renewed, [`${contoso} graph`]);
  });

  test('whose token outlives the next two runs by what a sender wants is left alone', async () => {
    const { run, renewed, warmed } = aWarming({ tenants: [aTenant()] });
    warmed(contoso, 'graph', 60 * minutes);
    assert.deepEqual(await run(), { ...nothing, warm: 1 });
    assert.deepEqual(renewed, []);
  });

  test('is renewed a run earlier than it must be: a run that is missed leaves no cold cache', async () => {
    // Two runs of a quarter of an hour, the five minutes that a sender wants, and 2.4 by which this tenant is spread.
    for (const [left, expected] of [
      [38, { ...nothing, warm: 1 }],
      [37, { ...nothing, renewed: 1 }],
    ] as const) {
      const { run, warmed } = aWarming({ tenants: [aTenant()], everySeconds: 900 });
      warmed(contoso, 'graph', left * minutes);
      assert.deepEqual(await run(), expected);
    }
  });

  test('is renewed once its token would not, and not at each run after that', async () => {
    const { run, renewed, clock } = aWarming({ tenants: [aTenant()] });
    await run();
    for (let at = 0; at < 3; at += 1) {
      for (let quiet = 0; quiet < 7; quiet += 1) {
        clock.advance(5 * minutes);
        assert.deepEqual(await run(), { ...nothing, warm: 1 });
      }
      // With a quarter of its hour left, or up to six minutes before that.
      let runs = 0;
      while ((await run()).renewed === 0) {
        clock.advance(5 * minutes);
        runs += 1;
      }
      assert.ok(runs <= 3, String(runs));
    }
    assert.equal(renewed.length, 4);
  });

  for (const code of stopsTenant) {
    test(`is stopped on ${code}`, async () => {
      const { run, tokens, stopped } = aWarming({ tenants: [aTenant()] });
      tokens.renew = failing(code);
      assert.deepEqual(await run(), { ...nothing, stopped: 1 });
      assert.deepEqual(stopped, [[contoso, code]]);
    });
  }

  for (const code of ['ENTRA_UNAVAILABLE', 'CREDENTIAL_REFUSED', 'VAULT_REFUSED', 'TOKEN_WRONG'] as const) {
    test(`stays active on ${code}, which says nothing of its consent`, async () => {
      const { run, tokens, stopped, log } = aWarming({ tenants: [aTenant()] });
      tokens.renew = failing(code, { detail: { aadsts: 1 } });
      assert.deepEqual(await run(), { ...nothing, failed: 1 });
      assert.deepEqual(stopped, []);
      assert.deepEqual(log.lines[0], {
        level: 'warning',
        event: 'warm.tenant-failed',
        detail: { tenantId: contoso, code, aadsts: 1 },
      });
    });
  }
});

describe('where the mail protocols are used beside Graph', () => {
  test('both tokens of a tenant are kept warm, each by itself', async () => {
    const { run, renewed, warmed } = aWarming({ tenants: [aTenant({ since: noon })], resources: ['graph', 'outlook'] });
    warmed(contoso, 'graph', 60 * minutes);
    assert.deepEqual(await run(), { ...nothing, warm: 1, renewed: 1 });
    assert.deepEqual(renewed, [`${contoso} outlook`]);
  });

  for (const code of ['ROLE_MISSING', 'RESOURCE_NOT_IN_TENANT'] as const) {
    test(`a tenant that lost them alone (${code}) goes on over Graph`, async () => {
      const { run, tokens, stopped, renewed } = aWarming({
        tenants: [aTenant({ since: noon })],
        resources: ['graph', 'outlook'],
      });
      const { renew } = tokens;
      tokens.renew = (id, resource) => (resource === 'outlook' ? failing(code)() : renew(id, resource));
      assert.deepEqual(await run(), { ...nothing, renewed: 1, failed: 1 });
      assert.deepEqual([stopped, renewed], [[], [`${contoso} graph`]]);
    });
  }

  test('tenants that never had them come after all whose token for Graph is to be renewed', async () => {
    const { run, renewed, warmed } = aWarming({
      tenants: [aTenant({ since: noon }), aTenant({ id: fabrikam })],
      resources: ['graph', 'outlook'],
    });
    warmed(fabrikam, 'graph', 6 * minutes);
    warmed(fabrikam, 'outlook', 7 * minutes);
    await run();
    assert.deepEqual(renewed, [`${contoso} graph`, `${fabrikam} graph`, `${fabrikam} outlook`, `${contoso} outlook`]);
  });

  test('what a tenant never had is asked for in every run of its first hour, and once an hour after that', async () => {
    const { run, tokens, clock } = aWarming({ tenants: [aTenant({ since: noon })], resources: ['graph', 'outlook'] });
    const { renew } = tokens;
    const asked: number[] = [];
    tokens.renew = (id, resource) => {
      if (resource === 'graph') return renew(id, resource);
      asked.push(clock.now() - noon);
      return failing('ROLE_MISSING')();
    };
    for (let at = 0; at < 5 * 12; at += 1) {
      await run();
      clock.advance(5 * minutes);
    }
    assert.equal(asked.filter((at) => at < 60 * minutes).length, 12);
    assert.equal(asked.length, 12 + 4);
  });
});

describe('a pending tenant', () => {
  for (const [state, counted] of [
    ['active', 'activated'],
    ['pending', 'pending'],
    ['revoked', 'stopped'],
    ['degraded', 'stopped'],
  ] as const) {
    test(`is asked about, and counted as ${counted} when it is ${state} then`, async () => {
      const { run, proof, renewed } = aWarming({ tenants: [aPendingTenant()] });
      proof.proveAgain = (tenant) => Promise.resolve({ ...tenant, state });
      assert.deepEqual(await run(), { ...nothing, [counted]: 1 });
      assert.deepEqual(renewed, []);
    });
  }
});

describe('a tenant that was stopped', () => {
  for (const [what, state, since, interval] of [
    ['a moment ago', 'degraded', noon, 15 * minutes],
    ['a moment ago', 'revoked', noon, 15 * minutes],
    ['two days ago', 'revoked', noon - 48 * hours, 1 * hours],
    ['two months ago', 'degraded', noon - 60 * 24 * hours, 24 * hours],
  ] as const) {
    test(`${what} and is ${state} is asked about once in ${interval / minutes} minutes`, async () => {
      const { run, clock, asked } = aWarming({ tenants: [aTenant({ state, since, code: 'APP_BLOCKED' })] });
      for (let at = 0; at < interval; at += 5 * minutes) {
        assert.deepEqual(await run(), nothing);
        clock.advance(5 * minutes);
      }
      assert.deepEqual(asked, [contoso]);
    });
  }

  test('and is back is counted, and renewed like the others from then on', async () => {
    const { run, proof, tenants, renewed } = aWarming({
      tenants: [aTenant({ state: 'degraded', since: noon, code: 'APP_BLOCKED' })],
      everySeconds: 900,
    });
    proof.proveReturn = async (tenant) => {
      await tenants.save(aTenant());
      return { ...tenant, state: 'active' };
    };
    assert.deepEqual(await run(), { ...nothing, activated: 1 });
    assert.deepEqual(await run(), { ...nothing, renewed: 1 });
    assert.deepEqual(renewed, [`${contoso} graph`]);
  });

  test('comes after all that send', async () => {
    const { run, asked, renewed, order } = aWarming({
      tenants: [aTenant({ state: 'revoked', since: noon }), aTenant({ id: fabrikam })],
      everySeconds: 900,
    });
    await run();
    assert.deepEqual([asked, renewed], [[contoso], [`${fabrikam} graph`]]);
    assert.deepEqual(order, [fabrikam, contoso]);
  });
});

describe('what the tokens carry', () => {
  test('is noted at each renewal, and that a resource is not granted as well', async () => {
    const { run, tokens, noted, stopped } = aWarming({
      tenants: [aTenant({ since: noon })],
      resources: ['graph', 'outlook'],
    });
    const renew = tokens.renew;
    tokens.renew = (tenantId, resource) =>
      resource === 'outlook' ? failing('ROLE_MISSING')() : renew(tenantId, resource);
    await run();
    assert.deepEqual(noted.sort(), [`${contoso} graph Mail.Send`, `${contoso} outlook `]);
    assert.deepEqual(stopped, []);
  });

  test('is asked again every quarter of an hour while a right is missing that was asked for', async () => {
    const rights = ['Mail.Send', 'Mail.ReadWrite'] as const;
    for (const [granted, most] of [
      [['Mail.Send'], 5],
      [rights, 2],
    ] as const) {
      const { run, renewed, clock } = aWarming({ tenants: [aTenant({ rights, granted })] });
      for (let at = 0; at < 60; at += 5) {
        await run();
        clock.advance(5 * minutes);
      }
      assert.ok(renewed.length <= most && renewed.length >= most - 1, `${renewed.length} of ${most}`);
    }
  });
});

test('a token for Exchange that was asked for and is not there is asked for every quarter of an hour as well', async () => {
  const rights = ['Mail.Send', 'SMTP.SendAsApp'] as const;
  const known = aTenant({ rights, granted: ['Mail.Send'] });
  const { run, tokens, warmed, clock } = aWarming({ tenants: [known], resources: ['graph', 'outlook'] });
  let asked = 0;
  tokens.renew = () => {
    asked += 1;
    return failing('ROLE_MISSING')();
  };
  for (let at = 0; at < 60; at += 5) {
    warmed(contoso, 'graph', 60 * minutes);
    await run();
    clock.advance(5 * minutes);
  }
  assert.equal(asked, 4);
});

for (const state of ['invited', 'removed'] as const) {
  test(`a tenant that is ${state} is never asked about`, async () => {
    const { run, order, clock } = aWarming({ tenants: [aTenant({ state })] });
    for (let at = 0; at < 24; at += 1) {
      assert.deepEqual(await run(), nothing);
      clock.advance(5 * minutes);
    }
    assert.deepEqual(order, []);
  });
}
