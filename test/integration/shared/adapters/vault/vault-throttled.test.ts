/** A vault that is busy: what its clients make of it, and how often they ask. */

import assert from 'node:assert/strict';
import { after, describe, test, type TestContext } from 'node:test';
import type { FaultRule } from '../../../../../local/cloud/faults/fault-rule.ts';
import { vaultCall } from '../../../../../shared/adapters/vault/vault-call.ts';
import { startTestCloud, vendor } from '../../../../support/cloud.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { managedIdentity } from '../../../../support/managed-identity.ts';
import { vaultClients } from '../../../../support/vault-clients.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const { certificates, keys, secrets, cryptography } = vaultClients(cloud.urls.vault, managedIdentity(cloud));
const { keyId = '' } = await certificates.getCertificate(vendor.certificateName);

const calls: Record<string, () => Promise<unknown>> = {
  'read a certificate': () => certificates.getCertificate(vendor.certificateName),
  'list versions': () => certificates.listPropertiesOfCertificateVersions(vendor.certificateName).next(),
  'read a key': () => keys.getKey(vendor.certificateName),
  'read a secret': () => secrets.getSecret('any'),
  sign: () => cryptography(keyId).sign('PS256', new Uint8Array(32)),
};

function withFault(t: TestContext, fault: FaultRule['fault']): () => number {
  const id = cloud.faults.add({ service: 'vault', fault });
  t.after(() => cloud.faults.remove(id));
  const since = cloud.journal.entries.length;
  return () => cloud.journal.entries.slice(since).filter(({ service }) => service === 'vault').length;
}

describe(
  'a vault that says when to come again is asked once, and the caller is told the time',
  { timeout: 60_000 },
  () => {
    for (const [what, call] of Object.entries(calls)) {
      test(what, async (t) => {
        // The SDK by itself would sleep for ten minutes, three times.
        const asked = withFault(t, {
          kind: 'answer',
          status: 429,
          retryAfter: { seconds: 600, as: 'seconds' },
          when: 'before',
          body: 'service',
        });
        const { code, detail, retryAfterSeconds, message } = await failureOf(vaultCall(what, call));
        assert.deepEqual([code, detail, retryAfterSeconds], ['VAULT_UNAVAILABLE', { status: 429 }, 600]);
        assert.equal(message, `Key Vault failed to ${what}.`);
        assert.equal(asked(), 1);
      });
    }

    test('by 503 and a date as well', async (t) => {
      const asked = withFault(t, {
        kind: 'answer',
        status: 503,
        retryAfter: { seconds: 600, as: 'date' },
        when: 'before',
        body: 'service',
      });
      const { code, retryAfterSeconds = 0 } = await failureOf(
        vaultCall('sign', () => cryptography(keyId).sign('PS256', new Uint8Array(32))),
      );
      assert.equal(code, 'VAULT_UNAVAILABLE');
      assert.ok(retryAfterSeconds > 500 && retryAfterSeconds <= 600, `${retryAfterSeconds}`);
      assert.equal(asked(), 1);
    });
  },
);

test('a vault that is busy and does not say for how long is asked once as well', async (t) => {
  const asked = withFault(t, { kind: 'answer', status: 429, when: 'before', body: 'service' });
  const { code, retryAfterSeconds } = await failureOf(vaultCall('read', () => keys.getKey(vendor.certificateName)));
  assert.deepEqual([code, retryAfterSeconds], ['VAULT_UNAVAILABLE', undefined]);
  assert.equal(asked(), 1);
});
