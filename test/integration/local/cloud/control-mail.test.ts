/** Mailboxes, messages and Exchange by the control API. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { customers, startTestCloud, vendor } from '../../../support/cloud.ts';
import { control, did, refuses } from './control-requests.ts';
import { aFile, aMessage, anna, recipient, refusal, send, sender } from './graph-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const { contoso, fabrikam } = customers;
const sendOne = (overrides: Record<string, unknown> = {}, as = sender) =>
  send(cloud, { message: aMessage(overrides) }, { as });

describe('mailboxes', () => {
  test('are listed, of one tenant if it is named', async () => {
    const addresses = async (query: string): Promise<string[]> => {
      const { mailboxes } = await did(cloud, 'GET', `/mailboxes${query}`);
      return z
        .array(z.looseObject({ address: z.string() }))
        .parse(mailboxes)
        .map(({ address }) => address);
    };
    assert.equal((await addresses('')).length, 6);
    assert.deepEqual(await addresses(`?tenantId=${fabrikam.domain}`), [
      `post@${fabrikam.domain}`,
      `anna@${fabrikam.domain}`,
    ]);
    await refuses(control(cloud, 'GET', '/mailboxes?tenantId=nobody.example'), 404);
  });

  test('are added, lose and get their licence, and are removed with what is in them', async () => {
    const address = `New@${contoso.domain}`;
    const added = await did(cloud, 'POST', '/mailboxes', { tenantId: contoso.domain, address });
    assert.deepEqual(added, { tenantId: contoso.id, id: added['id'], address, displayName: 'New' });
    assert.equal((await sendOne({ toRecipients: [recipient(address)] }, address)).status, 202);

    await did(cloud, 'PATCH', `/mailboxes/${address.toLowerCase()}`, { licensed: false });
    assert.equal((await refusal(await sendOne({}, address))).code, 'MailboxNotEnabledForRESTAPI');
    await did(cloud, 'PATCH', `/mailboxes/${address}`, { licensed: null });
    assert.equal((await sendOne({}, address)).status, 202);

    await did(cloud, 'DELETE', `/mailboxes/${address}`);
    assert.ok(!JSON.stringify(cloud.state.messages.map(({ mailbox }) => mailbox)).includes('New@'));
    assert.equal((await sendOne({}, address)).status, 404);
  });

  test('are refused without a tenant, with an address that is taken or none, and with another id', async () => {
    const taken = { tenantId: contoso.id, address: anna.toUpperCase() };
    await refuses(control(cloud, 'POST', '/mailboxes', taken), 409);
    await refuses(control(cloud, 'POST', '/mailboxes', { ...taken, tenantId: 'nobody.example' }), 404);
    await refuses(control(cloud, 'POST', '/mailboxes', { address: 'anna' }), 400, ['tenantId', 'address']);
    await refuses(control(cloud, 'PATCH', `/mailboxes/${anna}`, { address: 'x@y.example' }), 400, ['address']);
  });
});

describe('messages', () => {
  beforeEach(() => did(cloud, 'DELETE', '/messages'));

  const listed = z.array(
    z.strictObject({
      id: z.string(),
      internetMessageId: z.string(),
      mailbox: z.string(),
      folder: z.string(),
      subject: z.string(),
      receivedAt: z.number(),
    }),
  );
  const list = async (query = '') => listed.parse((await did(cloud, 'GET', `/messages${query}`))['messages']);

  test('are listed without what they say, of one mailbox and one folder if they are named', async () => {
    await sendOne({ subject: 'First', toRecipients: [recipient(anna), recipient(sender)] });
    assert.deepEqual(
      (await list()).map(({ mailbox, folder, subject }) => [mailbox, folder, subject]),
      [
        [sender, 'sentitems', 'First'],
        [anna, 'inbox', 'First'],
        [sender, 'inbox', 'First'],
      ],
    );
    assert.equal((await list(`?mailbox=${sender.toUpperCase()}`)).length, 2);
    assert.equal((await list(`?mailbox=${sender}&folder=inbox`)).length, 1);
    assert.equal((await list('?mailbox=nobody@elsewhere.example')).length, 0);
  });

  test('are given whole one by one', async () => {
    await sendOne({ body: { contentType: 'Text', content: 'All of it' }, attachments: [aFile()] });
    const [message] = await list(`?mailbox=${anna}`);
    const { body, attachments } = await did(cloud, 'GET', `/messages/${message?.id}`);
    assert.deepEqual(body, { contentType: 'text', content: 'All of it' });
    const [attachment] = z.array(z.looseObject({ content: z.base64() })).parse(attachments);
    assert.equal(Buffer.from(attachment?.content ?? '', 'base64').toString(), '42 EUR');
  });

  test('are removed from one mailbox, or all of them', async () => {
    await sendOne();
    await did(cloud, 'DELETE', `/messages?mailbox=${anna}`);
    assert.deepEqual(
      (await list()).map(({ mailbox }) => mailbox),
      [sender],
    );
    await did(cloud, 'DELETE', '/messages');
    assert.deepEqual(cloud.state.messages, []);
  });
});

describe('Exchange', () => {
  const { objectId } =
    cloud.state.enterpriseApps.find(({ tenantId }) => tenantId === contoso.id) ?? assert.fail('Contoso has no app.');

  test('runs cmdlets in a tenant, and says what PowerShell would', async () => {
    const script = [
      `New-ServicePrincipal -AppId ${vendor.appId} -ObjectId ${objectId} -DisplayName Post`,
      `Add-MailboxPermission -Identity ${anna} -User ${objectId} -AccessRights FullAccess`,
      'Set-TransportConfig -SmtpClientAuthenticationDisabled $false',
      'Get-TransportConfig',
    ].join('\n');
    const result = await did(cloud, 'POST', '/exchange', { tenantId: contoso.domain, script });
    assert.equal(result['error'], undefined);
    assert.equal(result['tenantId'], contoso.id);
    assert.match(JSON.stringify(result['output']), /"SmtpClientAuthenticationDisabled":false/);
    const { exchange } = await did(cloud, 'GET', '/state');
    const { servicePrincipals, mailboxPermissions, organizations } = z
      .looseObject({
        servicePrincipals: z.array(z.looseObject({ objectId: z.string() })),
        mailboxPermissions: z.array(z.looseObject({ mailbox: z.string(), user: z.string() })),
        organizations: z.array(z.looseObject({ smtpClientAuthenticationDisabled: z.boolean() })),
      })
      .parse(exchange);
    assert.equal(servicePrincipals[0]?.objectId, objectId);
    assert.deepEqual([mailboxPermissions[0]?.mailbox, mailboxPermissions[0]?.user], [anna, objectId]);
    assert.equal(organizations[0]?.smtpClientAuthenticationDisabled, false);
  });

  test('says where a script stopped', async () => {
    const script = 'Get-TransportConfig\nRemove-Everything -Force';
    const { error } = await did(cloud, 'POST', '/exchange', { tenantId: contoso.id, script });
    assert.equal(z.looseObject({ line: z.number() }).parse(error).line, 2);
  });
});
