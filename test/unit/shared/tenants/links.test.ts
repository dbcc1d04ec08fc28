import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { describe, test } from 'node:test';
import { decodeProtectedHeader, SignJWT } from 'jose';
import { hours } from '../../../../shared/clock.ts';
import { Links } from '../../../../shared/tenants/links.ts';
import { deriveKey } from '../../../../shared/tokens/data-key.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { fixedDataKeys } from '../../../support/fixed-data-keys.ts';

const dataKeys = fixedDataKeys();
const dataKey = await dataKeys.current();
const clock = settableClock();
const links = new Links(dataKeys, clock.now);
const state = { jti: 'state-1', inv: 'invitation-1', bnd: 'digest' };
const later = noon + hours;

/** Signs as the app does, but with what is said here. */
function forged(header: { kid?: string }, claims: Record<string, unknown>, key?: Uint8Array): Promise<string> {
  const signingKey = key ?? deriveKey(dataKey, 'sign links');
  const protectedHeader = { alg: 'HS256', kid: dataKey.id, ...header };
  return new SignJWT({ exp: later / 1000, ...claims }).setProtectedHeader(protectedHeader).sign(signingKey);
}

describe('a link', () => {
  test('is read back with the claims that were signed', async () => {
    const { jti, inv, bnd } = readState(await links.read('state', await links.sign('state', state, later)));
    assert.deepEqual({ jti, inv, bnd }, state);

    const invitation = await links.read('invitation', await links.sign('invitation', { jti: 'invitation-1' }, later));
    assert.ok(typeof invitation === 'object');
    assert.equal(invitation.jti, 'invitation-1');
  });

  test('is read by every process of the installation', async () => {
    const other = new Links(fixedDataKeys(), clock.now);
    assert.equal(readState(await other.read('state', await links.sign('state', state, later))).jti, state.jti);
  });

  test('goes into a query as it is', async () => {
    const signed = await links.sign('state', state, later);
    assert.equal(encodeURIComponent(signed), signed);
  });

  test('is good until it expires, and called expired from then on', async () => {
    const own = settableClock();
    const aging = new Links(dataKeys, own.now);
    const signed = await aging.sign('state', state, later);
    own.advance(hours - 1000);
    assert.equal(readState(await aging.read('state', signed)).jti, state.jti);
    own.advance(1000);
    assert.equal(await aging.read('state', signed), 'expired');
  });

  test('of one kind never passes for the other, expired or not', async () => {
    for (const expiresAt of [later, noon - hours]) {
      // It has the claims of both: only its kind is wrong.
      assert.equal(await links.read('invitation', await links.sign('state', state, expiresAt)), 'invalid');
      assert.equal(await links.read('state', await forged({}, { ...state, aud: 'invitation' })), 'invalid');
    }
  });

  test('is invalid with any of its characters changed', async () => {
    const signed = await links.sign('state', state, later);
    // The last character holds bits that base64url leaves unused.
    for (let at = 0; at < signed.length - 1; at += 1) {
      const changed = signed.slice(0, at) + (signed[at] === 'A' ? 'B' : 'A') + signed.slice(at + 1);
      assert.equal(await links.read('state', changed), 'invalid', `character ${at}`);
    }
  });

  test('is invalid when another installation signed it, also when that one has expired', async () => {
    const other = new Links(fixedDataKeys(8), clock.now);
    assert.equal(await links.read('state', await other.sign('state', state, later)), 'invalid');
    assert.equal(await links.read('state', await other.sign('state', state, noon - hours)), 'invalid');
  });

  test('is invalid when it is signed with the data key itself, or with the key of another purpose', async () => {
    const claims = { ...state, aud: 'state' };
    for (const key of [dataKey.bytes, deriveKey(dataKey, 'seal tokens')]) {
      assert.equal(await links.read('state', await forged({}, claims, key)), 'invalid');
    }
  });

  test('is invalid with another algorithm, and with none', async () => {
    const claims = { ...state, aud: 'state' };
    assert.ok(typeof (await links.read('state', await forged({}, claims))) === 'object');

    const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
    const payload = encode({ ...claims, exp: later / 1000 });
    // With the very key: only the name of the algorithm is another.
    const hs512 = `${encode({ alg: 'HS512', kid: dataKey.id })}.${payload}`;
    const mac = createHmac('sha512', deriveKey(dataKey, 'sign links')).update(hs512).digest('base64url');
    assert.equal(await links.read('state', `${hs512}.${mac}`), 'invalid');
    for (const alg of ['none', 'None', 'NONE']) {
      const none = `${encode({ alg, kid: dataKey.id })}.${payload}`;
      assert.equal(await links.read('state', `${none}.`), 'invalid');
      const [, , signature = ''] = (await links.sign('state', state, later)).split('.');
      assert.equal(await links.read('state', `${none}.${signature}`), 'invalid');
    }
  });

  test('is invalid without the claims of its kind', async () => {
    for (const claims of [{}, { jti: 1, inv: 'a', bnd: 'b' }, { jti: 'a', inv: 'b' }]) {
      assert.equal(await links.read('state', await forged({}, { aud: 'state', ...claims })), 'invalid');
    }
  });

  test('is not made of text that is none', async () => {
    for (const junk of ['', 'junk', 'a.b.c', '..', `${'x'.repeat(10_000)}`]) {
      assert.equal(await links.read('state', junk), 'invalid');
    }
  });

  test('is not called invalid because the vault is down', async () => {
    const signed = await links.sign('state', state, later);
    const fails = failing('VAULT_UNAVAILABLE');
    const cut = new Links({ current: fails, find: fails }, clock.now);
    await assert.rejects(cut.read('state', signed), withCode('VAULT_UNAVAILABLE'));
    await assert.rejects(cut.sign('state', state, later), withCode('VAULT_UNAVAILABLE'));
  });
});

describe('a link and the data keys', () => {
  const second = fixedDataKeys(8, '2');
  /** After the first key was followed by a second one. */
  const followed = new Links(
    { current: second.current, find: async (id) => (await dataKeys.find(id)) ?? second.find(id) },
    clock.now,
  );

  test('it is read after its key was followed by another, and until that is kept no more', async () => {
    const signed = await links.sign('state', state, later);
    assert.equal(readState(await followed.read('state', signed)).jti, state.jti);
    assert.equal(await new Links(second, clock.now).read('state', signed), 'invalid');
  });

  test('it is signed with the newest, and says so', async () => {
    const signed = await followed.sign('state', state, later);
    assert.deepEqual(decodeProtectedHeader(signed), { alg: 'HS256', kid: '2' });
    assert.equal(readState(await new Links(second, clock.now).read('state', signed)).jti, state.jti);
    assert.equal(await links.read('state', signed), 'invalid');
  });

  test('it is invalid when it names another key than the one that signed it, none, or what is no name', async () => {
    const claims = { ...state, aud: 'state' };
    const signed = await forged({}, claims, deriveKey(await second.current(), 'sign links'));
    assert.equal(await followed.read('state', signed), 'invalid');
    for (const kid of ['2', '3', '', '../1']) {
      assert.equal(await followed.read('state', await forged({ kid }, claims)), 'invalid', kid);
    }
    const unnamed = await new SignJWT({ ...claims, exp: later / 1000 })
      .setProtectedHeader({ alg: 'HS256' })
      .sign(deriveKey(dataKey, 'sign links'));
    assert.equal(await followed.read('state', unnamed), 'invalid');
  });

  test('it is invalid, and no key is looked for, when what names its key is no text', async () => {
    const asked: unknown[] = [];
    const find: typeof dataKeys.find = (id) => {
      asked.push(id);
      return dataKeys.find(id);
    };
    const watched = new Links({ current: () => dataKeys.current(), find }, clock.now);
    const [, payload = '', signature = ''] = (await links.sign('state', state, later)).split('.');
    for (const kid of [1, 0, true, null, {}, ['1']]) {
      const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid })).toString('base64url');
      assert.equal(await watched.read('state', `${header}.${payload}.${signature}`), 'invalid', JSON.stringify(kid));
    }
    assert.deepEqual(asked, []);
  });
});

function readState<T>(claims: T | 'invalid' | 'expired'): T {
  assert.ok(claims !== 'invalid' && claims !== 'expired', String(claims));
  return claims;
}
