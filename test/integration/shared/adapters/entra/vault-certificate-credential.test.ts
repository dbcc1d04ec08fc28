import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { addCertificate } from '../../../../../local/cloud/entra/registered-certificates.ts';
import type { JournalEntry } from '../../../../../local/cloud/journal.ts';
import type { VaultCertificate, VaultRole } from '../../../../../local/cloud/state.ts';
import {
  addCertificateVersion,
  type NewCertificateVersion,
} from '../../../../../local/cloud/vault/add-certificate-version.ts';
import { freePort } from '../../../../../local/free-port.ts';
import { managedIdentity as explainedIdentity } from '../../../../../shared/adapters/entra/managed-identity.ts';
import {
  VaultCertificateCredential,
  type VaultCertificateCredentialOptions,
} from '../../../../../shared/adapters/entra/vault-certificate-credential.ts';
import { minutes } from '../../../../../shared/clock.ts';
import { settableClock } from '../../../../support/clock.ts';
import { appCertificate, customers, startTestCloud, tokenEndpoint, vendor } from '../../../../support/cloud.ts';
import { credentialIssuer } from '../../../../support/credential-issuer.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { managedIdentity } from '../../../../support/managed-identity.ts';
import { vaultClients } from '../../../../support/vault-clients.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const registration = cloud.state.registrations[0];
assert.ok(registration);

const contoso = customers.contoso.id;
/** The name of a certificate that may lie in the vault beside the app's own. */
const beside = (): string => `beside-${crypto.randomUUID()}`;

function credential(overrides: Partial<VaultCertificateCredentialOptions> = {}): VaultCertificateCredential {
  return new VaultCertificateCredential({
    ...vaultClients(cloud.urls.vault, managedIdentity(cloud)),
    certificateName: vendor.certificateName,
    clientId: vendor.appId,
    authorityUrl: cloud.urls.entra,
    refreshSeconds: 600,
    now: Date.now,
    log: () => undefined,
    ...overrides,
  });
}

/** An identity with these roles and no other. */
function identityWith(...vaultRoles: VaultRole[]) {
  const clientId = crypto.randomUUID();
  cloud.state.identities.push({ clientId, principalId: crypto.randomUUID(), name: clientId, vaultRoles });
  return vaultClients(cloud.urls.vault, managedIdentity(cloud, clientId));
}

/** A further version of a certificate, by default with a key that cannot be exported. @param created seconds from now. */
async function putCertificate(name: string, options: Partial<NewCertificateVersion> = {}, created = 0) {
  const certificate = await addCertificateVersion(cloud.state, { name, exportable: false, ...options });
  certificate.created += created;
  return certificate;
}

const thumbprintOf = ({ der }: Pick<VaultCertificate, 'der'>): string =>
  Buffer.from(new X509Certificate(Buffer.from(der, 'base64')).fingerprint256.replaceAll(':', ''), 'hex').toString(
    'base64url',
  );

async function assertionOf(one: VaultCertificateCredential, tenantId: string): Promise<string> {
  const [proof] = await one.proofs();
  const presented = await proof?.present(tenantId);
  assert.ok(presented !== undefined && 'assertion' in presented);
  return presented.assertion;
}

const idsOf = async (one: VaultCertificateCredential): Promise<string[]> => (await one.proofs()).map(({ id }) => id);

/** What the vault was asked, and answered, since a moment. */
function vaultSince(index: number): string[] {
  const ofVault = cloud.journal.entries.slice(index).filter(({ service }: JournalEntry) => service === 'vault');
  return ofVault.map(({ operation, status }) => `${operation} ${status}`);
}

describe('an assertion', () => {
  test("is taken by Entra for the tenant's token", async () => {
    const { issuer, lines } = credentialIssuer(cloud, credential());
    const claims = decodeJwt(await issuer.request(contoso, 'graph'));
    assert.deepEqual([claims['tid'], claims['appidacr']], [contoso, '2']);
    assert.deepEqual(lines, []);
  });

  test('is signed with PS256 by the key of the certificate that it names', async () => {
    const assertion = await assertionOf(credential(), contoso);
    const { thumbprint } = appCertificate(cloud.state);
    const { publicKey } = new X509Certificate(Buffer.from(registration.certificates[0]?.der ?? '', 'base64'));
    const { protectedHeader, payload } = await jwtVerify(assertion, publicKey, { algorithms: ['PS256'] });
    assert.deepEqual(protectedHeader, { alg: 'PS256', typ: 'JWT', 'x5t#S256': thumbprint });
    assert.equal(payload.aud, tokenEndpoint(cloud, contoso));
  });

  test('costs one signature; the versions, certificate and key are read before the first', async () => {
    const one = credential();
    const since = cloud.journal.entries.length;
    await assertionOf(one, contoso);
    assert.deepEqual(vaultSince(since), [
      'challenge 401',
      'listCertificateVersions 200',
      'getCertificate 200',
      'challenge 401',
      'getKey 200',
      'challenge 401',
      'getKey 200',
      'sign 200',
    ]);
    const next = cloud.journal.entries.length;
    await assertionOf(one, customers.fabrikam.id);
    assert.deepEqual(vaultSince(next), ['sign 200']);
  });

  test('for many tenants at once reads the certificate once', async () => {
    const one = credential();
    const since = cloud.journal.entries.length;
    await Promise.all(Array.from({ length: 8 }, () => assertionOf(one, crypto.randomUUID())));
    const asked = vaultSince(since);
    assert.equal(asked.filter((what) => what === 'getCertificate 200').length, 1);
    assert.equal(asked.filter((what) => what === 'sign 200').length, 8);
  });
});

describe('the versions', () => {
  test('are the current and the next, and both get a token once both are registered', async () => {
    const certificateName = beside();
    const first = await putCertificate(certificateName, {}, -60);
    const next = await putCertificate(certificateName);
    const one = credential({ certificateName });
    assert.deepEqual(await idsOf(one), [thumbprintOf(next), thumbprintOf(first)]);

    addCertificate(registration, first.der);
    const { issuer, lines } = credentialIssuer(cloud, one);
    assert.equal(decodeJwt(await issuer.request(contoso, 'graph'))['tid'], contoso);
    assert.deepEqual(
      lines.map(({ event, detail }) => [event, detail['proof'], detail['aadsts']]),
      [['credential.not-registered', thumbprintOf(next), 700027]],
    );

    addCertificate(registration, next.der);
    const later = credentialIssuer(cloud, one);
    assert.equal(decodeJwt(await later.issuer.request(contoso, 'graph'))['tid'], contoso);
    assert.deepEqual(later.lines, []);
  });

  test('are all found where the vault lists them on several pages', async () => {
    const certificateName = beside();
    const [template] = [await putCertificate(certificateName, {}, -1000)];
    for (let place = 0; place < 30; place += 1) {
      const version = crypto.randomUUID().replaceAll('-', '');
      cloud.state.vaultCertificates.push({ ...template, version, enabled: false, created: template.created + place });
    }
    // In the order of the list, by version, it is the last of all.
    template.version = 'f'.repeat(32);
    const key = cloud.state.vaultKeys.find(({ name }) => name === certificateName);
    assert.ok(key);
    key.version = template.version;
    const since = cloud.journal.entries.length;
    assert.deepEqual(await idsOf(credential({ certificateName })), [thumbprintOf(template)]);
    assert.equal(vaultSince(since).filter((what) => what === 'listCertificateVersions 200').length, 2);
  });

  test('are looked at again within ten minutes, and a new one signs from then on', async () => {
    const certificateName = beside();
    const clock = settableClock(Date.now());
    const first = await putCertificate(certificateName, {}, -60);
    const one = credential({ certificateName, now: clock.now });
    assert.deepEqual(await idsOf(one), [thumbprintOf(first)]);
    const second = await putCertificate(certificateName);
    clock.advance(4 * minutes);
    assert.deepEqual(await idsOf(one), [thumbprintOf(first)]);
    clock.advance(6 * minutes);
    assert.deepEqual(await idsOf(one), [thumbprintOf(second), thumbprintOf(first)]);
    const named = decodeProtectedHeader(await assertionOf(one, contoso))['x5t#S256'];
    assert.equal(named, thumbprintOf(second));
  });

  test('that are disabled are left out, though the vault gives the newest to whoever asks for none', async () => {
    const certificateName = beside();
    const first = await putCertificate(certificateName, {}, -60);
    const second = await putCertificate(certificateName, { enabled: false });
    const { certificates } = vaultClients(cloud.urls.vault, managedIdentity(cloud));
    const unversioned = await certificates.getCertificate(certificateName);
    assert.equal(unversioned.properties.version, second.version);
    assert.deepEqual(await idsOf(credential({ certificateName })), [thumbprintOf(first)]);
  });
});

describe('a certificate that cannot prove the app is CREDENTIAL_UNUSABLE, and the message says why', () => {
  const why = async (certificateName: string): Promise<string> => {
    const since = cloud.journal.entries.length;
    const { code, message, detail } = await failureOf(credential({ certificateName }).proofs());
    assert.deepEqual([code, detail['setting']], ['CREDENTIAL_UNUSABLE', 'TENANTPOST_CERTIFICATE_NAME']);
    assert.ok(message.startsWith(`TENANTPOST_CERTIFICATE_NAME: certificate ${certificateName} `), message);
    assert.ok(!vaultSince(since).some((what) => what.startsWith('sign')));
    return message;
  };

  test('that is not there', async () => {
    assert.match(await why(beside()), /is not in the vault\. Make it there, or correct the setting\.$/);
  });

  test('that has expired', async () => {
    const name = beside();
    await putCertificate(name, { validityDays: -1 });
    assert.match(await why(name), /expired at \d{4}-.*Z\. Make a new version .* app registration\.$/);
  });

  test('that is disabled', async () => {
    const name = beside();
    await putCertificate(name, { enabled: false });
    assert.match(await why(name), /is disabled\. Enable it, or make a new version\.$/);
  });

  test('whose key may not sign: its key usage has no digitalSignature', async () => {
    const name = beside();
    await putCertificate(name, { enabled: false }, -60);
    policyOf(name).keyUsage = ['keyEncipherment'];
    await putCertificate(name);
    assert.match(await why(name), /has a key usage without digitalSignature.* make a new version/);
  });

  test('whose key lost the operation', async () => {
    const name = beside();
    const { version } = await putCertificate(name);
    const key = cloud.state.vaultKeys.find((one) => one.name === name && one.version === version);
    assert.ok(key);
    key.operations = ['verify'];
    assert.match(await why(name), /belongs to a key that is disabled or may not sign\. /);
  });
});

/** By what rules the vault makes the next version of a certificate. */
function policyOf(name: string) {
  const policy = cloud.state.vaultCertificatePolicies.find((one) => one.name === name);
  assert.ok(policy);
  return policy;
}

describe('a vault that refuses', () => {
  test('the certificate to an identity without a role is VAULT_REFUSED', async () => {
    const { code, detail, message, cause } = await failureOf(credential(identityWith()).proofs());
    const missing = { missingRole: 'Key Vault Reader', missingOn: `certificate ${vendor.certificateName}` };
    assert.deepEqual([code, detail], ['VAULT_REFUSED', { status: 403, ...missing }]);
    assert.match(message, /^Key Vault refused to list the versions of certificate \w+: no role /);
    assert.ok(cause instanceof Error);
  });

  test('the signature to an identity that may only read is VAULT_REFUSED', async () => {
    const one = credential(identityWith('Key Vault Certificate User'));
    const { code, detail, message } = await failureOf(assertionOf(one, contoso));
    const missing = { missingRole: 'Key Vault Crypto User', missingOn: `key ${vendor.certificateName}` };
    assert.deepEqual([code, detail], ['VAULT_REFUSED', { status: 403, ...missing }]);
    assert.match(message, /^Key Vault refused to sign an assertion: no role /);
  });
});

describe('a vault that cannot be reached', { concurrency: true }, () => {
  test('for the certificate is VAULT_UNAVAILABLE', async () => {
    const away = vaultClients(`https://localhost:${await freePort()}`, managedIdentity(cloud));
    const { code, detail, cause } = await failureOf(credential(away).proofs());
    assert.deepEqual([code, detail], ['VAULT_UNAVAILABLE', { status: undefined }]);
    assert.ok(cause instanceof Error);
  });

  test('for the signature is VAULT_UNAVAILABLE', async () => {
    const away = vaultClients(`https://localhost:${await freePort()}`, managedIdentity(cloud));
    const cryptography = (keyId: string) => away.cryptography(new URL(keyId).pathname.replace('/keys/', ''));
    const { code, message } = await failureOf(assertionOf(credential({ cryptography }), contoso));
    assert.deepEqual([code, message], ['VAULT_UNAVAILABLE', 'Key Vault failed to sign an assertion.']);
  });

  test('because the managed identity is another than the one set is IDENTITY_REFUSED', async () => {
    managedIdentity(cloud);
    const clients = vaultClients(cloud.urls.vault, explainedIdentity(crypto.randomUUID(), 'AZURE_CLIENT_ID'));
    const { code, detail } = await failureOf(credential(clients).proofs());
    assert.deepEqual([code, detail], ['IDENTITY_REFUSED', { setting: 'AZURE_CLIENT_ID', status: 400 }]);
  });
});

test('whatever happened here, nobody asked for the secret of a certificate', () => {
  assert.ok(cloud.journal.count('vault', 'sign') > 0);
  assert.equal(cloud.journal.count('vault', 'getSecret'), 0);
});
