import assert from 'node:assert/strict';
import { constants, createHash, createSign, X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { SignJWT } from 'jose';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import {
  anAssertion,
  type AssertionOverrides,
  entraError,
  grantedToken,
  requestToken,
  startTestCloud,
  tokenEndpoint,
  vendor,
} from '../../../support/cloud.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const registration = cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
assert.ok(registration);
const stranger = await makeAppCertificate('stranger');
const now = (): number => Math.floor(Date.now() / 1000);

const grant = async (overrides: AssertionOverrides = {}) =>
  grantedToken(await requestToken(cloud, { form: { client_assertion: await anAssertion(cloud, overrides) } }));

/** Every fault of the signature has one code: the description tells them apart. */
async function refusal(assertion: string): Promise<string> {
  const response = await requestToken(cloud, { form: { client_assertion: assertion } });
  const body = await entraError(response);
  assert.equal(response.status, 401);
  assert.equal(body.error, 'invalid_client');
  assert.deepEqual(body.error_codes, [700027]);
  return body.error_description;
}

const refuse = async (overrides: AssertionOverrides): Promise<string> => refusal(await anAssertion(cloud, overrides));

describe('the certificate of an assertion', () => {
  test('is refused when the app is not registered with it, and its thumbprint is told', async () => {
    const description = await refuse({ certificate: stranger });
    assert.match(description, /is not registered on application\. \[Reason - The key was not found\./);
    const hexadecimal = Buffer.from(stranger.thumbprint, 'base64url').toString('hex').toUpperCase();
    assert.ok(description.includes(`Thumbprint of key used by client: '${hexadecimal}'`));
    assert.ok(description.includes(`configured keys for app Id '${vendor.appId}'`));
  });

  test('is accepted once it is registered, beside the one before, and refused again when it is removed', async () => {
    const next = await makeAppCertificate('next');
    registration.certificates.push({ thumbprint: next.thumbprint, der: next.der });
    await grant({ certificate: next });
    await grant();
    registration.certificates = registration.certificates.filter(({ thumbprint }) => thumbprint !== next.thumbprint);
    await refuse({ certificate: next });
    await grant();
  });

  test('is refused when its key did not make the signature', async () => {
    const { thumbprint } = stranger;
    registration.certificates.push({ thumbprint, der: stranger.der });
    const other = await makeAppCertificate('other');
    const description = await refuse({ certificate: { thumbprint, privateJwk: other.privateJwk } });
    assert.match(description, /\[Reason - Key was found, but use of the key to verify the signature failed\./);
    const day = String.raw`\d\d/\d\d/\d{4} \d\d:\d\d:\d\d`;
    assert.match(description, new RegExp(`Found key 'Start=${day}, End=${day}'`));
    await grant({ certificate: stranger });
    registration.certificates = registration.certificates.filter((one) => one.thumbprint !== thumbprint);
  });

  test('is refused when it has expired, although it is registered', async () => {
    const expired = await makeAppCertificate('expired', 0);
    assert.ok(new Date(new X509Certificate(Buffer.from(expired.der, 'base64')).validTo).getTime() <= Date.now());
    registration.certificates.push({ thumbprint: expired.thumbprint, der: expired.der });
    const description = await refuse({ certificate: expired });
    assert.match(description, /is expired on application\. \[Reason - The key used is expired\./);
  });

  test('is refused when a byte of what was signed is changed', async () => {
    const [header, , signature] = (await anAssertion(cloud)).split('.');
    const claims = { aud: tokenEndpoint(cloud), iss: vendor.appId, sub: vendor.appId, jti: 'j', exp: now() + 600 };
    const payload = Buffer.from(JSON.stringify(claims)).toString('base64url');
    await refusal(`${header}.${payload}.${signature}`);
  });
});

describe('the algorithm of an assertion', () => {
  test('is refused when it is RS256 with the SHA-1 x5t, which is no longer documented', async () => {
    const [certificate] = registration.certificates;
    const x5t = createHash('sha1')
      .update(Buffer.from(certificate?.der ?? '', 'base64'))
      .digest('base64url');
    const description = await refuse({ header: { alg: 'RS256', x5t, 'x5t#S256': undefined } });
    assert.ok(!description.includes('Thumbprint of key'));
  });

  test('is refused when it is RS256, whatever the thumbprint', async () => {
    await refuse({ header: { alg: 'RS256' } });
  });

  test('is refused when no thumbprint says which key it is', async () => {
    await refuse({ header: { 'x5t#S256': undefined } });
  });

  test('is refused when it is none', async () => {
    const [, payload] = (await anAssertion(cloud)).split('.');
    const header = { alg: 'none', typ: 'JWT', 'x5t#S256': registration.certificates[0]?.thumbprint };
    const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
    await refusal(`${encoded}.${payload}.`);
  });

  test('is refused when it is a MAC with the public certificate as its key', async () => {
    const [certificate] = registration.certificates;
    assert.ok(certificate);
    const assertion = await new SignJWT({ aud: tokenEndpoint(cloud), iss: vendor.appId, sub: vendor.appId, jti: 'mac' })
      .setProtectedHeader({ alg: 'HS256', typ: 'JWT', 'x5t#S256': certificate.thumbprint })
      .setExpirationTime('10m')
      .sign(Buffer.from(certificate.der, 'base64'));
    await refusal(assertion);
  });

  test('may be made by hand, without a JWT library', async () => {
    const key = cloud.state.vaultKeys.find(({ name }) => name === vendor.certificateName);
    const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
    const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': registration.certificates[0]?.thumbprint };
    const claims = { aud: tokenEndpoint(cloud), iss: vendor.appId, sub: vendor.appId, jti: 'by hand', exp: now() + 60 };
    const signed = `${part(header)}.${part(claims)}`;
    const signature = createSign('sha256')
      .update(signed)
      .sign(
        { key: { ...key?.jwk }, format: 'jwk', padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 },
        'base64url',
      );
    await grantedToken(await requestToken(cloud, { form: { client_assertion: `${signed}.${signature}` } }));
  });
});
