/** RBAC for Applications as Graph obeys it: a token without Mail.Send, and mailboxes in and out of scope. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { runCmdlets } from '../../../../local/cloud/exchange/run-cmdlets.ts';
import { emptyExchange } from '../../../../local/cloud/state/exchange.ts';
import { aToken, customers, enterpriseAppIn, startTestCloud, vendor } from '../../../support/cloud.ts';
import { aMessage, anna, recipient, refusal, send, sender } from './graph-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
beforeEach(() => {
  Object.assign(cloud.state, emptyExchange(), { messages: [] });
});

const objectId = enterpriseAppIn(cloud, customers.contoso.id)?.objectId ?? '';
const registered = `New-ServicePrincipal -AppId ${vendor.appId} -ObjectId ${objectId} -DisplayName Mailer`;
const scoped = (role = 'Application Mail.Send', app = registered): string => `${app}
  New-ManagementScope -Name "Mailer scope" -RecipientRestrictionFilter "PrimarySmtpAddress -eq '${sender}'"
  New-ManagementRoleAssignment -App Mailer -Role "${role}" -CustomResourceScope "Mailer scope"`;

function setUp(script: string): void {
  const { error } = runCmdlets(cloud, script, { tenantId: customers.contoso.id });
  assert.equal(error, undefined);
}

/** With a token that the administrator's consent gave no role, unless others are named. */
async function sendAs(mailbox: string, roles?: string[], oid = objectId): Promise<Response> {
  const message = { message: aMessage({ toRecipients: [recipient('someone@elsewhere.example')] }) };
  return send(cloud, message, { as: mailbox, token: await aToken(cloud, { roles, oid, sub: oid }) });
}

async function isDenied(response: Response): Promise<void> {
  assert.deepEqual(await refusal(response), {
    status: 403,
    code: 'ErrorAccessDenied',
    message: 'Access is denied. Check credentials and try again.',
  });
  assert.deepEqual(cloud.state.messages, []);
}

describe('a token without roles', () => {
  test('sends from no mailbox', async () => {
    await isDenied(await sendAs(sender));
  });

  test('sends from a mailbox in the scope of its role assignment', async () => {
    setUp(scoped());
    assert.equal((await sendAs(sender)).status, 202);
  });

  test('does not send from a mailbox out of scope', async () => {
    setUp(scoped());
    await isDenied(await sendAs(anna));
  });

  test('sends from every mailbox where the assignment has no scope', async () => {
    setUp(`${registered}; New-ManagementRoleAssignment -App Mailer -Role "Application Mail.Send"`);
    assert.equal((await sendAs(sender)).status, 202);
    assert.equal((await sendAs(anna)).status, 202);
  });

  test('does not send by a role for something else', async () => {
    setUp(scoped('Application Mail.Read'));
    await isDenied(await sendAs(sender));
  });

  test('does not send when the principal was registered under another object id', async () => {
    setUp(scoped(undefined, registered.replace(objectId, crypto.randomUUID())));
    await isDenied(await sendAs(sender));
  });

  test('does not send by the assignment of another app', async () => {
    setUp(scoped(undefined, registered.replace(vendor.appId, crypto.randomUUID())));
    await isDenied(await sendAs(sender));
  });

  test('is told nothing about who exists', async () => {
    await isDenied(await sendAs('nobody@contoso.example'));
  });

  test('stops sending when its assignment is removed', async () => {
    setUp(scoped());
    setUp(`Remove-ManagementRoleAssignment "Application Mail.Send-${objectId}" -Confirm:$false`);
    await isDenied(await sendAs(sender));
  });

  test('stops sending when the mailbox leaves the group of the scope', async () => {
    setUp(`${registered}
      New-DistributionGroup Mailers -Members ${sender}
      New-ManagementScope s -RecipientRestrictionFilter "MemberOfGroup -eq '$((Get-DistributionGroup Mailers).DistinguishedName)'"
      New-ManagementRoleAssignment -App Mailer -Role "Application Mail.Send" -CustomResourceScope s`);
    assert.equal((await sendAs(sender)).status, 202);
    cloud.state.messages = [];
    setUp(`Remove-DistributionGroupMember Mailers -Member ${sender} -Confirm:$false`);
    await isDenied(await sendAs(sender));
  });
});

describe('a role assignment', () => {
  test('takes nothing away from a token that has the role: it sends from every mailbox', async () => {
    setUp(scoped());
    assert.equal((await sendAs(anna, ['Mail.Send'])).status, 202);
  });

  test('of Mail.ReadWrite lets a draft be made in the mailboxes of its scope only', async () => {
    setUp(scoped('Application Mail.ReadWrite'));
    const token = await aToken(cloud, { roles: undefined });
    const draft = async (mailbox: string): Promise<number> =>
      (await send(cloud, aMessage(), { token, path: `/v1.0/users/${mailbox}/messages` })).status;
    assert.equal(await draft(sender), 201);
    assert.equal(await draft(anna), 403);
  });

  test('works only once it has propagated, though Test-ServicePrincipalAuthorization sees it at once', async () => {
    cloud.state.exchangePropagation.roleAssignments = 30 * 60_000;
    setUp(scoped());
    const { output } = runCmdlets(cloud, `Test-ServicePrincipalAuthorization Mailer -Resource ${sender}`, {
      tenantId: customers.contoso.id,
    });
    assert.equal(output[0]?.['InScope'], true);
    await isDenied(await sendAs(sender));
    for (const one of [...cloud.state.roleAssignments, ...cloud.state.managementScopes]) {
      one.since = Date.now() - 31 * 60_000;
    }
    assert.equal((await sendAs(sender)).status, 202);
  });
});
