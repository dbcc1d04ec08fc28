/** What the mailbox's rights and limits make of a message that is sent over Graph. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import type { Mailbox } from '../../../../local/cloud/state.ts';
import { customers, enterpriseAppIn, startTestCloud, type TestCloud, vendor } from '../../../support/cloud.ts';
import { call, draft, sendDraft } from './graph-mailbox.ts';
import { aFile, aMessage, anna, copies, outsider, recipient, refusal, send, sender } from './graph-requests.ts';

const tenantId = customers.contoso.id;

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());

let usual: TestCloud['state']['limits'];
beforeEach(() => {
  usual ??= structuredClone(cloud.state.limits);
  cloud.state.limits = structuredClone(usual);
  cloud.state.messages.length = 0;
  cloud.state.sendingUse.length = 0;
  cloud.state.recipientPermissions.length = 0;
  delete mailbox().exchange;
});

function mailbox(): Mailbox {
  const found = cloud.state.mailboxes.find(({ address }) => address === sender);
  assert.ok(found);
  return found;
}

const fromAnna = () => aMessage({ from: recipient(anna), toRecipients: [recipient(outsider)] });
const denied = {
  status: 403,
  code: 'ErrorAccessDenied',
  message: 'Access is denied. Check credentials and try again.',
};

describe('SendAs', () => {
  test('refuses a foreign from, of a draft when it is sent, and takes it from who may send as that', async () => {
    const refused = await refusal(await send(cloud, { message: fromAnna() }));
    assert.deepEqual([refused.status, refused.code], [403, 'ErrorSendAsDenied']);
    const { id, from } = await draft(cloud, fromAnna());
    assert.deepEqual(from, { emailAddress: { name: anna, address: anna } });
    assert.equal((await refusal(await sendDraft(cloud, id))).code, 'ErrorSendAsDenied');
    assert.deepEqual(copies(cloud, outsider), []);

    cloud.state.recipientPermissions.push({ tenantId, mailbox: anna, trustee: sender, accessRights: ['SendAs'] });
    assert.equal((await send(cloud, { message: fromAnna() })).status, 202);
    assert.equal((await sendDraft(cloud, id)).status, 202);
    assert.deepEqual(
      copies(cloud, outsider).map(({ from: shown }) => shown.address),
      [anna, anna],
    );
    assert.equal(copies(cloud, sender, 'sentitems').length, 2);
    assert.equal(copies(cloud, anna).length, 0);
  });

  test('does not turn round: who may be sent as may not send as the other', async () => {
    cloud.state.recipientPermissions.push({ tenantId, mailbox: anna, trustee: sender, accessRights: ['SendAs'] });
    const message = aMessage({ from: recipient(sender) });
    assert.equal((await refusal(await send(cloud, { message }, { as: anna }))).code, 'ErrorSendAsDenied');
  });
});

describe('RBAC for Applications', () => {
  test('sends from a mailbox in the scope of an assignment, and not from one outside, without any role', async () => {
    const objectId = enterpriseAppIn(cloud, tenantId)?.objectId;
    assert.ok(objectId);
    const { state } = cloud;
    const principal = { tenantId, appId: vendor.appId, objectId, displayName: 'Post' };
    state.exchangeServicePrincipals.push(principal);
    const scope = { kind: 'CustomResourceScope', managementScope: 'Post' } as const;
    state.managementScopes.push({
      tenantId,
      name: 'Post',
      recipientRestrictionFilter: `PrimarySmtpAddress -eq '${sender}'`,
    });
    state.roleAssignments.push({ tenantId, name: 'Post', app: objectId, role: 'Application Mail.Send', scope });
    try {
      const request = (as: string, roles: string[] = ['User.Read.All']) =>
        call(cloud, 'sendMail', { method: 'POST', body: { message: aMessage() }, roles, as });
      assert.equal((await request(sender)).status, 202);
      assert.deepEqual(await refusal(await request(anna)), denied);
      assert.equal((await request(anna, ['Mail.Send'])).status, 202);
      assert.deepEqual(await refusal(await call(cloud, 'messages', { roles: ['User.Read.All'] })), denied);
    } finally {
      state.exchangeServicePrincipals.length = 0;
      state.managementScopes.length = 0;
      state.roleAssignments.length = 0;
    }
  });

  test('does not tell an app without any right who exists', async () => {
    for (const as of [sender, `nobody@${customers.contoso.domain}`]) {
      assert.deepEqual(await refusal(await call(cloud, 'messages', { roles: ['User.Read.All'], as })), denied);
    }
  });
});

describe('limits', () => {
  const quota = 'ErrorExceededMessageLimit';

  test('refuses more messages than a minute takes, and says when to come again', async () => {
    cloud.state.limits.sending.messages = { most: 1, seconds: 60 };
    assert.equal((await send(cloud, { message: aMessage() })).status, 202);
    const { id } = await draft(cloud);
    for (const response of [await send(cloud, { message: aMessage() }), await sendDraft(cloud, id)]) {
      const seconds = Number(response.headers.get('retry-after'));
      assert.ok(seconds >= 1 && seconds <= 60, `${seconds}`);
      const got = await refusal(response);
      assert.deepEqual([got.status, got.code], [429, quota]);
    }
    assert.equal(copies(cloud, anna).length, 1);
    assert.equal(copies(cloud, sender, 'drafts').length, 1);
  });

  test('counts no message that was refused for another reason', async () => {
    cloud.state.limits.sending.messages = { most: 1, seconds: 60 };
    assert.equal((await refusal(await send(cloud, { message: aMessage({ toRecipients: [] }) }))).status, 400);
    assert.equal((await refusal(await send(cloud, { message: fromAnna() }))).status, 403);
    assert.equal((await send(cloud, { message: aMessage() })).status, 202);
  });

  test('refuses more recipients than a day takes', async () => {
    cloud.state.limits.sending.recipients = { most: 2, seconds: 86_400 };
    const three = { toRecipients: [recipient(anna), recipient(outsider)], bccRecipients: [recipient(sender)] };
    const got = await refusal(await send(cloud, { message: aMessage(three) }));
    assert.deepEqual([got.status, got.code], [403, quota]);
    assert.match(got.message, /^Cannot send mail\. Daily Message\/Recipient limit exceeded\./);
    assert.equal((await send(cloud, { message: aMessage({ ...three, bccRecipients: [] }) })).status, 202);
  });

  test('refuses more recipients of one message than the mailbox allows', async () => {
    mailbox().exchange = { recipientLimits: 1 };
    const two = aMessage({ ccRecipients: [recipient(outsider)] });
    assert.equal((await refusal(await send(cloud, { message: two }))).code, 'ErrorRecipientLimitExceeded');
    assert.equal((await send(cloud, { message: aMessage() })).status, 202);
  });

  test('refuses a message that is larger than the mailbox may send', async () => {
    mailbox().exchange = { maxSendSize: 1000 };
    const attachments = [aFile({ contentBytes: Buffer.alloc(2000).toString('base64') })];
    assert.deepEqual(await refusal(await send(cloud, { message: aMessage({ attachments }) })), {
      status: 400,
      code: 'ErrorMessageSizeExceeded',
      message: 'The message exceeds the maximum supported size., Cannot submit the message.',
    });
    assert.equal((await send(cloud, { message: aMessage() })).status, 202);
  });

  test('refuses to send from a mailbox that is full', async () => {
    await draft(cloud, { attachments: [aFile({ contentBytes: Buffer.alloc(2000).toString('base64') })] });
    mailbox().exchange = { prohibitSendQuota: 1000 };
    const { status, code } = await refusal(await send(cloud, { message: aMessage() }));
    assert.deepEqual([status, code], [507, 'ErrorQuotaExceeded']);
    assert.deepEqual(copies(cloud, anna), []);
  });
});
