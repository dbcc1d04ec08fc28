import 'reflect-metadata';
import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, afterEach, describe, test } from 'node:test';
import * as x509 from '@peculiar/x509';
import { z } from 'zod';
import { startTestCloud } from '../../../support/cloud.ts';
import { administrator, bodyOf, errorOf, keyBundle } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const ask = await administrator(cloud);
const url = cloud.urls.vault;
const selfSigned = { x509_props: { subject: 'CN=mine' }, issuer: { name: 'Self' } };

/** How long the making takes, in milliseconds. */
const setting = (certificateMilliseconds: number) => (cloud.state.vault = { certificateMilliseconds });
afterEach(() => setting(0));

const operation = z.strictObject({
  id: z.string(),
  issuer: z.strictObject({ name: z.literal('Self') }),
  csr: z.string(),
  cancellation_requested: z.boolean(),
  status: z.enum(['inProgress', 'completed', 'cancelled']),
  status_details: z.string().optional(),
  target: z.string().optional(),
  request_id: z.string(),
});
const certificate = z.object({
  id: z.string(),
  cer: z.string().optional(),
  kid: z.string().optional(),
  attributes: z.object({ enabled: z.boolean(), nbf: z.int(), exp: z.int(), created: z.int() }),
  tags: z.record(z.string(), z.string()).optional(),
  policy: z.unknown(),
  pending: z.strictObject({ id: z.string() }).optional(),
});

const create = (name: string, json: unknown) => ask(`certificates/${name}/create`, { json });
const get = (name: string) => bodyOf(ask(`certificates/${name}/`), certificate);
const pending = (name: string) => bodyOf(ask(`certificates/${name}/pending`), operation);

async function versionsOf(name: string): Promise<number> {
  const list = z.object({ value: z.array(z.unknown()) });
  return (await bodyOf(ask(`certificates/${name}/versions`), list)).value.length;
}

describe('creating a certificate', () => {
  test('answers 202 with a request, and is complete as soon as it is asked for', async () => {
    const { status, headers, body } = await create('mine', { policy: selfSigned, tags: { a: 'b' } });
    assert.equal(status, 202);
    const started = operation.parse(body);
    assert.equal(started.status, 'inProgress');
    assert.equal(started.id, `${url}/certificates/mine/pending`);
    assert.equal(headers.get('retry-after'), '10');
    assert.equal(headers.get('location'), `${started.id}?api-version=2025-07-01&request_id=${started.request_id}`);
    const request = new x509.Pkcs10CertificateRequest(Buffer.from(started.csr, 'base64'));
    assert.equal(request.subject, 'CN=mine');
    assert.equal(await request.verify(), true);

    const done = await pending('mine');
    assert.equal(done.status, 'completed');
    assert.equal(done.target, `${url}/certificates/mine`);
    const made = await get('mine');
    const read = new X509Certificate(Buffer.from(made.cer ?? '', 'base64'));
    assert.equal(read.subject, 'CN=mine');
    assert.equal(read.issuer, 'CN=mine');
    assert.equal(read.verify(read.publicKey), true);
    assert.deepEqual(made.tags, { a: 'b' });
    assert.equal(made.attributes.created - made.attributes.nbf, 600);
    assert.ok([365, 366].includes((made.attributes.exp - made.attributes.created) / 86_400));
  });

  test('fills a policy that says nothing with the defaults of Key Vault', async () => {
    await create('plain', {
      policy: {
        key_props: {},
        secret_props: {},
        x509_props: { subject: 'cn=MyCert', sans: {} },
        issuer: { name: 'Self' },
      },
      attributes: {},
    });
    const { policy, kid } = await get('plain');
    const { attributes: _attributes, id: _id, ...rules } = z.looseObject({}).parse(policy);
    assert.deepEqual(rules, {
      key_props: { exportable: true, kty: 'RSA', key_size: 2048, reuse_key: false },
      secret_props: { contentType: 'application/x-pkcs12' },
      x509_props: {
        subject: 'cn=MyCert',
        sans: {},
        ekus: ['1.3.6.1.5.5.7.3.1', '1.3.6.1.5.5.7.3.2'],
        key_usage: ['digitalSignature', 'keyEncipherment'],
        validity_months: 12,
        basic_constraints: { ca: false },
      },
      lifetime_actions: [{ trigger: { lifetime_percentage: 80 }, action: { action_type: 'AutoRenew' } }],
      issuer: { name: 'Self' },
    });
    const { key } = await bodyOf(ask(new URL(kid ?? '').pathname.slice(1)), keyBundle);
    assert.deepEqual(key.key_ops, ['sign', 'verify', 'wrapKey', 'unwrapKey']);
  });

  test('follows a policy in size, names and usages', async () => {
    const sans = { dns_names: ['one.example', 'two.example'], emails: ['post@one.example'] };
    await create('special', {
      policy: {
        key_props: { key_size: 3072 },
        x509_props: { subject: 'CN=special', sans, ekus: ['1.3.6.1.5.5.7.3.2'], key_usage: ['digitalSignature'] },
        issuer: { name: 'Self' },
      },
    });
    const read = new X509Certificate(Buffer.from((await get('special')).cer ?? '', 'base64'));
    assert.equal(read.publicKey.asymmetricKeyDetails?.modulusLength, 3072);
    assert.equal(read.subjectAltName, 'DNS:one.example, DNS:two.example, email:post@one.example');
    assert.deepEqual(read.keyUsage, ['1.3.6.1.5.5.7.3.2']);
  });

  test('again makes a new version by the same policy, as a renewal does', async () => {
    await create('renewed', { policy: selfSigned });
    const first = await get('renewed');
    assert.equal((await create('renewed', {})).status, 202);
    const second = await get('renewed');
    assert.notEqual(second.id, first.id);
    assert.notEqual(second.cer, first.cer);
    assert.deepEqual(second.pending, { id: `${url}/certificates/renewed/pending` });
    assert.equal(await versionsOf('renewed'), 2);
  });

  test('uses the key again where the policy says so', async () => {
    const policy = { ...selfSigned, key_props: { reuse_key: true } };
    const keys = [];
    for (let times = 0; times < 2; times += 1) {
      await create('reused', { policy });
      keys.push(new X509Certificate(Buffer.from((await get('reused')).cer ?? '', 'base64')).publicKey);
    }
    assert.equal(keys[0]?.equals(keys[1] ?? keys[0]), true);
    assert.equal(await versionsOf('reused'), 2);
  });
});

describe('while a certificate is in the making', () => {
  test('its first version is shown disabled and without a key, and is listed only where pending ones are wanted', async () => {
    setting(60_000);
    await create('slow', { policy: selfSigned });
    assert.equal((await pending('slow')).status, 'inProgress');
    const { cer, kid, attributes, pending: link } = await get('slow');
    assert.deepEqual([cer, kid, attributes.enabled], [undefined, undefined, false]);
    assert.deepEqual(link, { id: `${url}/certificates/slow/pending` });
    assert.equal((await ask('secrets/slow')).status, 404);
    assert.equal((await ask('keys/slow')).status, 404);

    const list = z.object({ value: z.array(z.object({ id: z.string() })) });
    for (const [query, listed] of [
      ['', false],
      ['&includePending=true', true],
    ] as const) {
      const { value } = await bodyOf(ask('certificates', { query: `api-version=7.6${query}` }), list);
      assert.equal(
        value.some(({ id }) => id.endsWith('/slow')),
        listed,
      );
    }
  });

  test('its last version stays the newest, and another cannot be begun', async () => {
    await create('busy', { policy: selfSigned });
    const { id } = await get('busy');
    setting(60_000);
    await create('busy', {});
    assert.equal((await get('busy')).id, id);
    for (const path of ['create', 'import']) {
      const answer = await ask(`certificates/busy/${path}`, { json: { value: '', policy: selfSigned } });
      assert.equal(answer.status, 409);
      assert.deepEqual(errorOf(answer), {
        code: 'Forbidden',
        message:
          "A new key vault certificate can not be created or imported while a pending key vault certificate's status is inProgress.",
      });
    }
  });

  test('it can be cancelled, and comes to nothing', async () => {
    setting(60_000);
    await create('cancelled', { policy: selfSigned });
    const json = { cancellation_requested: true };
    const asked = await bodyOf(ask('certificates/cancelled/pending', { method: 'PATCH', json }), operation);
    assert.deepEqual([asked.status, asked.cancellation_requested], ['inProgress', true]);

    const rule = cloud.faults.add({ service: 'vault', fault: { kind: 'clock', seconds: 65 } });
    assert.equal((await pending('cancelled')).status, 'cancelled');
    cloud.faults.remove(rule);
    assert.equal(await versionsOf('cancelled'), 0);
  });

  test('its making can be deleted, after which it is not found', async () => {
    setting(60_000);
    await create('dropped', { policy: selfSigned });
    assert.equal((await ask('certificates/dropped/pending', { method: 'DELETE' })).status, 200);
    const answer = await ask('certificates/dropped/pending');
    assert.equal(answer.status, 404);
    assert.deepEqual(errorOf(answer), {
      code: 'PendingCertificateNotFound',
      message: 'Pending certificate not found: dropped',
    });
    assert.equal((await get('dropped')).attributes.enabled, false);
  });
});

describe('a certificate is not created', () => {
  test('by a policy that is none', async () => {
    for (const policy of [
      { issuer: { name: 'Self' } },
      { x509_props: { subject: 'no distinguished name' } },
      { x509_props: { subject: 'CN=a', validity_months: 0 } },
      { x509_props: { subject: 'CN=a', key_usage: ['everything'] } },
      { x509_props: { subject: 'CN=a', ekus: ['clientAuth'] } },
      { ...selfSigned, key_props: { key_size: 1024 } },
      { ...selfSigned, secret_props: { contentType: 'text/plain' } },
      'policy',
    ]) {
      const answer = await create('wrong', { policy });
      assert.equal(answer.status, 400, JSON.stringify(policy));
      assert.equal(errorOf(answer).code, 'BadParameter');
    }
    assert.equal((await ask('certificates/wrong')).status, 404);
  });

  test('by another issuer, or with another key than RSA: that is owned up to', async () => {
    for (const policy of [
      { ...selfSigned, issuer: { name: 'Unknown' } },
      { ...selfSigned, key_props: { kty: 'EC' } },
      { ...selfSigned, key_props: { kty: 'RSA-HSM' } },
    ]) {
      assert.equal((await create('other', { policy })).status, 501, JSON.stringify(policy));
    }
  });

  test('under the name of a key or a secret of its own', async () => {
    await ask('keys/taken/create', { json: { kty: 'RSA' } });
    await ask('secrets/hidden', { method: 'PUT', json: { value: 'x' } });
    for (const name of ['taken', 'hidden']) {
      const answer = await create(name, { policy: selfSigned });
      assert.equal(answer.status, 409, name);
      assert.equal(errorOf(answer).code, 'Conflict');
    }
  });
});
