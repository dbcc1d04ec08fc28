import assert from 'node:assert/strict';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { createSecureContext } from 'node:tls';
import forge from 'node-forge';
import { z } from 'zod';
import { addCertificateVersion } from '../../../../local/cloud/vault/add-certificate-version.ts';
import { startTestCloud } from '../../../support/cloud.ts';
import { ask, bodyOf, errorOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const PEM = 'application/x-pem-file';
const PKCS12 = 'application/x-pkcs12';
const secret = z.object({
  value: z.string(),
  contentType: z.string(),
  id: z.string(),
  kid: z.string(),
  managed: z.literal(true),
});

/** A further certificate of the vault; every certificate user may get its secret. */
const add = (name: string, exportable: boolean, contentType: typeof PEM | typeof PKCS12, keySize = 2048) =>
  addCertificateVersion(cloud.state, { name, exportable, contentType, keySize });

const get = (path: string, query?: string) =>
  bodyOf(ask(cloud, `secrets/${path}`, query === undefined ? {} : { query }), secret);

describe('the secret of an exportable certificate', () => {
  test('holds as PEM the private key as PKCS#8 and the certificate', async () => {
    const { version, der } = await add('pem', true, PEM);
    const { value, contentType, id, kid } = await get('pem');
    assert.equal(contentType, PEM);
    assert.equal(id, `${cloud.urls.vault}/secrets/pem/${version}`);
    assert.equal(kid, `${cloud.urls.vault}/keys/pem/${version}`);
    assert.match(value, /^-----BEGIN PRIVATE KEY-----\n/);
    const read = new X509Certificate(value.slice(value.indexOf('-----BEGIN CERTIFICATE')));
    assert.equal(read.raw.toString('base64'), der);
    assert.equal(read.checkPrivateKey(createPrivateKey(value)), true);
  });

  for (const size of [2048, 4096]) {
    test(`holds as PKCS#12 both under an empty password, with a key of ${size} bits`, async () => {
      const { der } = await add(`pfx-${size}`, true, PKCS12, size);
      const { value, contentType } = await get(`pfx-${size}`);
      assert.equal(contentType, PKCS12);
      assert.ok(createSecureContext({ pfx: Buffer.from(value, 'base64'), passphrase: '' }));
      assert.throws(() => createSecureContext({ pfx: Buffer.from(value, 'base64'), passphrase: 'other' }));

      const asn1 = forge.asn1.fromDer(Buffer.from(value, 'base64').toString('binary'));
      const bags = forge.pkcs12.pkcs12FromAsn1(asn1, '').safeContents.flatMap(({ safeBags }) => safeBags);
      const [certificate] = bags.flatMap(({ cert }) => cert ?? []);
      const [key] = bags.flatMap((bag) => bag.key ?? []);
      assert.ok(certificate && key);
      const read = new X509Certificate(forge.pki.certificateToPem(certificate));
      assert.equal(read.raw.toString('base64'), der);
      assert.equal(read.checkPrivateKey(createPrivateKey(forge.pki.privateKeyToPem(key))), true);
    });
  }

  test('is had as PEM where it is PKCS#12 and that is asked for, and in no other form', async () => {
    await add('converted', true, PKCS12);
    const { value, contentType } = await get('converted', `api-version=2026-04-01&outContentType=${PEM}`);
    assert.equal(contentType, PEM);
    assert.ok(createPrivateKey(value));
    const other = await ask(cloud, 'secrets/converted', { query: 'api-version=2026-04-01&outContentType=text/plain' });
    assert.equal(other.status, 400);
    assert.equal(errorOf(other).code, 'BadParameter');
  });

  test('is another one for each version', async () => {
    const first = await add('twice', true, PEM);
    await add('twice', true, PEM);
    const [newest, older] = [await get('twice'), await get(`twice/${first.version}`)];
    assert.notEqual(newest.value, older.value);
    assert.equal(
      new X509Certificate(older.value.slice(older.value.indexOf('-----BEGIN CERT'))).raw.toString('base64'),
      first.der,
    );
  });
});

describe('the secret of a non-exportable certificate', () => {
  test('holds no private key, whatever its form', async () => {
    await add('kept-pem', false, PEM);
    await add('kept-pfx', false, PKCS12);
    assert.ok(!(await get('kept-pem')).value.includes('PRIVATE KEY'));
    const { value } = await get('kept-pfx');
    const asn1 = forge.asn1.fromDer(Buffer.from(value, 'base64').toString('binary'));
    const bags = forge.pkcs12.pkcs12FromAsn1(asn1, '').safeContents.flatMap(({ safeBags }) => safeBags);
    assert.equal(bags.flatMap(({ cert }) => cert ?? []).length, 1);
    assert.equal(bags.flatMap(({ key }) => key ?? []).length, 0);
    const asPem = await get('kept-pfx', `api-version=2026-04-01&outContentType=${PEM}`);
    assert.ok(!asPem.value.includes('PRIVATE KEY'));
  });
});

test('no private key stands in the journal', () => {
  const journal = JSON.stringify(cloud.journal.entries);
  assert.ok(!journal.includes('PRIVATE KEY'));
  for (const { jwk } of cloud.state.vaultKeys) assert.ok(!journal.includes(jwk.d ?? 'PRIVATE KEY'));
});
