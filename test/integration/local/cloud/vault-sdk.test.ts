import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { randomBytes, verify, X509Certificate } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { jwtVerify } from 'jose';
import { z } from 'zod';
import { appCertificate, startTestCloud, vendor } from '../../../support/cloud.ts';
import { versionOf } from './vault-requests.ts';

const reportSchema = z.object({
  certificate: z.object({ keyId: z.string(), cer: z.string(), exportable: z.boolean(), expiresOn: z.number() }),
  versions: z.array(z.string()),
  pinned: z.string(),
  signature: z.object({ keyId: z.string(), PS256: z.string(), RS256: z.string() }),
  newestKeyId: z.string(),
  verified: z.boolean(),
  wrapped: z.string(),
  unwrapped: z.string(),
  refusals: z.record(z.string(), z.object({ statusCode: z.number(), code: z.string() })),
});

const client = fileURLToPath(new URL('vault-sdk-client.ts', import.meta.url));
const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url');

const cloud = await startTestCloud();
after(() => cloud.stop());

const name = vendor.certificateName;
const signingInput = (alg: string): string => `${encode({ alg, typ: 'JWT' })}.${encode({ iss: vendor.appId })}`;
const secret = randomBytes(32).toString('base64url');

async function runClient(clientId: string): Promise<{ stdout: string; stderr: string }> {
  const args = [cloud.urls.vault, clientId, name, vendor.wrappingKeyName, signingInput('PS256'), secret];
  const env = {
    PATH: process.env['PATH'],
    NODE_EXTRA_CA_CERTS: cloud.caFile,
    IDENTITY_ENDPOINT: `${cloud.urls.identity}/msi/token`,
    IDENTITY_HEADER: cloud.identityHeader,
  };
  return promisify(execFile)(process.execPath, [client, ...args], { env, timeout: 60_000 });
}

describe("Microsoft's own clients, with the managed identity", () => {
  let report: z.infer<typeof reportSchema>;
  before(async () => {
    report = reportSchema.parse(JSON.parse((await runClient(vendor.identityClientId)).stdout));
  });

  const version = versionOf(cloud, name);
  const keyId = `${cloud.urls.vault}/keys/${name}/${version}`;

  test('read the certificate, its policy and its versions', () => {
    const certificate = cloud.state.vaultCertificates[0];
    assert.equal(report.certificate.keyId, keyId);
    assert.equal(report.certificate.cer, certificate?.der);
    assert.equal(report.certificate.exportable, false);
    assert.equal(report.certificate.expiresOn, (certificate?.expires ?? 0) * 1000);
    assert.deepEqual(report.versions, [version]);
    assert.equal(report.pinned, `${cloud.urls.vault}/certificates/${name}/${version}`);
  });

  test('sign a digest with PS256 into a JWT that jose verifies with the certificate', async () => {
    const { publicKey, fingerprint256 } = new X509Certificate(Buffer.from(report.certificate.cer, 'base64'));
    const jwt = `${signingInput('PS256')}.${report.signature.PS256}`;
    const { payload } = await jwtVerify(jwt, publicKey, { algorithms: ['PS256'] });

    assert.equal(payload.iss, vendor.appId);
    assert.equal(report.signature.keyId, keyId);
    const thumbprint = Buffer.from(fingerprint256.replaceAll(':', ''), 'hex').toString('base64url');
    assert.equal(thumbprint, appCertificate(cloud.state).thumbprint);
    assert.equal(report.verified, true);
  });

  test('sign data with RS256, of which they send the digest alone', () => {
    const { publicKey } = new X509Certificate(Buffer.from(report.certificate.cer, 'base64'));
    const signature = Buffer.from(report.signature.RS256, 'base64url');
    assert.equal(verify('sha256', Buffer.from(signingInput('PS256')), publicKey, signature), true);
  });

  test('sign with the newest version where they name none', () => {
    assert.equal(report.newestKeyId, keyId);
  });

  test('unwrap the 32 bytes that they wrapped', () => {
    assert.equal(report.unwrapped, secret);
    assert.notEqual(report.wrapped, secret);
    assert.equal(Buffer.from(report.wrapped, 'base64url').length, 256);
  });

  test('understand the refusals', () => {
    assert.deepEqual(report.refusals, {
      missingCertificate: { statusCode: 404, code: 'CertificateNotFound' },
      missingKey: { statusCode: 404, code: 'KeyNotFound' },
      wrongAlgorithm: { statusCode: 400, code: 'BadParameter' },
      shortDigest: { statusCode: 400, code: 'BadParameter' },
      foreignValue: { statusCode: 400, code: 'BadParameter' },
    });
  });

  test('are challenged once each, and never ask for a secret', () => {
    // Five clients: certificates, keys, one for each of two key versions, and one for a key without a version.
    assert.equal(cloud.journal.count('vault', 'challenge'), 5);
    assert.equal(cloud.journal.count('vault', 'sign'), 5);
    assert.equal(cloud.journal.count('vault', 'wrapKey'), 1);
    assert.equal(cloud.journal.count('vault', 'unwrapKey'), 2);
    assert.equal(cloud.journal.count('vault', 'getSecret'), 0);
  });
});

test("an identity without a role is refused with the service's code after a single challenge", async () => {
  const clientId = crypto.randomUUID();
  cloud.state.identities.push({ clientId, principalId: crypto.randomUUID(), name: 'id-none', vaultRoles: [] });
  const since = cloud.journal.entries.length;

  await assert.rejects(runClient(clientId), /ForbiddenByRbac/);

  const entries = cloud.journal.entries.slice(since).filter(({ service }) => service === 'vault');
  assert.deepEqual(
    entries.map(({ operation, status, code }) => ({ operation, status, code })),
    [
      { operation: 'challenge', status: 401, code: 'Unauthorized' },
      { operation: 'getCertificate', status: 403, code: 'ForbiddenByRbac' },
    ],
  );
});

test('a challenge for further claims is answered by one repetition of the request', async (t) => {
  t.after(() => cloud.faults.clear());
  cloud.faults.add({
    service: 'vault',
    operation: 'getCertificate',
    skip: 1,
    times: 1,
    fault: { kind: 'answer', status: 401, code: 'insufficient_claims' },
  });
  const since = cloud.journal.entries.length;
  await runClient(vendor.identityClientId);
  const first = cloud.journal.entries.slice(since).filter(({ service }) => service === 'vault');
  assert.deepEqual(
    first.slice(0, 3).map(({ operation, status }) => `${operation} ${status}`),
    ['challenge 401', 'getCertificate 401', 'getCertificate 200'],
  );
});
