import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendMail as sendMailFunction } from '../../../functions/send-mail.ts';
import type { SendMail } from '../../../shared/mail/sending/send-mail.ts';
import { queues } from '../../../shared/names.ts';
import { contoso } from '../../support/app-identity.ts';
import { failing } from '../../support/failing.ts';
import { anInvocation } from '../../support/invocation.ts';
import { aMailJob } from '../../support/mail-job.ts';
import { aMailRoom, poisonCodes } from '../../support/mail-room.ts';
import { plainly } from './plainly.ts';

const sendGraph = (sender: SendMail) => sendMailFunction(sender, queues.mailGraph);

test('it takes messages of its queue from the storage account of the host', () => {
  const { connection, queueName } = sendMailFunction(aMailRoom().sendMail, queues.mailGraphDue);
  assert.deepEqual([connection, queueName], ['AzureWebJobsStorage', 'mail-graph-due']);
});

test('a mail job is sent', async () => {
  const { sendMail, sent, row } = aMailRoom();
  await sendGraph(sendMail).handler(aMailJob(), anInvocation('sendGraph').context);
  assert.equal(sent.length, 1);
  assert.equal(row()?.state, 'sent');
});

test('a message that is no mail job is no failure of the function: it is dealt with', async () => {
  const room = aMailRoom();
  await sendGraph(room.sendMail).handler('junk', anInvocation().context);
  assert.deepEqual(poisonCodes(room), ['JOB_NOT_JSON']);
});

test('a message that storage keeps from being sent is no failure either: it is put back', async () => {
  const { sendMail, outcomes, queue, sent } = aMailRoom();
  outcomes.commit = failing('STORAGE_UNAVAILABLE');
  await sendGraph(sendMail).handler(aMailJob(), anInvocation().context);
  assert.deepEqual(queue.returned, [{ text: JSON.stringify(aMailJob()), delayMilliseconds: 60_000 }]);
  assert.deepEqual(sent, []);
});

test('a mail that has left without a row fails the function, so that the queue brings the message again', async () => {
  const { sendMail, outcomes, carrier, sent } = aMailRoom();
  carrier.answer = () => {
    outcomes.commit = failing('STORAGE_UNAVAILABLE', { cause: new Error('secret') });
    return Promise.resolve({ requestId: undefined });
  };
  const { context, lines } = anInvocation('sendGraph');
  await assert.rejects(async () => sendGraph(sendMail).handler(aMailJob(), context), plainly('STORAGE_UNAVAILABLE'));
  assert.equal(sent.length, 1);
  assert.deepEqual(lines, ['error {"event":"trigger.failed","code":"STORAGE_UNAVAILABLE"}']);
});

test('an error that nobody foresaw fails the function, and neither the host nor the log gets a word of it', async () => {
  const { sendMail, tokens } = aMailRoom();
  tokens.get = () => Promise.reject(new TypeError('to anna@customer.example'));
  const { context, lines } = anInvocation('sendGraph');
  await assert.rejects(async () => sendGraph(sendMail).handler(aMailJob(), context), plainly('UNEXPECTED'));
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^error \{"event":"unexpected","kinds":"TypeError"/);
  assert.doesNotMatch(lines.join(), /anna/);
});

test('how often the queue has delivered it tells the last time from the others', async () => {
  const { sendMail, tokens, row } = aMailRoom();
  tokens.get = () => Promise.reject(new TypeError('a fault'));
  const { context } = anInvocation('sendGraph');
  context.triggerMetadata = { dequeueCount: 5 };
  await sendGraph(sendMail).handler(aMailJob(), context);
  assert.deepEqual([row()?.state, row()?.code, row()?.tenantId], ['failed', 'UNEXPECTED', contoso]);
});
