/** What one mailbox may send, by whatever app and protocol. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { runCmdlets } from '../../../../local/cloud/exchange/run-cmdlets.ts';
import { admitSubmission } from '../../../../local/cloud/exchange/sending-limits.ts';
import { emptyExchange } from '../../../../local/cloud/state/exchange.ts';
import { emptyLimits } from '../../../../local/cloud/state/limits.ts';
import { customers, startTestCloud } from '../../../support/cloud.ts';
import { aFile, aMessage, anna, recipient, refusal, send, sender } from './graph-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
beforeEach(() => {
  Object.assign(cloud.state, emptyLimits(), emptyExchange(), { messages: [] });
  for (const mailbox of cloud.state.mailboxes) delete mailbox.exchange;
});

const to = (count: number) => Array.from({ length: count }, (_, index) => recipient(`r${index}@elsewhere.example`));
const sendTo = (count: number, as = sender): Promise<Response> =>
  send(cloud, { message: aMessage({ toRecipients: to(count) }) }, { as });
const sent = (): number => cloud.state.messages.filter(({ folder }) => folder === 'sentitems').length;

function administrator(script: string): void {
  const { error } = runCmdlets(cloud, script, { tenantId: customers.contoso.id });
  assert.equal(error, undefined);
}

describe('messages per minute', () => {
  test('are 30 of one mailbox; the next one is refused and not sent', async () => {
    for (let count = 0; count < 30; count += 1) assert.equal((await sendTo(1)).status, 202);
    const response = await sendTo(1);
    const { status, code } = await refusal(response);
    assert.deepEqual({ status, code }, { status: 429, code: 'ErrorExceededMessageLimit' });
    assert.ok(Number(response.headers.get('retry-after')) > 0);
    assert.equal(sent(), 30);
    assert.equal((await sendTo(1, anna)).status, 202);
  });

  test('are taken again as soon as Retry-After says', async () => {
    cloud.state.limits.sending.messages = { most: 1, seconds: 1 };
    assert.equal((await sendTo(1)).status, 202);
    const refused = await sendTo(1);
    assert.equal(refused.status, 429);
    await sleep(Number(refused.headers.get('retry-after')) * 1000);
    assert.equal((await sendTo(1)).status, 202);
  });

  test('are counted over Graph and SMTP together', async () => {
    cloud.state.limits.sending.messages = { most: 2, seconds: 60 };
    const mailbox = cloud.state.mailboxes.find(({ address }) => address === sender);
    assert.ok(mailbox);
    const small = { recipients: 1, bytes: 100 };
    assert.equal(admitSubmission(cloud, 'smtp', mailbox, small), 'allowed');
    assert.equal((await sendTo(1)).status, 202);
    assert.equal(admitSubmission(cloud, 'smtp', mailbox, small), 'messages-per-minute');
    assert.equal((await sendTo(1)).status, 429);
  });

  test('do not count what was refused for another reason', async () => {
    cloud.state.limits.sending.messages = { most: 1, seconds: 60 };
    assert.equal((await sendTo(0)).status, 400);
    assert.equal((await sendTo(1)).status, 202);
  });
});

describe('recipients per day', () => {
  test('are counted over messages; a message that would go beyond is refused whole', async () => {
    cloud.state.limits.sending.recipients = { most: 5, seconds: 86_400 };
    assert.equal((await sendTo(3)).status, 202);
    assert.deepEqual(await refusal(await sendTo(3)), {
      status: 403,
      code: 'ErrorExceededMessageLimit',
      message:
        'Cannot send mail. Daily Message/Recipient limit exceeded. Follow the instructions in your Inbox to verify your account.',
    });
    assert.equal((await sendTo(2)).status, 202);
    assert.equal(sent(), 2);
  });
});

describe('recipients of one message', () => {
  const isRefused = async (count: number): Promise<void> => {
    const { status, code } = await refusal(await sendTo(count));
    assert.deepEqual({ status, code }, { status: 400, code: 'ErrorRecipientLimitExceeded' });
  };

  test('are 500', async () => {
    assert.equal((await sendTo(500)).status, 202);
    await isRefused(501);
  });

  test('are as many as the organization says', async () => {
    administrator('Set-TransportConfig -MaxRecipientEnvelopeLimit 2');
    assert.equal((await sendTo(2)).status, 202);
    await isRefused(3);
  });

  test('are as many as the mailbox says, whatever the organization says', async () => {
    administrator(`Set-TransportConfig -MaxRecipientEnvelopeLimit 2\nSet-Mailbox ${sender} -RecipientLimits 3`);
    assert.equal((await sendTo(3)).status, 202);
    await isRefused(4);
  });
});

describe('the size', () => {
  const attachments = (bytes: number) => [aFile({ contentBytes: Buffer.alloc(bytes, 'x').toString('base64') })];

  test('of a message is at most what the mailbox may send', async () => {
    administrator(`Set-Mailbox ${sender} -MaxSendSize 2KB`);
    assert.equal((await send(cloud, { message: aMessage({ attachments: attachments(1000) }) })).status, 202);
    const refused = await refusal(await send(cloud, { message: aMessage({ attachments: attachments(3000) }) }));
    assert.deepEqual([refused.status, refused.code], [400, 'ErrorMessageSizeExceeded']);
    assert.equal(sent(), 1);
  });

  test('of a mailbox beyond its quota ends its sending', async () => {
    administrator(`Set-Mailbox ${sender} -ProhibitSendQuota 1KB`);
    assert.equal((await send(cloud, { message: aMessage({ attachments: attachments(2000) }) })).status, 202);
    const refused = await refusal(await sendTo(1));
    assert.deepEqual([refused.status, refused.code], [507, 'ErrorQuotaExceeded']);
    assert.equal(sent(), 1);
    assert.equal((await sendTo(1, anna)).status, 202);
  });
});
