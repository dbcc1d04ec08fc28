import 'reflect-metadata';
import assert from 'node:assert/strict';
import { webcrypto, X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { X509CertificateGenerator } from '@peculiar/x509';
import { type AppCertificate, makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { addCertificate, removeCertificate } from '../../../../local/cloud/entra/registered-certificates.ts';
import { anAssertion, customers, entraError, requestToken, startTestCloud } from '../../../support/cloud.ts';
import { addApp, outcome } from './entra-apps.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const [old, next, expired, stranger] = await Promise.all([
  makeAppCertificate('old'),
  makeAppCertificate('next'),
  makeAppCertificate('expired', 0),
  makeAppCertificate('stranger'),
]);

/** The form of a request with an assertion that the certificate's key signed. */
async function signedBy(certificate: AppCertificate, appId: string, header: Record<string, unknown> = {}) {
  const assertion = { certificate, header, claims: { iss: appId, sub: appId } };
  return { client_id: appId, client_assertion: await anAssertion(cloud, assertion) };
}

describe('the certificates of a registration', () => {
  test('overlap: the old and the new one are taken until one is removed', async () => {
    const { registration } = addApp(cloud);
    const ask = async (certificate: AppCertificate) =>
      outcome(cloud, { form: await signedBy(certificate, registration.appId) });
    addCertificate(registration, old.der);
    assert.equal(await ask(old), 'granted');
    assert.equal(await ask(next), 700027);
    addCertificate(registration, next.der);
    assert.equal(await ask(old), 'granted');
    assert.equal(await ask(next), 'granted');
    assert.equal(removeCertificate(registration, old.thumbprint), true);
    assert.equal(await ask(old), 700027);
    assert.equal(await ask(next), 'granted');
    assert.equal(removeCertificate(registration, old.thumbprint), false);
  });

  test('may be added when they have expired, and are refused by their date', async () => {
    const { registration } = addApp(cloud);
    addCertificate(registration, expired.der);
    const response = await requestToken(cloud, { form: await signedBy(expired, registration.appId) });
    const { error_codes: codes, error_description: text } = await entraError(response);
    assert.deepEqual(codes, [700027]);
    assert.match(text, /is expired on application\. \[Reason - The key used is expired\./);
  });

  test("expire by Entra's own clock", async (t) => {
    const { registration } = addApp(cloud);
    addCertificate(registration, next.der);
    const rule = cloud.faults.add({ service: 'entra', fault: { kind: 'clock', seconds: 366 * 24 * 3600 } });
    t.after(() => cloud.faults.remove(rule));
    const response = await requestToken(cloud, { form: await signedBy(next, registration.appId) });
    assert.match((await entraError(response)).error_description, /The key used is expired/);
  });

  test('are added as PEM or base64, once each, and without a private key', () => {
    const { registration } = addApp(cloud);
    const pem = new X509Certificate(Buffer.from(old.der, 'base64')).toString();
    const added = addCertificate(registration, `-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n${pem}`);
    assert.deepEqual(added, { thumbprint: old.thumbprint, der: old.der });
    addCertificate(registration, old.der);
    assert.deepEqual(registration.certificates, [{ thumbprint: old.thumbprint, der: old.der }]);
  });

  test('are refused when they are none', () => {
    const { registration } = addApp(cloud);
    for (const nonsense of ['', 'AAAA', '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----']) {
      assert.throws(() => addCertificate(registration, nonsense), /must be PEM or base64 of DER/);
    }
    assert.deepEqual(registration.certificates, []);
  });
});

test('a registered certificate whose key makes no PS256 signature is refused for the signature', async () => {
  const elliptic = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
  const short = {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    publicExponent: new Uint8Array([1, 0, 1]),
    modulusLength: 1024,
  };
  for (const algorithm of [elliptic, short]) {
    const { registration } = addApp(cloud);
    const keys = await webcrypto.subtle.generateKey(algorithm, true, ['sign', 'verify']);
    assert.ok('publicKey' in keys);
    const unfit = await X509CertificateGenerator.createSelfSigned({
      name: 'CN=unfit',
      keys,
      signingAlgorithm: algorithm,
    });
    const { thumbprint } = addCertificate(registration, unfit.toString('pem'));
    assert.equal(await outcome(cloud, { form: await signedBy({ ...old, thumbprint }, registration.appId) }), 700027);
  }
});

describe('a certificate chain in the assertion', () => {
  test('is refused in place of a registered certificate, and its subject is told', async () => {
    const { registration } = addApp(cloud);
    addCertificate(registration, old.der);
    const form = await signedBy(stranger, registration.appId, { x5c: [stranger.der] });
    const response = await requestToken(cloud, { form });
    assert.equal(response.status, 401);
    const { error, error_codes: codes, error_description: text } = await entraError(response);
    assert.deepEqual([error, codes], ['invalid_client', [700030]]);
    assert.match(text, /subject name in certificate isn't authorized\. .* are: CN=stranger\./);
  });

  test('is refused too when it is no certificate', async () => {
    const { registration } = addApp(cloud);
    const form = await signedBy(stranger, registration.appId, { x5c: ['AAAA', 'BBBB'] });
    assert.equal(await outcome(cloud, { form }), 700030);
  });

  test('does no harm beside a registered certificate', async () => {
    const { registration } = addApp(cloud);
    addCertificate(registration, old.der);
    assert.equal(
      await outcome(cloud, { form: await signedBy(old, registration.appId, { x5c: [old.der] }) }),
      'granted',
    );
  });
});

test('an assertion in the name of one app is not signed by the certificate of another', async () => {
  const [first, second] = [addApp(cloud).registration, addApp(cloud).registration];
  addCertificate(first, old.der);
  addCertificate(second, next.der);
  assert.equal(await outcome(cloud, { form: await signedBy(next, first.appId) }), 700027);
  assert.equal(await outcome(cloud, { form: await signedBy(old, first.appId) }), 'granted');
  assert.equal(cloud.journal.entries.at(-1)?.tenantId, customers.contoso.id);
});
