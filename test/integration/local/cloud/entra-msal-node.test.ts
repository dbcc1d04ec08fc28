import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createPrivateKey, X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { z } from 'zod';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { addSecret } from '../../../../local/cloud/entra/client-secrets.ts';
import { addCertificate } from '../../../../local/cloud/entra/registered-certificates.ts';
import { verifyAccessToken } from '../../../../local/cloud/tokens.ts';
import {
  addTenant,
  anAssertion,
  customers,
  graphResource,
  startTestCloud,
  tokenEndpoint,
} from '../../../support/cloud.ts';
import { addApp } from './entra-apps.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const certificate = await makeAppCertificate('msal');
const { registration } = addApp(cloud);
addCertificate(registration, certificate.der);
const { value: secret } = addSecret(registration);

const program = fileURLToPath(new URL('entra-msal-process.ts', import.meta.url));
const result = z.union([
  z.strictObject({ token: z.string(), expiresOn: z.number(), cached: z.boolean() }),
  z.strictObject({ name: z.string(), message: z.string() }),
]);
const pem = (jwk: Parameters<typeof JSON.stringify>[0]): string =>
  createPrivateKey({ key: jwk, format: 'jwk' }).export({ type: 'pkcs8', format: 'pem' }).toString();
const byCertificate = {
  THUMBPRINT: Buffer.from(certificate.thumbprint, 'base64url').toString('hex'),
  PRIVATE_KEY: pem(certificate.privateJwk),
};

async function run(proof: Record<string, string>, tenantId: string = customers.contoso.id) {
  const { stdout } = await promisify(execFile)(process.execPath, [program], {
    env: {
      PATH: process.env['PATH'],
      NODE_EXTRA_CA_CERTS: cloud.caFile,
      AUTHORITY: `${cloud.urls.entra}/${tenantId}`,
      CLIENT_ID: registration.appId,
      SCOPE: `${graphResource}/.default`,
      ...proof,
    },
    timeout: 30_000,
  });
  return result.parse(JSON.parse(stdout));
}

async function claimsOf(proof: Record<string, string>) {
  const got = await run(proof);
  assert.ok('token' in got, JSON.stringify(got));
  assert.equal(got.cached, true, 'the second is from its cache');
  const verified = await verifyAccessToken(cloud, 'graph', got.token, [graphResource]);
  assert.ok('claims' in verified);
  assert.ok(Math.abs(got.expiresOn / 1000 - verified.claims.exp) <= 5);
  return verified.claims;
}

async function refusalOf(proof: Record<string, string>, tenantId?: string): Promise<string> {
  const got = await run(proof, tenantId);
  assert.ok('name' in got, 'no token');
  assert.match(got.name, /^(?:ServerError|InteractionRequiredAuthError)$/);
  return got.message;
}

describe('@azure/msal-node gets a token', { concurrency: 2 }, () => {
  test('with a client secret', async () => {
    const { appid, appidacr, roles } = await claimsOf({ SECRET: secret });
    assert.deepEqual([appid, appidacr, roles], [registration.appId, '1', ['Mail.Send']]);
  });

  test('with a certificate, and with its chain beside it', async () => {
    assert.equal((await claimsOf(byCertificate)).appidacr, '2');
    const chain = new X509Certificate(Buffer.from(certificate.der, 'base64')).toString();
    assert.equal((await claimsOf({ ...byCertificate, CHAIN: chain })).appidacr, '2');
  });

  test('with an assertion that was signed elsewhere', async () => {
    const claims = { iss: registration.appId, sub: registration.appId, aud: tokenEndpoint(cloud) };
    const assertion = await anAssertion(cloud, { certificate, claims });
    assert.equal((await claimsOf({ ASSERTION: assertion })).tid, customers.contoso.id);
  });
});

describe('@azure/msal-node reports the code', { concurrency: 2 }, () => {
  test('of a wrong secret', async () => {
    assert.match(
      await refusalOf({ SECRET: `${secret}x` }),
      /7000215.*AADSTS7000215: Invalid client secret provided\./s,
    );
  });

  test('of a certificate that is not registered, with its chain and without', async () => {
    const stranger = await makeAppCertificate('stranger');
    const proof = {
      THUMBPRINT: Buffer.from(stranger.thumbprint, 'base64url').toString('hex'),
      PRIVATE_KEY: pem(stranger.privateJwk),
    };
    const chain = new X509Certificate(Buffer.from(stranger.der, 'base64')).toString();
    assert.match(await refusalOf(proof), /AADSTS700027/);
    assert.match(await refusalOf({ ...proof, CHAIN: chain }), /AADSTS700030/);
  });

  test('of a tenant that did not consent, and of one that does not exist', async () => {
    assert.match(await refusalOf({ SECRET: secret }, addTenant(cloud).id), /AADSTS7000229/);
    assert.match(await refusalOf({ SECRET: secret }, crypto.randomUUID()), /AADSTS90002/);
  });
});
