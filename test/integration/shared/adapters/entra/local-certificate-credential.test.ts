import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { decodeJwt, jwtVerify } from 'jose';
import { addCertificate } from '../../../../../local/cloud/entra/registered-certificates.ts';
import type { VaultRole } from '../../../../../local/cloud/state.ts';
import {
  addCertificateVersion,
  type NewCertificateVersion,
} from '../../../../../local/cloud/vault/add-certificate-version.ts';
import {
  LocalCertificateCredential,
  type LocalCertificateCredentialOptions,
} from '../../../../../shared/adapters/entra/local-certificate-credential.ts';
import { minutes } from '../../../../../shared/clock.ts';
import { settableClock } from '../../../../support/clock.ts';
import { customers, startTestCloud, tokenEndpoint, vendor } from '../../../../support/cloud.ts';
import { credentialIssuer } from '../../../../support/credential-issuer.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { managedIdentity } from '../../../../support/managed-identity.ts';
import { recordingLog } from '../../../../support/recording-log.ts';
import { vaultClients } from '../../../../support/vault-clients.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const registration = cloud.state.registrations[0];
assert.ok(registration);

const contoso = customers.contoso.id;

function credential(certificateName: string, overrides: Partial<LocalCertificateCredentialOptions> = {}) {
  return new LocalCertificateCredential({
    ...vaultClients(cloud.urls.vault, managedIdentity(cloud)),
    certificateName,
    clientId: vendor.appId,
    authorityUrl: cloud.urls.entra,
    refreshSeconds: 600,
    now: Date.now,
    log: () => undefined,
    ...overrides,
  });
}

/** A certificate of its own for a test, with an exportable key. */
async function putCertificate(options: Partial<NewCertificateVersion> = {}, created = 0) {
  const name = options.name ?? `local-${crypto.randomUUID()}`;
  const certificate = await addCertificateVersion(cloud.state, { exportable: true, ...options, name });
  certificate.created += created;
  return { ...certificate, x509: new X509Certificate(Buffer.from(certificate.der, 'base64')) };
}

const asked = (operation: string, since: number): number =>
  cloud.journal.entries.slice(since).filter((one) => one.service === 'vault' && one.operation === operation).length;

async function assertionOf(one: LocalCertificateCredential, tenantId: string): Promise<string> {
  const [proof] = await one.proofs();
  const presented = await proof?.present(tenantId);
  assert.ok(presented !== undefined && 'assertion' in presented);
  return presented.assertion;
}

for (const contentType of ['application/x-pem-file', 'application/x-pkcs12'] as const) {
  describe(`a certificate whose secret is ${contentType}`, () => {
    test('signs in this process, and Entra gives a token for it', async () => {
      const { name, der, x509 } = await putCertificate({ contentType });
      addCertificate(registration, der);
      const one = credential(name);
      const { issuer, lines } = credentialIssuer(cloud, one);
      assert.equal(decodeJwt(await issuer.request(contoso, 'graph'))['tid'], contoso);
      assert.deepEqual(lines, []);
      const { payload } = await jwtVerify(await assertionOf(one, contoso), x509.publicKey, { algorithms: ['PS256'] });
      assert.equal(payload.aud, tokenEndpoint(cloud, contoso));
    });

    test('is fetched once, whatever it signs afterwards, and the vault signs nothing', async () => {
      const { name } = await putCertificate({ contentType });
      const one = credential(name);
      const since = cloud.journal.entries.length;
      await Promise.all(Array.from({ length: 6 }, () => assertionOf(one, crypto.randomUUID())));
      await assertionOf(one, contoso);
      assert.deepEqual(
        ['listCertificateVersions', 'getCertificate', 'getSecret', 'sign', 'getKey'].map((operation) =>
          asked(operation, since),
        ),
        [1, 1, 1, 0, 0],
      );
    });

    test('without an exportable key is CREDENTIAL_UNUSABLE, and the remedy is to let the vault sign', async () => {
      const { name } = await putCertificate({ contentType, exportable: false });
      const { code, message } = await failureOf(credential(name).proofs());
      assert.equal(code, 'CREDENTIAL_UNUSABLE');
      assert.match(
        message,
        /^TENANTPOST_CERTIFICATE_NAME: certificate local-\S+ has no version .* has no private key that could be fetched: it was made as not exportable\. Set TENANTPOST_CERTIFICATE_SIGNING to vault/,
      );
    });
  });
}

describe('the versions', () => {
  test('are the current and the next, each with its own key, of either form', async () => {
    const first = await putCertificate({ contentType: 'application/x-pem-file' }, -60);
    const next = await putCertificate({ name: first.name, contentType: 'application/x-pkcs12' });
    const proofs = await credential(first.name).proofs();
    assert.equal(proofs.length, 2);
    for (const [place, { x509 }] of [next, first].entries()) {
      const presented = await proofs[place]?.present(contoso);
      assert.ok(presented !== undefined && 'assertion' in presented);
      await jwtVerify(presented.assertion, x509.publicKey);
    }
  });

  test('leave out the newest when its key cannot be fetched, and the log says so', async () => {
    const first = await putCertificate({}, -60);
    await putCertificate({ name: first.name, exportable: false });
    const { log, lines } = recordingLog();
    const [proof, ...others] = await credential(first.name, { log }).proofs();
    assert.deepEqual([others, proof?.expiresAt], [[], Date.parse(first.x509.validTo)]);
    assert.match(String(lines[0]?.detail['problem']), /not exportable/);
  });

  test('sign on while the vault is away', async (t) => {
    const { name } = await putCertificate();
    const clock = settableClock(Date.now());
    const one = credential(name, { now: clock.now });
    await one.proofs();
    const id = cloud.faults.add({ service: 'vault', fault: { kind: 'answer', status: 503 } });
    t.after(() => cloud.faults.remove(id));
    clock.advance(8 * minutes);
    assert.ok(await assertionOf(one, contoso));
  });
});

test('an identity that may not read the secret is VAULT_REFUSED', async () => {
  const { name } = await putCertificate();
  const clientId = crypto.randomUUID();
  // The role Certificate User reads secrets as well; one who may read certificates alone has another.
  const vaultRoles: VaultRole[] = ['Key Vault Certificates Officer'];
  cloud.state.identities.push({ clientId, principalId: crypto.randomUUID(), name: clientId, vaultRoles });
  const denied = vaultClients(cloud.urls.vault, managedIdentity(cloud, clientId));
  const { code, detail } = await failureOf(credential(name, denied).proofs());
  const missing = { missingRole: 'Key Vault Secrets User', missingOn: `secret ${name}` };
  assert.deepEqual([code, detail], ['VAULT_REFUSED', { status: 403, ...missing }]);
});
