import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { addCertificateVersion } from '../../../../local/cloud/vault/add-certificate-version.ts';
import { addKey } from '../../../../local/cloud/vault/add-key.ts';
import { recover, softDelete } from '../../../../local/cloud/vault/deletions.ts';
import { describeVault } from '../../../../local/cloud/vault/describe-vault.ts';
import { setSecret } from '../../../../local/cloud/vault/set-secret.ts';
import { startTestCloud, vendor } from '../../../support/cloud.ts';
import { administrator } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const ask = await administrator(cloud);

describe('what is put into the vault from code', () => {
  test('is there for requests: a certificate with its key and secret, a key, a secret', async () => {
    await addCertificateVersion(cloud.state, {
      name: 'added',
      exportable: true,
      contentType: 'application/x-pkcs12',
      keySize: 3072,
      subject: 'CN=added, O=Mailworks',
      dnsNames: ['added.example'],
      validityDays: 10,
      tags: { by: 'code' },
    });
    await addKey(cloud.state, { name: 'added-key', operations: ['sign'], tags: { by: 'code' } });
    setSecret(cloud.state, { name: 'added-secret', value: 'unseen', contentType: 'text/plain' });
    for (const path of [
      'certificates/added',
      'keys/added',
      'secrets/added',
      'keys/added-key',
      'secrets/added-secret',
    ]) {
      assert.equal((await ask(path)).status, 200, path);
    }
  });

  test('may be valid for a time that is over', async () => {
    const { expires } = await addCertificateVersion(cloud.state, { name: 'expired', validityDays: -1 });
    assert.ok(expires < Date.now() / 1000);
    assert.equal((await ask('certificates/expired')).status, 200);
  });

  test('is deleted and recovered', async () => {
    softDelete(cloud.state, 'secrets', 'added-secret');
    assert.equal((await ask('secrets/added-secret')).status, 404);
    recover(cloud.state, 'secrets', 'added-secret');
    assert.equal((await ask('secrets/added-secret')).status, 200);
  });

  test('is refused as a request would be', async () => {
    softDelete(cloud.state, 'keys', 'added-key');
    await assert.rejects(addKey(cloud.state, { name: 'added-key' }), /deleted but recoverable/);
    await assert.rejects(addKey(cloud.state, { name: 'odd', keySize: 1000 }), /Unsupported key size/);
    await assert.rejects(addCertificateVersion(cloud.state, { name: 'odd', subject: 'odd' }), /invalid value/);
    assert.throws(() => setSecret(cloud.state, { name: vendor.certificateName, value: '' }), /managed by Key Vault/);
    assert.throws(() => softDelete(cloud.state, 'keys', 'missing'), /was not found/);
  });
});

describe('the description of the vault', () => {
  test('tells of everything that is in it', () => {
    const { homeTenantId, certificates, keys, secrets, roles } = describeVault(cloud.state);
    assert.equal(homeTenantId, vendor.tenantId);
    const added = certificates.find(({ name }) => name === 'added');
    assert.deepEqual(
      [added?.keySize, added?.exportable, added?.contentType, added?.tags, added?.deleted],
      [3072, true, 'application/x-pkcs12', { by: 'code' }, false],
    );
    assert.match(added?.subject ?? '', /CN=added/);
    const key = keys.find(({ name }) => name === 'added-key');
    assert.deepEqual([key?.keySize, key?.operations, key?.managed, key?.deleted], [2048, ['sign'], false, true]);
    assert.equal(keys.find(({ name }) => name === 'added')?.managed, true);
    assert.equal(secrets.find(({ name }) => name === 'added-secret')?.contentType, 'text/plain');
    const principalId = cloud.state.identities[0]?.principalId;
    assert.ok(roles.some((one) => one.principalId === principalId && one.role === 'Key Vault Crypto User'));
  });

  test('holds no private key and no value of a secret', () => {
    const value = randomBytes(24).toString('base64url');
    setSecret(cloud.state, { name: 'hidden', value });
    const text = JSON.stringify(describeVault(cloud.state));
    assert.ok(text.includes('"hidden"') && !text.includes(value) && !text.includes('unseen'));
    for (const { jwk } of cloud.state.vaultKeys) {
      for (const part of ['d', 'p', 'q', 'dp', 'dq', 'qi'] as const) {
        const secret = jwk[part];
        assert.ok(typeof secret === 'string' && !text.includes(secret), part);
      }
    }
  });
});
