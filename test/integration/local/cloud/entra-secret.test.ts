import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { addSecret, removeSecret } from '../../../../local/cloud/entra/client-secrets.ts';
import { entraError, grantedToken, requestToken, startTestCloud } from '../../../support/cloud.ts';
import { addApp, outcome, withSecret } from './entra-apps.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const HOUR = 60 * 60 * 1000;
const basic = (id: string, secret: string): string => `Basic ${Buffer.from(`${id}:${secret}`).toString('base64')}`;

describe('a client secret', () => {
  test('is taken by its value, and the token says that it was a secret', async () => {
    const { registration } = addApp(cloud);
    const { value } = addSecret(registration);
    const form = withSecret(registration.appId, value);
    const { claims } = await grantedToken(await requestToken(cloud, { form }));
    assert.equal(claims['appidacr'], '1');
    assert.equal(claims['appid'], registration.appId);
  });

  test('is refused when it is wrong, of another app, or the secret ID', async () => {
    const { registration } = addApp(cloud);
    const { value, keyId } = addSecret(registration);
    const other = addSecret(addApp(cloud).registration);
    for (const secret of [`${value}x`, value.slice(1), value.toLowerCase(), other.value, keyId]) {
      const response = await requestToken(cloud, { form: withSecret(registration.appId, secret) });
      assert.equal(response.status, 401);
      const { error, error_codes: codes, error_description: text } = await entraError(response);
      assert.deepEqual([error, codes], ['invalid_client', [7000215]]);
      assert.match(text, /is the client secret value, not the client secret ID, for a secret added to app '/);
      assert.ok(!text.includes(secret), 'what was sent is not told');
    }
    assert.equal(cloud.journal.entries.at(-1)?.reason, 'secret ID in place of its value');
    assert.equal(await outcome(cloud, { form: withSecret(registration.appId, value) }), 'granted');
  });

  test('is refused when its time is over, and when it has not begun', async () => {
    const { registration } = addApp(cloud);
    const now = Date.now();
    const expired = addSecret(registration, { startsAt: now - 2 * HOUR, endsAt: now - HOUR });
    const early = addSecret(registration, { startsAt: now + HOUR });
    for (const { value } of [expired, early]) {
      const response = await requestToken(cloud, { form: withSecret(registration.appId, value) });
      assert.equal(response.status, 401);
      const { error, error_codes: codes, error_description: text } = await entraError(response);
      assert.deepEqual([error, codes], ['invalid_client', [7000222]]);
      assert.match(
        text,
        /The provided client secret keys for app '[0-9a-f-]{36}' are expired\. Visit the Azure portal/,
      );
    }
    const valid = addSecret(registration, { startsAt: now - HOUR, endsAt: now + HOUR });
    assert.equal(await outcome(cloud, { form: withSecret(registration.appId, valid.value) }), 'granted');
  });

  test("expires by Entra's own clock", async (t) => {
    const { registration } = addApp(cloud);
    const { value } = addSecret(registration, { endsAt: Date.now() + HOUR });
    const form = withSecret(registration.appId, value);
    assert.equal(await outcome(cloud, { form }), 'granted');
    const rule = cloud.faults.add({ service: 'entra', fault: { kind: 'clock', seconds: 3601 } });
    t.after(() => cloud.faults.remove(rule));
    assert.equal(await outcome(cloud, { form }), 7000222);
  });

  test('may be one of several, and is refused when it is removed', async () => {
    const { registration } = addApp(cloud);
    const [old, next] = [addSecret(registration), addSecret(registration)];
    for (const { value } of [old, next]) {
      assert.equal(await outcome(cloud, { form: withSecret(registration.appId, value) }), 'granted');
    }
    assert.equal(removeSecret(registration, old.keyId), true);
    assert.equal(removeSecret(registration, old.keyId), false);
    assert.equal(await outcome(cloud, { form: withSecret(registration.appId, old.value) }), 7000215);
    assert.equal(await outcome(cloud, { form: withSecret(registration.appId, next.value) }), 'granted');
  });

  test('is kept as a digest with a hint of three characters, and its value nowhere', () => {
    const { registration } = addApp(cloud);
    const { value, keyId } = addSecret(registration, { displayName: 'CI' });
    assert.match(value, /^[\w-]{3}8Q~[\w-]{34}$/);
    const [{ startsAt, endsAt, digest, ...kept } = assert.fail('no secret')] = registration.secrets ?? [];
    assert.deepEqual(kept, { keyId, displayName: 'CI', hint: value.slice(0, 3) });
    assert.match(digest, /^[\w-]{43}$/);
    assert.equal(endsAt - startsAt, 730 * 24 * HOUR);
    assert.ok(!JSON.stringify(cloud.state).includes(value));
  });

  test('cannot be added when it is short or ends before it starts', () => {
    const { registration } = addApp(cloud);
    assert.throws(() => addSecret(registration, { value: 'short' }), /at least 8 characters/);
    assert.throws(() => addSecret(registration, { startsAt: 2, endsAt: 2 }), /must end after it starts/);
    assert.equal(registration.secrets, undefined);
  });
});

describe('the Authorization header', () => {
  const { registration } = addApp(cloud);
  const { value } = addSecret(registration, { value: 'p+ss w:rd~é0' });
  const encoded = 'p%2Bss+w%3Ard~%C3%A90';
  const none = { ...withSecret(registration.appId, undefined), client_id: undefined };
  const ask = (authorization: string, form: Record<string, string | undefined> = {}) =>
    outcome(cloud, { form: { ...none, ...form }, headers: { authorization } });

  test('may hold client id and secret, form-encoded', async () => {
    assert.equal(await ask(basic(registration.appId, encoded)), 'granted');
    assert.equal(await ask(basic(registration.appId, encoded).replace('Basic', 'basic')), 'granted');
    assert.equal(await ask(basic(registration.appId, encoded), { client_id: registration.appId }), 'granted');
  });

  test('is refused with a secret that is wrong or not encoded', async () => {
    assert.equal(await ask(basic(registration.appId, value)), 7000215);
    assert.equal(await ask(basic(registration.appId, 'another one')), 7000215);
  });

  test('is refused beside another credential or another client id', async () => {
    const header = basic(registration.appId, encoded);
    assert.equal(await ask(header, { client_secret: value }), 90023);
    assert.equal(await ask(header, { client_assertion: 'a.b.c', client_assertion_type: 'x' }), 90023);
    assert.equal(await ask(header, { client_id: crypto.randomUUID() }), 90023);
  });

  test('is refused when it cannot be read', async () => {
    const nothing = Buffer.from('no colon').toString('base64');
    const halves = ['', registration.appId].map((id) => basic(id, id === '' ? value : ''));
    const escape = basic(registration.appId, '%zz');
    for (const header of ['Basic', 'Basic %%%', `Basic ${nothing}`, ...halves, escape, 'Basic a:b']) {
      assert.equal(await ask(header), 90023, header);
    }
  });

  test('of another scheme is of no concern', async () => {
    assert.equal(await ask('Bearer abc'), 900144);
    assert.equal(await ask('Bearer abc', withSecret(registration.appId, value)), 'granted');
    assert.equal(await ask('Basically', withSecret(registration.appId, value)), 'granted');
  });
});

test('a public client is refused whatever it shows', async () => {
  const { registration } = addApp(cloud, { publicClient: true });
  const { value } = addSecret(registration);
  const assertion = { client_id: registration.appId };
  for (const form of [withSecret(registration.appId, value), assertion]) {
    const response = await requestToken(cloud, { form });
    assert.equal(response.status, 401);
    const { error, error_codes: codes, error_description: text } = await entraError(response);
    assert.deepEqual([error, codes], ['invalid_client', [700025]]);
    assert.match(text, /^AADSTS700025: Client is public so neither 'client_assertion' nor 'client_secret' should be/);
  }
  registration.publicClient = false;
  assert.equal(await outcome(cloud, { form: withSecret(registration.appId, value) }), 'granted');
});
