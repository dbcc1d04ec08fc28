import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { startTestCloud, vendor } from '../../../support/cloud.ts';
import { administrator, bodyOf, errorOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const ask = await administrator(cloud);
const url = cloud.urls.vault;

const attributes = z.looseObject({ enabled: z.boolean(), nbf: z.int().optional(), exp: z.int().optional() });
const withoutValue = z.strictObject({
  id: z.string(),
  contentType: z.string().optional(),
  attributes,
  tags: z.record(z.string(), z.string()).optional(),
});
const bundle = withoutValue.extend({ value: z.string() });
const list = z.strictObject({
  value: z.array(withoutValue.extend({ managed: z.literal(true).optional() })),
  nextLink: z.null(),
});

const set = (name: string, json: unknown) => ask(`secrets/${name}`, { method: 'PUT', json });
const update = (path: string, json: unknown) => ask(`secrets/${path}`, { method: 'PATCH', json });

describe('a secret', () => {
  test('is given back as it was set, with its type, attributes and tags', async () => {
    const json = {
      value: 'öpen sesame',
      contentType: 'text/plain',
      attributes: { nbf: 1_700_000_000, exp: 1_900_000_000 },
      tags: { a: 'b' },
    };
    const made = await bodyOf(set('cave', json), bundle);
    assert.match(made.id, new RegExp(`^${url}/secrets/cave/[0-9a-f]{32}$`));
    const got = await bodyOf(ask('secrets/cave/'), bundle);
    assert.deepEqual(got, made);
    assert.equal(got.value, json.value);
    assert.equal(got.contentType, 'text/plain');
    assert.deepEqual(got.tags, { a: 'b' });
    assert.deepEqual([got.attributes.enabled, got.attributes.nbf], [true, 1_700_000_000]);
  });

  test('gets a new version each time that it is set, of which the newest is given', async () => {
    const first = await bodyOf(set('versions', { value: '1' }), bundle);
    const second = await bodyOf(set('versions', { value: '2' }), bundle);
    assert.equal((await bodyOf(ask('secrets/versions'), bundle)).value, '2');
    assert.equal((await bodyOf(ask(first.id.slice(url.length + 1)), bundle)).value, '1');
    const { value } = await bodyOf(ask('secrets/versions/versions'), list);
    assert.deepEqual(value.map(({ id }) => id).sort(), [first.id, second.id].sort());
  });

  test('may be empty, and as long as 25 KB', async () => {
    assert.equal((await bodyOf(set('empty', { value: '' }), bundle)).value, '');
    assert.equal((await set('long', { value: 'x'.repeat(25_600) })).status, 200);
  });

  test('is given after its end and before its beginning, which are for information', async () => {
    const now = Math.floor(Date.now() / 1000);
    await set('expired', { value: 'old', attributes: { exp: now - 100 } });
    await set('early', { value: 'new', attributes: { nbf: now + 1000 } });
    assert.equal((await ask('secrets/expired')).status, 200);
    assert.equal((await ask('secrets/early')).status, 200);
  });

  test('is not given while it is disabled, although another version is enabled', async () => {
    const first = await bodyOf(set('off', { value: 'enabled' }), bundle);
    await set('off', { value: 'disabled', attributes: { enabled: false } });
    const answer = await ask('secrets/off');
    assert.equal(answer.status, 403);
    assert.deepEqual(errorOf(answer), {
      code: 'Forbidden',
      message: 'Operation get is not allowed on a disabled secret.',
      innererror: { code: 'SecretDisabled' },
    });
    assert.equal((await ask(first.id.slice(url.length + 1))).status, 200);
    assert.ok(!JSON.stringify(answer.body).includes('enabled"'));

    await update('off', { attributes: { enabled: true } });
    assert.equal((await bodyOf(ask('secrets/off'), bundle)).value, 'disabled');
  });

  test('is updated in all but its value, which the answer does not show', async () => {
    await set('updated', { value: 'stays' });
    const changed = await bodyOf(update('updated', { contentType: 'text/html', tags: { c: 'd' } }), withoutValue);
    assert.deepEqual([changed.contentType, changed.tags], ['text/html', { c: 'd' }]);
    assert.equal((await bodyOf(ask('secrets/updated'), bundle)).value, 'stays');
  });

  test('is listed without its value, disabled or not, and so are certificates', async () => {
    await set('listed', { value: 'unseen', attributes: { enabled: false } });
    const { value } = await bodyOf(ask('secrets'), list);
    assert.equal(value.find(({ id }) => id === `${url}/secrets/listed`)?.attributes.enabled, false);
    assert.equal(value.find(({ id }) => id === `${url}/secrets/${vendor.certificateName}`)?.managed, true);
    assert.ok(!JSON.stringify(value).includes('unseen'));
  });
});

describe('a secret is refused', () => {
  test('when its value is missing, no text or too long, or its fields are wrong', async () => {
    for (const json of [
      {},
      { value: 1 },
      { value: null },
      { value: 'x'.repeat(25_601) },
      { value: 'x', contentType: 'x'.repeat(256) },
      { value: 'x', attributes: { enabled: 'no' } },
      { value: 'x', attributes: { exp: '2030-01-01' } },
      { value: 'x', tags: { a: 'x'.repeat(257) } },
      [],
    ]) {
      const answer = await set('wrong', json);
      assert.equal(answer.status, 400, JSON.stringify(json).slice(0, 60));
      assert.equal(errorOf(answer).code, 'BadParameter');
    }
    assert.equal((await ask('secrets/wrong')).status, 404);
  });

  test("under a certificate's name, as is every other change of its secret", async () => {
    const name = vendor.certificateName;
    for (const [method, json, operation] of [
      ['PUT', { value: 'x' }, 'set'],
      ['PATCH', { tags: {} }, 'update'],
      ['DELETE', undefined, 'delete'],
    ] as const) {
      const answer = await ask(`secrets/${name}`, { method, json });
      assert.equal(answer.status, 403, method);
      assert.deepEqual(errorOf(answer), {
        code: 'Forbidden',
        message: `Operation "${operation}" is not allowed as this object's lifetime is managed by Key Vault.`,
        innererror: { code: 'SecretManagedByKeyVault' },
      });
    }
  });

  test('when there is none of that name', async () => {
    for (const [path, options] of [
      ['secrets/missing', {}],
      ['secrets/missing', { method: 'PATCH', json: {} }],
      ['secrets/missing', { method: 'DELETE' }],
      [`secrets/cave/${'0'.repeat(32)}`, {}],
    ] as const) {
      const answer = await ask(path, options);
      assert.equal(answer.status, 404);
      assert.equal(errorOf(answer).code, 'SecretNotFound');
    }
  });

  test('in another form than it was set in', async () => {
    const query = 'api-version=2026-04-01&outContentType=application/x-pem-file';
    assert.equal((await ask('secrets/cave', { query })).status, 400);
  });
});

test('values of secrets stand nowhere in the journal', async () => {
  await set('unforgettable', { value: 'a value to remember' });
  await ask('secrets/unforgettable');
  await set('unforgettable', { value: 'a value to remember', tags: { a: 1 } });
  assert.ok(!JSON.stringify(cloud.journal.entries).includes('to remember'));
});
