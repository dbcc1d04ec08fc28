/** What the SDK throws where the endpoint refuses, fails or is not there, and what the app makes of it. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import { addFederatedCredential } from '../../../../../local/cloud/entra/federated-credentials.ts';
import { managedIdentity } from '../../../../../shared/adapters/entra/managed-identity.ts';
import { managedIdentityCredential } from '../../../../../shared/adapters/entra/managed-identity-credential.ts';
import { storageCall, storageClients } from '../../../../../shared/adapters/storage/storage-clients.ts';
import { vaultCall } from '../../../../../shared/adapters/vault/vault-call.ts';
import { clouds } from '../../../../../shared/clouds.ts';
import { containers, queues, tables } from '../../../../../shared/names.ts';
import { customers, startTestCloud, vendor } from '../../../../support/cloud.ts';
import { credentialIssuer } from '../../../../support/credential-issuer.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { managedIdentity as atEndpoint } from '../../../../support/managed-identity.ts';
import { vaultClients } from '../../../../support/vault-clients.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const registration = cloud.state.registrations[0];
const identity = cloud.state.identities[0];
assert.ok(registration && identity);

const contoso = customers.contoso.id;
const vaultScope = 'https://vault.azure.net/.default';

/** Of the app, as it is wrapped for it; the endpoint is found in the environment. */
function identityOf(clientId: string | undefined) {
  atEndpoint(cloud);
  return managedIdentity(clientId, 'AZURE_CLIENT_ID');
}

/** One that no test has asked for a token: the SDK keeps those for the whole process. */
function anIdentity(): string {
  const clientId = crypto.randomUUID();
  const roles = { vaultRoles: ['Key Vault Certificate User' as const] };
  cloud.state.identities.push({ clientId, principalId: crypto.randomUUID(), name: clientId, ...roles });
  return clientId;
}

describe('an identity that the endpoint does not know', () => {
  test('is IDENTITY_REFUSED, at once and with the setting', async () => {
    const since = cloud.journal.entries.length;
    const { code, detail, message } = await failureOf(identityOf(crypto.randomUUID()).getToken(vaultScope));
    assert.deepEqual([code, detail], ['IDENTITY_REFUSED', { setting: 'AZURE_CLIENT_ID', status: 400 }]);
    assert.match(message, /^AZURE_CLIENT_ID: /);
    assert.equal(cloud.journal.entries.length - since, 1);
  });

  test('is IDENTITY_REFUSED where the object id stands in place of the client id', async () => {
    assert.equal((await failureOf(identityOf(identity.principalId).getToken(vaultScope))).code, 'IDENTITY_REFUSED');
  });

  test('is IDENTITY_REFUSED where none is named and the app has none of its own', async () => {
    const { code, message } = await failureOf(identityOf(undefined).getToken(vaultScope));
    assert.equal(code, 'IDENTITY_REFUSED');
    assert.match(message, /^AZURE_CLIENT_ID: is not set/);
  });

  test('is that through the clients of vault and storage as well, and none of them asks twice', async () => {
    const unknown = identityOf(crypto.randomUUID());
    const vault = vaultClients(cloud.urls.vault, unknown);
    // Nobody asks there: the token comes first.
    const at = (service: string): string => `https://acct.${service}.core.windows.net`;
    const urls = { blob: at('blob'), queue: at('queue'), table: at('table') };
    const storage = storageClients({ kind: 'identity', urls, clientId: undefined }, unknown);
    const calls = {
      certificates: () => vaultCall('read', () => vault.certificates.getCertificate('x')),
      secrets: () => vaultCall('read', () => vault.secrets.getSecret('x')),
      keys: () => vaultCall('read', () => vault.keys.getKey('x')),
      signatures: () => vaultCall('sign', () => vault.cryptography('x/y').sign('PS256', new Uint8Array(32))),
      tables: () => storageCall('read', () => storage.table(tables.tenants).getEntity('x', 'y')),
      queues: () => storageCall('read', () => storage.queue(queues.mailGraph).getProperties()),
      blobs: () => storageCall('read', () => storage.container(containers.mailContent).getProperties()),
    };
    for (const [what, call] of Object.entries(calls)) {
      const since = cloud.journal.entries.length;
      assert.equal((await failureOf(call())).code, 'IDENTITY_REFUSED', what);
      const ofIdentity = cloud.journal.entries.slice(since).filter(({ service }) => service === 'identity');
      assert.equal(ofIdentity.length, 1, what);
    }
  });
});

describe('an endpoint in trouble', () => {
  test('that answers 500 is IDENTITY_UNAVAILABLE, after four tries of the SDK', async () => {
    // A resource of another cloud is such a request: of Entra's refusal the endpoint tells nothing.
    const since = Date.now();
    const { code, detail } = await failureOf(identityOf(anIdentity()).getToken('https://vault.azure.cn/.default'));
    assert.deepEqual([code, detail['status']], ['IDENTITY_UNAVAILABLE', 500]);
    assert.equal(cloud.journal.find({ service: 'identity', since, outcome: 'refused' }).length, 4);
  });

  test('that does not answer is IDENTITY_UNAVAILABLE, without a status', async (t) => {
    const id = cloud.faults.add({ service: 'identity', fault: { kind: 'down' } });
    t.after(() => cloud.faults.remove(id));
    const { code, detail } = await failureOf(identityOf(anIdentity()).getToken(vaultScope));
    assert.deepEqual([code, detail], ['IDENTITY_UNAVAILABLE', { setting: 'AZURE_CLIENT_ID', status: undefined }]);
  });
});

describe('as the credential', () => {
  const federate = (audience: string, name: string, subject: string): void =>
    addFederatedCredential(registration, {
      name,
      issuer: `https://login.microsoftonline.com/${vendor.tenantId}/v2.0`,
      subject,
      audiences: [audience],
    });
  const credentialOf = (clientId: string) =>
    managedIdentityCredential(identityOf(clientId), clientId, clouds.public.tokenExchangeResource ?? '');

  test('its token gets the tenant’s token from Entra, without a vault, a key or a secret', async () => {
    federate('api://AzureADTokenExchange', 'own', identity.principalId);
    const { issuer, lines } = credentialIssuer(cloud, credentialOf(identity.clientId));
    const since = cloud.journal.entries.length;
    assert.equal(decodeJwt(await issuer.request(contoso, 'graph'))['tid'], contoso);
    assert.deepEqual(lines, []);
    const asked = cloud.journal.entries.slice(since).map(({ service, operation }) => `${service} ${operation}`);
    assert.deepEqual(asked, ['identity token', 'entra discovery', 'entra token']);
  });

  test('one token of the identity serves every tenant until it is renewed', async () => {
    const { issuer } = credentialIssuer(cloud, credentialOf(identity.clientId));
    const since = cloud.journal.entries.length;
    await issuer.request(contoso, 'graph');
    await failureOf(issuer.request(customers.fabrikam.id, 'graph'));
    const services = cloud.journal.entries.slice(since).map(({ service }) => service);
    assert.equal(services.includes('identity'), false);
  });

  test('an identity that the registration does not trust is FEDERATION_REFUSED', async () => {
    const { issuer } = credentialIssuer(cloud, credentialOf(anIdentity()));
    assert.equal((await failureOf(issuer.request(contoso, 'graph'))).code, 'FEDERATION_REFUSED');
  });

  test('a trust for the audience of another cloud is FEDERATION_REFUSED in this one', async () => {
    const clientId = anIdentity();
    const { principalId } = cloud.state.identities.at(-1) ?? { principalId: '' };
    federate('api://AzureADTokenExchangeUSGov', 'gov', principalId);
    const { issuer } = credentialIssuer(cloud, credentialOf(clientId));
    assert.equal((await failureOf(issuer.request(contoso, 'graph'))).code, 'FEDERATION_REFUSED');
  });

  test('the audiences of other clouds are none of the public cloud: its identity gives no token for them', async () => {
    const since = Date.now();
    await Promise.all(
      (['usgov', 'china'] as const).map(async (name) => {
        const resource = clouds[name].tokenExchangeResource ?? '';
        const [proof] = await managedIdentityCredential(identityOf(anIdentity()), 'x', resource).proofs();
        assert.equal((await failureOf(proof?.present(contoso) ?? Promise.resolve())).code, 'IDENTITY_UNAVAILABLE');
      }),
    );
    for (const { reason } of cloud.journal.find({ service: 'identity', since })) {
      assert.match(reason ?? '', /AADSTS500011/);
    }
  });
});
