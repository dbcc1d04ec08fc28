import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes, seconds } from '../../../../shared/clock.ts';
import { HoldOff } from '../../../../shared/tokens/hold-off.ts';
import { settableClock } from '../../../support/clock.ts';
import { anError } from '../../../support/failing.ts';

function aHoldOff() {
  const clock = settableClock();
  return { clock, holdOff: new HoldOff(clock.now) };
}

const down = anError('ENTRA_UNAVAILABLE', { detail: { tenantId: 'one', aadsts: 90033 } });
const noConsent = anError('APP_NOT_IN_TENANT');

/** Milliseconds until a key may be asked for again, by a clock that is moved along. */
function heldFor({ clock, holdOff }: ReturnType<typeof aHoldOff>, key: string): number {
  const began = clock.now();
  while (holdOff.refusal(key) !== undefined) clock.advance(100);
  return clock.now() - began;
}

describe('whoever failed', () => {
  test('is not asked for again for a second, and meets the same error', () => {
    const { clock, holdOff } = aHoldOff();
    assert.equal(holdOff.refusal('one'), undefined);
    holdOff.failed('one', down);
    clock.advance(seconds - 1);
    const refusal = holdOff.refusal('one');
    assert.ok(refusal);
    assert.deepEqual([refusal.code, refusal.message, refusal.cause], [down.code, down.message, down]);
    assert.deepEqual(refusal.detail, { ...down.detail, heldOff: true });
    clock.advance(1);
    assert.equal(holdOff.refusal('one'), undefined);
  });

  test('keeps nobody else from asking', () => {
    const { holdOff } = aHoldOff();
    holdOff.failed('one', down);
    assert.equal(holdOff.refusal('other'), undefined);
    assert.equal(holdOff.everybodysRefusal(), undefined);
  });

  test('waits twice as long after each failure, and a minute at most', () => {
    const setup = aHoldOff();
    const holds = Array.from({ length: 9 }, () => {
      setup.holdOff.failed('one', noConsent);
      return heldFor(setup, 'one') / seconds;
    });
    assert.deepEqual(holds, [1, 2, 4, 8, 16, 32, 60, 60, 60]);
  });

  test('begins anew after a success', () => {
    const setup = aHoldOff();
    for (let failure = 0; failure < 4; failure += 1) {
      setup.holdOff.failed('one', noConsent);
      heldFor(setup, 'one');
    }
    setup.holdOff.succeeded('one');
    setup.holdOff.failed('one', noConsent);
    assert.equal(heldFor(setup, 'one'), seconds);
  });

  test('failed once when requests that were under way together failed together', () => {
    const setup = aHoldOff();
    for (let failure = 0; failure < 16; failure += 1) setup.holdOff.failed('one', noConsent);
    assert.equal(heldFor(setup, 'one'), seconds);
  });

  test('waits for as long as the service asked, and hears how long that still is', () => {
    const { clock, holdOff } = aHoldOff();
    holdOff.failed('one', anError('ENTRA_THROTTLED', { retryAfterSeconds: 300 }));
    clock.advance(299.5 * seconds);
    assert.equal(holdOff.refusal('one')?.retryAfterSeconds, 1);
    clock.advance(0.5 * seconds);
    assert.equal(holdOff.refusal('one'), undefined);
  });

  test('is told no time where the pause is our own: a mail job then waits by itself, longer each time', () => {
    const { holdOff } = aHoldOff();
    holdOff.failed('one', down);
    assert.equal(holdOff.refusal('one')?.retryAfterSeconds, undefined);
  });

  test('is forgotten when ten thousand others failed since', () => {
    const { holdOff } = aHoldOff();
    for (let at = 0; at <= 10_000; at += 1) holdOff.failed(`key ${at}`, noConsent);
    assert.equal(holdOff.refusal('key 0'), undefined);
    assert.ok(holdOff.refusal('key 1'));
    assert.ok(holdOff.refusal('key 10000'));
  });
});

describe('everybody', () => {
  /** Five tenants that failed in a row. */
  function fiveFailed() {
    const setup = aHoldOff();
    for (const key of ['one', 'two', 'three', 'four', 'five']) setup.holdOff.failed(key, down);
    return setup;
  }

  test('is held off when five tenants failed in a row, for a second, and then for twice as long', () => {
    const setup = fiveFailed();
    assert.equal(setup.holdOff.everybodysRefusal()?.code, 'ENTRA_UNAVAILABLE');
    assert.equal(setup.holdOff.refusal('six')?.code, 'ENTRA_UNAVAILABLE');
    const holds = [];
    for (const key of ['six', 'seven', 'eight', 'nine', 'ten', 'eleven', 'twelve']) {
      holds.push(heldFor(setup, 'nobody yet') / seconds);
      setup.holdOff.failed(key, down);
    }
    assert.deepEqual(holds, [1, 2, 4, 8, 16, 32, 60]);
  });

  test('is not held off by four, nor by one that fails again and again', () => {
    const { holdOff, clock } = aHoldOff();
    for (let failure = 0; failure < 10; failure += 1) {
      for (const key of ['one', 'two', 'three', 'four']) holdOff.failed(key, down);
      clock.advance(minutes);
    }
    assert.equal(holdOff.everybodysRefusal(), undefined);
    holdOff.failed('one', down);
    assert.equal(holdOff.everybodysRefusal(), undefined);
  });

  test('is free again as soon as one succeeds', () => {
    const { holdOff } = fiveFailed();
    holdOff.succeeded('six');
    assert.equal(holdOff.everybodysRefusal(), undefined);
    assert.equal(holdOff.refusal('six'), undefined);
    // Those that failed wait each for themselves.
    assert.ok(holdOff.refusal('one'));
    holdOff.failed('seven', down);
    assert.equal(holdOff.everybodysRefusal(), undefined);
  });

  test('is free again as soon as Entra answers somebody: no consent is an answer', () => {
    const { holdOff } = fiveFailed();
    holdOff.failed('six', noConsent);
    assert.equal(holdOff.everybodysRefusal(), undefined);
  });

  test('is not set free by what nobody foresaw: that may be no answer at all', () => {
    const { holdOff } = fiveFailed();
    holdOff.failed('six', anError('UNEXPECTED'));
    assert.equal(holdOff.everybodysRefusal()?.code, 'ENTRA_UNAVAILABLE');
  });

  for (const code of ['APP_NOT_IN_TENANT', 'ROLE_MISSING', 'TENANT_NOT_FOUND', 'TOKEN_REFUSED'] as const) {
    test(`is never held off by ${code}, which is one tenant's own`, () => {
      const { holdOff } = aHoldOff();
      for (let at = 0; at < 100; at += 1) holdOff.failed(`key ${at}`, anError(code));
      assert.equal(holdOff.everybodysRefusal(), undefined);
    });
  }

  for (const code of [
    'CREDENTIAL_REFUSED',
    'CREDENTIAL_UNUSABLE',
    'ENTRA_THROTTLED',
    'FEDERATION_REFUSED',
    'IDENTITY_REFUSED',
    'IDENTITY_UNAVAILABLE',
    'REGISTRATION_WRONG',
    'VAULT_REFUSED',
    'VAULT_UNAVAILABLE',
  ] as const) {
    test(`is held off by ${code}, which meets every tenant alike`, () => {
      const { holdOff } = aHoldOff();
      for (let at = 0; at < 5; at += 1) holdOff.failed(`key ${at}`, anError(code));
      assert.equal(holdOff.everybodysRefusal()?.code, code);
    });
  }
});
