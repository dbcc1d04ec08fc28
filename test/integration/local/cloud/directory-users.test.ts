/** Users and the organization as Graph tells of them. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { aToken, customers, startTestCloud } from '../../../support/cloud.ts';
import { anna, refusal, sender } from './graph-requests.ts';

const { contoso, fabrikam } = customers;
const cloud = await startTestCloud({
  seed({ mailboxes }) {
    mailboxes.push({
      tenantId: contoso.id,
      id: '99999999-0000-4000-8000-000000000001',
      address: `desk@${contoso.domain}`,
      displayName: 'Desk',
      licensed: false,
    });
  },
});
after(() => cloud.stop());

const idOf = (address: string): string => cloud.state.mailboxes.find((one) => one.address === address)?.id ?? '';

async function get(path: string, roles: string[] = ['User.Read.All'], tid: string = contoso.id): Promise<Response> {
  const authorization = `Bearer ${await aToken(cloud, { roles, tid })}`;
  return cloud.fetch(`${cloud.urls.graph}/v1.0/${path}`, { headers: { authorization } });
}

const anObject = z.record(z.string(), z.unknown());
const aCollection = z.object({ value: z.array(anObject), '@odata.nextLink': z.string().optional() });
const json = async (response: Response): Promise<Record<string, unknown>> => {
  assert.equal(response.status, 200);
  return anObject.parse(await response.json());
};
const collection = async (response: Response) => aCollection.parse(await json(response));

describe('a user', () => {
  test('is found by id and by user principal name in any case, with the properties that Graph gives by itself', async () => {
    const expected = {
      '@odata.context': `${cloud.urls.graph}/v1.0/$metadata#users/$entity`,
      businessPhones: [],
      displayName: 'Post',
      givenName: null,
      jobTitle: null,
      mail: sender,
      mobilePhone: null,
      officeLocation: null,
      preferredLanguage: null,
      surname: null,
      userPrincipalName: sender,
      id: idOf(sender),
    };
    assert.deepEqual(await json(await get(`users/${idOf(sender)}`)), expected);
    assert.deepEqual(await json(await get(`users/${sender.toUpperCase()}`)), expected);
  });

  test('has the properties that $select names, and no others', async () => {
    assert.deepEqual(await json(await get(`users/${sender}?$select=accountEnabled,id,assignedLicenses`)), {
      '@odata.context': `${cloud.urls.graph}/v1.0/$metadata#users(accountEnabled,id,assignedLicenses)/$entity`,
      accountEnabled: true,
      id: idOf(sender),
      assignedLicenses: [{ disabledPlans: [], skuId: '6fd2c87f-b296-42f0-b197-1e91e994b900' }],
    });
  });

  test('without a licence has neither licences nor an address for mail', async () => {
    const user = await json(await get(`users/desk@${contoso.domain}?$select=mail,assignedLicenses,userPrincipalName`));
    assert.deepEqual(
      [user['mail'], user['assignedLicenses'], user['userPrincipalName']],
      [null, [], `desk@${contoso.domain}`],
    );
  });

  test('is refused where $select names what users do not have', async () => {
    assert.deepEqual(await refusal(await get(`users/${sender}?$select=id,shoeSize`)), {
      status: 400,
      code: 'BadRequest',
      message:
        "Parsing OData Select and Expand failed: Could not find a property named 'shoeSize' on type 'microsoft.graph.user'.",
    });
  });

  test('that is not there, or of another tenant, is not found', async () => {
    for (const user of [`nobody@${contoso.domain}`, `post@${fabrikam.domain}`]) {
      assert.deepEqual(await refusal(await get(`users/${user}`)), {
        status: 404,
        code: 'Request_ResourceNotFound',
        message: `Resource '${user}' does not exist or one of its queried reference-property objects are not present.`,
      });
    }
  });

  test('is told to a role that may read users only, and nobody else learns whether it is there', async () => {
    for (const role of ['User.Read.All', 'Directory.Read.All']) {
      assert.equal((await get(`users/${sender}`, [role])).status, 200);
    }
    for (const user of [sender, `nobody@${contoso.domain}`]) {
      assert.deepEqual(await refusal(await get(`users/${user}`, ['Mail.Send', 'Organization.Read.All'])), {
        status: 403,
        code: 'Authorization_RequestDenied',
        message: 'Insufficient privileges to complete the operation.',
      });
    }
  });

  test('can be read only', async () => {
    const authorization = `Bearer ${await aToken(cloud, { roles: ['User.ReadWrite.All'] })}`;
    const response = await cloud.fetch(`${cloud.urls.graph}/v1.0/users/${sender}`, {
      method: 'DELETE',
      headers: { authorization },
    });
    assert.equal(response.status, 405);
  });
});

describe('users', () => {
  test('are listed in pages', async () => {
    const first = await collection(await get('users?$top=2&$select=userPrincipalName'));
    assert.deepEqual(first.value, [{ userPrincipalName: sender }, { userPrincipalName: anna }]);
    const next = first['@odata.nextLink'] ?? '';
    assert.ok(next.startsWith(`${cloud.urls.graph}/v1.0/users?`));
    const second = await collection(await get(next.slice(`${cloud.urls.graph}/v1.0/`.length)));
    assert.deepEqual(second, { value: [{ userPrincipalName: `desk@${contoso.domain}` }] });
  });

  test('are filtered by one property', async () => {
    const { value } = await collection(await get(`users?$filter=mail eq '${anna}'&$select=displayName`));
    assert.deepEqual(value, [{ displayName: 'Anna' }]);
    assert.equal((await get("users?$filter=startswith(mail,'a')")).status, 501);
  });

  test('are refused with a page of no size', async () => {
    for (const top of ['0', '1000', 'x']) {
      assert.deepEqual((await refusal(await get(`users?$top=${top}`))).code, 'Request_BadRequest');
    }
  });
});

describe('the organization', () => {
  test("is that of the token's tenant", async () => {
    const { value } = await collection(await get('organization', ['Organization.Read.All'], fabrikam.id));
    assert.deepEqual(
      value.map(({ id, displayName, verifiedDomains }) => ({ id, displayName, verifiedDomains })),
      [
        {
          id: fabrikam.id,
          displayName: fabrikam.displayName,
          verifiedDomains: [
            {
              capabilities: 'Email, OfficeCommunicationsOnline',
              isDefault: true,
              isInitial: true,
              name: fabrikam.domain,
              type: 'Managed',
            },
          ],
        },
      ],
    );
  });

  test('has the properties that $select names', async () => {
    const { value } = await collection(await get('organization?$select=displayName', ['Organization.Read.All']));
    assert.deepEqual(value, [{ displayName: contoso.displayName }]);
  });

  test('is refused to a role that may not read it', async () => {
    assert.equal((await refusal(await get('organization', ['User.Read.All']))).code, 'Authorization_RequestDenied');
  });
});
