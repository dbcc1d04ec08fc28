import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import { z } from 'zod';
import { startTestCloud, vendor } from '../../../support/cloud.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
afterEach(() => cloud.faults.clear());

const VAULT = 'https://vault.azure.net';
const granted = z.object({ access_token: z.string(), expires_on: z.string(), client_id: z.string() });

const ask = (parameters: Record<string, string>): Promise<Response> =>
  fetch(`${cloud.urls.identity}/msi/token?${new URLSearchParams({ 'api-version': '2019-08-01', ...parameters })}`, {
    headers: { 'x-identity-header': cloud.identityHeader },
  });

const token = async (parameters: Record<string, string> = {}): Promise<z.infer<typeof granted>> =>
  granted.parse(await (await ask({ resource: VAULT, client_id: vendor.identityClientId, ...parameters })).json());

/** Lets the endpoint's clock run ahead. */
const pass = (hours: number): void => {
  cloud.faults.add({ service: 'identity', fault: { kind: 'clock', seconds: hours * 3600 } });
};

describe('the endpoint gives the same token again', () => {
  test('for as long as it lasts, whatever way the identity is named', async () => {
    const first = await token();
    const { principalId } = cloud.state.identities[0] ?? { principalId: '' };
    pass(23);
    assert.deepEqual(await token(), first);
    const byObject = await ask({ resource: VAULT, object_id: principalId });
    assert.equal(granted.parse(await byObject.json()).access_token, first.access_token);
  });

  test('but another for another resource, and a new one shortly before the end', async () => {
    const first = await token();
    const storage = await token({ resource: 'https://storage.azure.com' });
    assert.notEqual(storage.access_token, first.access_token);
    pass(24);
    const second = await token();
    assert.notEqual(second.access_token, first.access_token);
    assert.ok(Number(second.expires_on) - Number(first.expires_on) >= 23 * 3600);
  });

  test('and none of another identity', async (t) => {
    const other = { clientId: crypto.randomUUID(), principalId: crypto.randomUUID(), name: 'id-other', vaultRoles: [] };
    cloud.state.identities.push(other);
    t.after(() => cloud.state.identities.pop());
    const { access_token: accessToken } = await token({ client_id: other.clientId });
    assert.equal(decodeJwt(accessToken)['oid'], other.principalId);
  });
});

describe('a system-assigned identity', () => {
  const own = { clientId: crypto.randomUUID(), principalId: crypto.randomUUID(), name: 'func-app', vaultRoles: [] };

  test('answers where none is named, beside the user-assigned ones', async (t) => {
    cloud.state.identities.push({ ...own, systemAssigned: true });
    t.after(() => cloud.state.identities.pop());
    const { client_id: clientId, access_token: accessToken } = granted.parse(
      await (await ask({ resource: VAULT })).json(),
    );
    assert.equal(clientId, own.clientId);
    assert.equal(decodeJwt(accessToken)['oid'], own.principalId);
    assert.equal((await token()).client_id, vendor.identityClientId);
    assert.equal((await token({ client_id: own.clientId })).client_id, own.clientId);
  });

  test('is no resource that could be named by its id', async (t) => {
    cloud.state.identities.push({ ...own, systemAssigned: true });
    t.after(() => cloud.state.identities.pop());
    const id = `/subscriptions/s/resourcegroups/g/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${own.name}`;
    assert.equal((await ask({ resource: VAULT, mi_res_id: id })).status, 400);
  });

  test('is not replaced by the only user-assigned one where there is none', async () => {
    const answer = await ask({ resource: VAULT });
    assert.equal(answer.status, 400);
    assert.match(await answer.text(), /Unable to load the proper Managed Identity\./);
  });
});

test('a resource of another cloud is as unknown as any other, and why stands in the journal alone', async () => {
  for (const resource of [
    'api://AzureADTokenExchangeUSGov',
    'api://AzureADTokenExchangeChina',
    'https://vault.usgovcloudapi.net',
    'https://vault.azure.cn',
    'https://api.example.com',
    `${VAULT}/.default`,
  ]) {
    const answer = await ask({ resource, client_id: vendor.identityClientId });
    assert.equal(answer.status, 500, resource);
    const body = z.strictObject({ statusCode: z.literal(500), message: z.string(), correlationId: z.guid() });
    const { message, correlationId } = body.parse(await answer.json());
    assert.equal(message, 'An unexpected error occured while fetching the AAD Token.');
    assert.equal(answer.headers.get('x-correlation-id'), correlationId);
    assert.match(cloud.journal.entries.at(-1)?.reason ?? '', /^AADSTS500011/);
  }
});
