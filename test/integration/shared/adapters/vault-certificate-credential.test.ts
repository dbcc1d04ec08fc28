import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import type { JournalEntry } from '../../../../local/cloud/journal.ts';
import type { VaultRole } from '../../../../local/cloud/state.ts';
import { freePort } from '../../../../local/free-port.ts';
import {
  VaultCertificateCredential,
  type VaultCertificateCredentialOptions,
} from '../../../../shared/adapters/vault-certificate-credential.ts';
import { minutes } from '../../../../shared/clock.ts';
import { settableClock } from '../../../support/clock.ts';
import {
  appCertificate,
  customers,
  grantedToken,
  requestToken,
  startTestCloud,
  tokenEndpoint,
  vendor,
} from '../../../support/cloud.ts';
import { withCode } from '../../../support/failing.ts';
import { failureOf } from '../../../support/failure-of.ts';
import { managedIdentity } from '../../../support/managed-identity.ts';
import { vaultClients } from '../../../support/vault-clients.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const contoso = customers.contoso.id;
/** The name of a certificate that may lie in the vault beside the app's own. */
const beside = (): string => `beside-${crypto.randomUUID()}`;

function credential(overrides: Partial<VaultCertificateCredentialOptions> = {}): VaultCertificateCredential {
  return new VaultCertificateCredential({
    ...vaultClients(cloud.urls.vault, managedIdentity(cloud)),
    certificateName: vendor.certificateName,
    clientId: vendor.appId,
    authorityUrl: cloud.urls.entra,
    now: Date.now,
    ...overrides,
  });
}

/** An identity with these roles and no other. */
function identityWith(...vaultRoles: VaultRole[]) {
  const clientId = crypto.randomUUID();
  cloud.state.identities.push({ clientId, principalId: crypto.randomUUID(), name: clientId, vaultRoles });
  return vaultClients(cloud.urls.vault, managedIdentity(cloud, clientId));
}

/** A further version of a certificate and its key. @param created seconds from now. */
async function putCertificate(name: string, { created = 0, expires = 7200, exportable = false } = {}) {
  const { der, privateJwk, thumbprint } = await makeAppCertificate(name);
  const version = crypto.randomUUID().replaceAll('-', '');
  const now = Math.floor(Date.now() / 1000);
  const times = { created: now + created, notBefore: now - 7200, expires: now + expires };
  cloud.state.vaultCertificates.push({ name, version, der, exportable, ...times });
  const operations: ('sign' | 'verify')[] = ['sign', 'verify'];
  cloud.state.vaultKeys.push({ name, version, jwk: privateJwk, operations, created: times.created });
  return { thumbprint };
}

/** What the vault was asked, and answered, since a moment. */
function vaultSince(index: number): string[] {
  const ofVault = cloud.journal.entries.slice(index).filter(({ service }: JournalEntry) => service === 'vault');
  return ofVault.map(({ operation, status }) => `${operation} ${status}`);
}

const thumbprintOf = (assertion: string): unknown => decodeProtectedHeader(assertion)['x5t#S256'];

describe('an assertion', () => {
  test("is taken by Entra for the tenant's token", async () => {
    const form = { client_assertion: await credential().assertion(contoso) };
    const { claims } = await grantedToken(await requestToken(cloud, { form }));
    assert.equal(claims['tid'], contoso);
  });

  test('is signed with PS256 by the key of the certificate that it names', async () => {
    const assertion = await credential().assertion(contoso);
    const { thumbprint } = appCertificate(cloud.state);
    const der = cloud.state.registrations[0]?.certificates[0]?.der ?? '';
    const { publicKey } = new X509Certificate(Buffer.from(der, 'base64'));
    const { protectedHeader, payload } = await jwtVerify(assertion, publicKey, { algorithms: ['PS256'] });
    assert.deepEqual(protectedHeader, { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint });
    const { aud, iss, sub, jti, iat = 0, nbf, exp, ...more } = payload;
    assert.deepEqual(more, {});
    assert.deepEqual([aud, iss, sub], [tokenEndpoint(cloud, contoso), vendor.appId, vendor.appId]);
    assert.deepEqual([nbf, exp], [iat, iat + 600]);
    assert.match(jti ?? '', /^[0-9a-f-]{36}$/);
  });

  test('is for one tenant and one use', async () => {
    const one = credential();
    const assertions = [await one.assertion(contoso), await one.assertion(contoso)];
    const other = decodeJwt(await one.assertion(customers.fabrikam.id));
    assert.equal(other.aud, tokenEndpoint(cloud, customers.fabrikam.id));
    assert.equal(new Set([other.jti, ...assertions.map((text) => decodeJwt(text).jti)]).size, 3);
  });

  test('costs one signature; certificate and key are read before the first', async () => {
    const one = credential();
    const since = cloud.journal.entries.length;
    await one.assertion(contoso);
    assert.deepEqual(vaultSince(since), [
      'challenge 401',
      'getCertificate 200',
      'challenge 401',
      'getKey 200',
      'sign 200',
    ]);
    const next = cloud.journal.entries.length;
    await one.assertion(customers.fabrikam.id);
    assert.deepEqual(vaultSince(next), ['sign 200']);
  });

  test('for many tenants at once reads the certificate once', async () => {
    const one = credential();
    const since = cloud.journal.entries.length;
    await Promise.all(Array.from({ length: 8 }, () => one.assertion(crypto.randomUUID())));
    const asked = vaultSince(since);
    assert.equal(asked.filter((what) => what === 'getCertificate 200').length, 1);
    assert.equal(asked.filter((what) => what === 'sign 200').length, 8);
  });

  test('never costs the secret, not even when the certificate is exportable', async () => {
    const certificateName = beside();
    const { thumbprint } = await putCertificate(certificateName, { exportable: true });
    assert.equal(thumbprintOf(await credential({ certificateName }).assertion(contoso)), thumbprint);
    assert.equal(cloud.journal.count('vault', 'getSecret'), 0);
  });
});

describe('the certificate', () => {
  test('is described by its life and thumbprint', async () => {
    const { der } = cloud.state.registrations[0]?.certificates[0] ?? {};
    const { validFrom, validTo } = new X509Certificate(Buffer.from(der ?? '', 'base64'));
    assert.deepEqual(await credential().describe(), {
      notBefore: Date.parse(validFrom),
      expiresAt: Date.parse(validTo),
      thumbprint: appCertificate(cloud.state).thumbprint,
    });
  });

  test('is looked at again after an hour, and a new version signs from then on', async () => {
    const certificateName = beside();
    const clock = settableClock(Date.now());
    const first = await putCertificate(certificateName);
    const one = credential({ certificateName, now: clock.now });
    assert.equal(thumbprintOf(await one.assertion(contoso)), first.thumbprint);
    const second = await putCertificate(certificateName, { created: 10 });
    clock.advance(59 * minutes);
    assert.equal(thumbprintOf(await one.assertion(contoso)), first.thumbprint);
    clock.advance(2 * minutes);
    const assertion = await one.assertion(contoso);
    assert.equal(thumbprintOf(assertion), second.thumbprint);
    const { der } = cloud.state.vaultCertificates.at(-1) ?? {};
    const { publicKey } = new X509Certificate(Buffer.from(der ?? '', 'base64'));
    await jwtVerify(assertion, publicKey, { currentDate: new Date(clock.now()) });
  });

  test('that could not be read is asked for again by the next caller', async () => {
    const certificateName = beside();
    const one = credential({ certificateName });
    await assert.rejects(one.assertion(contoso), withCode('VAULT_REFUSED'));
    const { thumbprint } = await putCertificate(certificateName);
    assert.equal(thumbprintOf(await one.assertion(contoso)), thumbprint);
  });
});

describe('a vault that refuses', () => {
  test('the certificate to an identity without a role is VAULT_REFUSED', async () => {
    const { code, detail, message, cause } = await failureOf(credential(identityWith()).assertion(contoso));
    assert.deepEqual([code, detail], ['VAULT_REFUSED', { status: 403 }]);
    assert.equal(message, `Key Vault failed to read certificate ${vendor.certificateName}.`);
    assert.ok(cause instanceof Error);
  });

  test('the signature to an identity that may only read is VAULT_REFUSED', async () => {
    const one = credential(identityWith('Key Vault Certificate User'));
    const { code, detail, message } = await failureOf(one.assertion(contoso));
    assert.deepEqual([code, detail], ['VAULT_REFUSED', { status: 403 }]);
    assert.equal(message, 'Key Vault failed to sign an assertion.');
    assert.ok((await one.describe()).thumbprint);
  });

  test('a certificate that it does not have is VAULT_REFUSED', async () => {
    const { code, detail } = await failureOf(credential({ certificateName: beside() }).assertion(contoso));
    assert.deepEqual([code, detail], ['VAULT_REFUSED', { status: 404 }]);
  });

  test('to sign, since the certificate has expired, is not taken for a vault that is away', async () => {
    const certificateName = beside();
    await putCertificate(certificateName, { expires: -3600 });
    const { code } = await failureOf(credential({ certificateName }).assertion(contoso));
    assert.ok(code === 'VAULT_REFUSED' || code === 'CREDENTIAL_REFUSED', code);
  });
});

describe('a vault that cannot be reached', { concurrency: true }, () => {
  test('for the certificate is VAULT_UNAVAILABLE', async () => {
    const away = vaultClients(`https://localhost:${await freePort()}`, managedIdentity(cloud));
    const { code, detail, cause } = await failureOf(credential(away).assertion(contoso));
    assert.deepEqual([code, detail], ['VAULT_UNAVAILABLE', { status: undefined }]);
    assert.ok(cause instanceof Error);
  });

  test('for the signature is VAULT_UNAVAILABLE', async () => {
    const away = vaultClients(`https://localhost:${await freePort()}`, managedIdentity(cloud));
    const cryptography = (keyId: string) => away.cryptography(new URL(keyId).pathname.replace('/keys/', ''));
    const { code, message } = await failureOf(credential({ cryptography }).assertion(contoso));
    assert.deepEqual([code, message], ['VAULT_UNAVAILABLE', 'Key Vault failed to sign an assertion.']);
  });

  test('because the managed identity is another than the one set is VAULT_UNAVAILABLE', async () => {
    const clients = vaultClients(cloud.urls.vault, managedIdentity(cloud, crypto.randomUUID()));
    const { code, detail } = await failureOf(credential(clients).assertion(contoso));
    assert.deepEqual([code, detail], ['VAULT_UNAVAILABLE', { status: undefined }]);
  });
});
