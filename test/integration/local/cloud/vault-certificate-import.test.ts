import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import forge from 'node-forge';
import { z } from 'zod';
import { makeSelfSignedCertificate } from '../../../../local/cloud/vault/self-signed-certificate.ts';
import { startTestCloud } from '../../../support/cloud.ts';
import { administrator, bodyOf, errorOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const ask = await administrator(cloud);
const digest = Buffer.alloc(32, 7).toString('base64url');
const unreadablePem =
  'The specified PEM X.509 certificate content can not be read. Please check if certificate is in valid PEM format. ' +
  'Accepted formats: PEM content or Base64 encoded PEM content.';
const unreadablePkcs12 =
  'The specified PKCS#12 X.509 certificate content can not be read. Please check if certificate is in valid PKCS#12 format.';

async function make(subject: string, keySize = 2048) {
  const { der, privateJwk } = await makeSelfSignedCertificate({
    subject,
    keySize,
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 86_400_000),
    keyUsage: ['digitalSignature'],
    ekus: [],
  });
  const certificate = new X509Certificate(Buffer.from(der, 'base64')).toString();
  const privateKey = createPrivateKey({ key: privateJwk, format: 'jwk' });
  return { der, certificate, privateKey, key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() };
}

const mine = await make('CN=mine');
const other = await make('CN=other');

function pkcs12(password: string, options: { count?: number; useMac?: boolean } = {}): string {
  const key = forge.pki.privateKeyFromPem(mine.key);
  const certificates = [other, mine].map(({ certificate }) => forge.pki.certificateFromPem(certificate));
  const asn1 = forge.pkcs12.toPkcs12Asn1(key, certificates, password, { algorithm: '3des', ...options });
  return Buffer.from(forge.asn1.toDer(asn1).getBytes(), 'binary').toString('base64');
}

/** Its password is hashed eight million times, for the integrity of the whole or to open the key. */
function tedious(what: 'integrity' | 'key'): string {
  const [rounds, tooMany] = [Buffer.from([2, 3, 0x00, 0xff, 0xff]), Buffer.from([2, 3, 0x7f, 0xff, 0xff])];
  const file = Buffer.from(pkcs12('', { count: 0xffff, useMac: what === 'integrity' }), 'base64');
  const at = file.lastIndexOf(rounds);
  assert.ok(at > 0);
  tooMany.copy(file, at);
  return file.toString('base64');
}

const bundle = z.object({
  id: z.string(),
  kid: z.string(),
  cer: z.string(),
  attributes: z.object({ enabled: z.boolean(), nbf: z.int(), exp: z.int() }),
  tags: z.record(z.string(), z.string()).optional(),
  policy: z.object({
    issuer: z.object({ name: z.string() }),
    key_props: z.object({ exportable: z.boolean(), key_size: z.int() }),
    secret_props: z.object({ contentType: z.string() }),
    x509_props: z.object({ subject: z.string(), key_usage: z.array(z.string()) }),
  }),
});
const send = (name: string, json: unknown) => ask(`certificates/${name}/import`, { json });

describe('importing a certificate', () => {
  for (const [form, value] of [
    ['PEM', mine.key + mine.certificate],
    ['PEM with the certificate first', mine.certificate + mine.key],
    ['PEM in base64', Buffer.from(mine.key + mine.certificate).toString('base64')],
  ] as const) {
    test(`takes ${form}`, async () => {
      const made = await bodyOf(send('pem', { value }), bundle);
      assert.equal(made.cer, mine.der);
      assert.equal(made.policy.secret_props.contentType, 'application/x-pem-file');
      assert.deepEqual(made.policy.x509_props, { subject: 'CN=mine', key_usage: ['digitalSignature'] });
      assert.equal(made.policy.issuer.name, 'Unknown');
      const { validFrom, validTo } = new X509Certificate(mine.certificate);
      assert.deepEqual(
        [made.attributes.nbf, made.attributes.exp],
        [Date.parse(validFrom) / 1000, Date.parse(validTo) / 1000],
      );
    });
  }

  for (const [title, password] of [
    ['without a password', ''],
    ['with its password', 'öpen'],
  ] as const) {
    test(`takes PKCS#12 ${title}, and finds the certificate of the key among several`, async () => {
      const made = await bodyOf(send('pfx', { value: pkcs12(password), pwd: password }), bundle);
      assert.equal(made.cer, mine.der);
      assert.equal(made.policy.secret_props.contentType, 'application/x-pkcs12');
      const secret = z.object({ value: z.string() });
      const { value } = await bodyOf(ask('secrets/pfx'), secret);
      const asn1 = forge.asn1.fromDer(Buffer.from(value, 'base64').toString('binary'));
      const bags = forge.pkcs12.pkcs12FromAsn1(asn1, '').safeContents.flatMap(({ safeBags }) => safeBags);
      assert.equal(bags.flatMap(({ cert }) => cert ?? []).length, 2);
    });
  }

  test('makes a key that signs, and a secret without it where the policy says so', async () => {
    const policy = { key_props: { exportable: false }, secret_props: { contentType: 'application/x-pem-file' } };
    const { kid } = await bodyOf(
      send('kept', { value: mine.key + mine.certificate, policy, tags: { a: 'b' } }),
      bundle,
    );
    const json = { alg: 'PS256', value: digest };
    assert.equal((await ask(`${new URL(kid).pathname.slice(1)}/sign`, { json })).status, 200);
    assert.ok(!JSON.stringify((await ask('secrets/kept')).body).includes('PRIVATE KEY'));
  });

  test('under a name that there is makes a new version', async () => {
    const first = await bodyOf(send('again', { value: mine.key + mine.certificate }), bundle);
    const second = await bodyOf(send('again', { value: other.key + other.certificate }), bundle);
    assert.notEqual(second.id, first.id);
    assert.equal(second.cer, other.der);
    assert.equal(second.policy.x509_props.subject, 'CN=other');
  });
});

describe('an import is refused', () => {
  const { privateKey: ecKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const pkcs1 = mine.privateKey.export({ type: 'pkcs1', format: 'pem' }).toString();
  for (const [title, json, message] of [
    ['as PEM without a private key', { value: mine.certificate }, unreadablePem],
    ['as PEM without a certificate', { value: mine.key }, unreadablePem],
    ["as PEM with another certificate's key", { value: other.key + mine.certificate }, unreadablePem],
    ['as PEM with a key that is no PKCS#8', { value: pkcs1 + mine.certificate }, unreadablePem],
    ['as PEM with carriage returns', { value: (mine.key + mine.certificate).replaceAll('\n', '\r\n') }, unreadablePem],
    [
      'as PEM with a key of another kind',
      { value: ecKey.export({ type: 'pkcs8', format: 'pem' }).toString() + mine.certificate },
      unreadablePem,
    ],
    [
      'as PKCS#12 where its policy says PEM',
      { value: pkcs12(''), policy: { secret_props: { contentType: 'application/x-pem-file' } } },
      unreadablePem,
    ],
    ['as PKCS#12 with another password', { value: pkcs12('right'), pwd: 'wrong' }, unreadablePkcs12],
    ['as PKCS#12 without its password', { value: pkcs12('right') }, unreadablePkcs12],
    ['as PKCS#12 whose password is hashed for minutes', { value: tedious('integrity') }, unreadablePkcs12],
    ['as PKCS#12 whose key is opened for minutes', { value: tedious('key') }, unreadablePkcs12],
    ['as anything else', { value: 'bm8gY2VydGlmaWNhdGU=' }, unreadablePkcs12],
    ['when it is empty', { value: '' }, unreadablePkcs12],
    ['without a value', {}, 'Property  has invalid value\r\n'],
  ] as const) {
    test(title, async () => {
      const answer = await send('wrong', json);
      assert.equal(answer.status, 400);
      assert.deepEqual(errorOf(answer), { code: 'BadParameter', message });
      assert.equal((await ask('certificates/wrong')).status, 404);
    });
  }

  test('with a key of a size that the vault does not have', async () => {
    const small = await make('CN=small', 1024);
    const answer = await send('wrong', { value: small.key + small.certificate });
    assert.equal(answer.status, 400);
    assert.match(errorOf(answer).message, /^Unsupported key size \(1024\)/);
  });
});

test('nothing of what is imported stands in the journal', async () => {
  await send('pem', { value: mine.key + mine.certificate, pwd: 'unforgettable' });
  await send('pem', { value: mine.key, pwd: 'unforgettable' });
  const journal = JSON.stringify(cloud.journal.entries);
  assert.ok(!journal.includes('unforgettable') && !journal.includes('BEGIN'));
});
