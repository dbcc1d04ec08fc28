import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import { addSecret } from '../../../../../local/cloud/entra/client-secrets.ts';
import type { VaultRole } from '../../../../../local/cloud/state.ts';
import { type NewSecret, setSecret } from '../../../../../local/cloud/vault/set-secret.ts';
import {
  settingSecretCredential,
  VaultSecretCredential,
} from '../../../../../shared/adapters/entra/secret-credential.ts';
import { hours, minutes } from '../../../../../shared/clock.ts';
import { settableClock } from '../../../../support/clock.ts';
import { customers, startTestCloud } from '../../../../support/cloud.ts';
import { credentialIssuer } from '../../../../support/credential-issuer.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { managedIdentity } from '../../../../support/managed-identity.ts';
import { vaultClients } from '../../../../support/vault-clients.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const registration = cloud.state.registrations[0];
assert.ok(registration);

const contoso = customers.contoso.id;

/** One whose only role in the vault is the one that secrets need. */
const identityClientId = identityWith('Key Vault Secrets User');

function identityWith(...vaultRoles: VaultRole[]): string {
  const clientId = crypto.randomUUID();
  cloud.state.identities.push({ clientId, principalId: crypto.randomUUID(), name: clientId, vaultRoles });
  return clientId;
}

function credential(secretName: string, { now = Date.now, clientId = identityClientId } = {}): VaultSecretCredential {
  const { secrets } = vaultClients(cloud.urls.vault, managedIdentity(cloud, clientId));
  return new VaultSecretCredential({ secrets, secretName, refreshSeconds: 600, now, log: () => undefined });
}

/** A version in the vault. @param created seconds from now. */
function put(name: string, value: string, more: Partial<NewSecret> = {}, created = 0) {
  const secret = setSecret(cloud.state, { name, value, ...more });
  secret.created += created;
  return secret;
}

const aName = (): string => `secret-${crypto.randomUUID()}`;
const inSeconds = (milliseconds: number): number => Math.floor((Date.now() + milliseconds) / 1000);

describe('a secret in the vault', () => {
  test('gets a token from Entra, with Key Vault Secrets User and no other role', async () => {
    const name = aName();
    put(name, addSecret(registration).value);
    const { issuer, lines } = credentialIssuer(cloud, credential(name));
    const claims = decodeJwt(await issuer.request(contoso, 'graph'));
    assert.deepEqual([claims['tid'], claims['appidacr'], lines], [contoso, '1', []]);
  });

  test('is read once, by its version, for all requests', async () => {
    const name = aName();
    put(name, addSecret(registration).value);
    const { issuer } = credentialIssuer(cloud, credential(name));
    const since = cloud.journal.entries.length;
    for (let round = 0; round < 3; round += 1) await issuer.request(contoso, 'graph');
    const ofVault = cloud.journal.entries.slice(since).filter(({ service }) => service === 'vault');
    assert.deepEqual(
      ofVault.map(({ operation }) => operation),
      ['challenge', 'listSecretVersions', 'getSecret'],
    );
  });

  test('says when it ends, where the vault knows, and has its version for a name', async () => {
    const name = aName();
    const expires = inSeconds(48 * hours);
    const { version } = put(name, 'value-1', { expires });
    const [proof] = await credential(name).proofs();
    assert.deepEqual([proof?.id, proof?.expiresAt], [version, expires * 1000]);
    const without = aName();
    put(without, 'value-1');
    const [endless] = await credential(without).proofs();
    assert.equal(endless !== undefined && 'expiresAt' in endless, false);
  });

  test('that Entra does not know yet is passed over for the one before, and then is not', async () => {
    const name = aName();
    const before = put(name, addSecret(registration).value, {}, -60);
    const value = 'abc8Q~not-on-the-registration-until-later';
    const next = put(name, value);
    const one = credential(name);
    assert.deepEqual(
      (await one.proofs()).map(({ id }) => id),
      [next.version, before.version],
    );
    const { issuer, lines } = credentialIssuer(cloud, one);
    assert.equal(decodeJwt(await issuer.request(contoso, 'graph'))['tid'], contoso);
    assert.deepEqual(
      lines.map(({ event, detail }) => [event, detail['proof'], detail['aadsts']]),
      [['credential.not-registered', next.version, 7000215]],
    );

    addSecret(registration, { value });
    const later = credentialIssuer(cloud, one);
    await later.issuer.request(contoso, 'graph');
    assert.deepEqual(later.lines, []);
  });

  test('that has expired with Entra is passed over for one that has not', async () => {
    const name = aName();
    put(name, addSecret(registration).value, {}, -60);
    const now = Date.now();
    put(name, addSecret(registration, { startsAt: now - 2 * hours, endsAt: now - 1 * hours }).value);
    const { issuer, lines } = credentialIssuer(cloud, credential(name));
    assert.ok(await issuer.request(contoso, 'graph'));
    assert.deepEqual(
      lines.map(({ detail }) => detail['aadsts']),
      [7000222],
    );
  });

  test('is followed by its next version within ten minutes, without a restart', async () => {
    const name = aName();
    const clock = settableClock(Date.now());
    const one = credential(name, { now: clock.now });
    const before = put(name, 'value-1', {}, -60);
    await one.proofs();
    const next = put(name, 'value-2');
    clock.advance(10 * minutes);
    assert.deepEqual(
      (await one.proofs()).map(({ id }) => id),
      [next.version, before.version],
    );
    assert.deepEqual(await (await one.proofs())[0]?.present(contoso), { secret: 'value-2' });
  });
});

describe('a secret that cannot prove the app is CREDENTIAL_UNUSABLE', () => {
  const cases: Record<string, { put: (name: string) => unknown; why: RegExp }> = {
    'that is not there': {
      put: () => undefined,
      why: /is not in the vault\. Make it there, or correct the setting\.$/,
    },
    'that is disabled': { put: (name) => put(name, 'value', { enabled: false }), why: /is disabled\. Enable it/ },
    'that has expired': {
      put: (name) => put(name, 'value', { expires: inSeconds(-1000) }),
      why: /expired at .*Z\. Make a new client secret on the app registration/,
    },
    'that starts later': {
      put: (name) => put(name, 'value', { notBefore: inSeconds(1 * hours) }),
      why: /is not valid before .*Z\. /,
    },
    'that ends in a line feed': { put: (name) => put(name, 'value\n'), why: /begins or ends with white space\. / },
    'that is nothing but white space': { put: (name) => put(name, ' '), why: /is empty\. Make a new version/ },
  };
  for (const [which, { put: prepare, why }] of Object.entries(cases)) {
    test(which, async () => {
      const name = aName();
      prepare(name);
      const { code, message, detail } = await failureOf(credential(name).proofs());
      assert.deepEqual([code, detail['setting']], ['CREDENTIAL_UNUSABLE', 'TENANTPOST_CLIENT_SECRET_NAME']);
      assert.ok(message.startsWith(`TENANTPOST_CLIENT_SECRET_NAME: secret ${name} `), message);
      assert.match(message, why);
    });
  }
});

test('an identity that may not read secrets is VAULT_REFUSED', async () => {
  const name = aName();
  put(name, 'value');
  const denied = credential(name, { clientId: identityWith('Key Vault Crypto User') });
  assert.equal((await failureOf(denied.proofs())).code, 'VAULT_REFUSED');
});

describe('a secret in a setting', () => {
  test('gets a token from Entra, and the vault is not asked', async () => {
    const { issuer } = credentialIssuer(cloud, settingSecretCredential(addSecret(registration).value, undefined));
    const since = cloud.journal.entries.length;
    assert.equal(decodeJwt(await issuer.request(contoso, 'graph'))['tid'], contoso);
    assert.equal(cloud.journal.entries.slice(since).filter(({ service }) => service === 'vault').length, 0);
  });

  test('that is wrong is CREDENTIAL_REFUSED, and its value stands nowhere', async () => {
    const { issuer, lines } = credentialIssuer(cloud, settingSecretCredential('abc8Q~wrong-value', undefined));
    const { code, message, detail } = await failureOf(issuer.request(contoso, 'graph'));
    assert.deepEqual([code, detail['aadsts']], ['CREDENTIAL_REFUSED', 7000215]);
    assert.equal(JSON.stringify([message, detail, lines]).includes('wrong-value'), false);
  });
});
