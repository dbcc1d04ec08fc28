import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendGraph } from '../../../functions/send-graph.ts';
import { contoso } from '../../support/app-identity.ts';
import { failing } from '../../support/failing.ts';
import { anInvocation } from '../../support/invocation.ts';
import { aMailJob, aParsedMailJob } from '../../support/mail-job.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { aTenant } from '../../support/tenant.ts';
import { plainly } from './plainly.ts';

test('it takes messages of the send queue of Graph from the storage account of the host', () => {
  const { connection, queueName } = sendGraph(memoryServices().services);
  assert.deepEqual([connection, queueName], ['AzureWebJobsStorage', 'mail-graph']);
});

test('a mail job is sent, and the log of the invocation says so', async () => {
  const { services, tenants, sent, outcomes } = memoryServices();
  await tenants.save(aTenant());
  const { context, lines } = anInvocation('sendGraph');
  await sendGraph(services).handler(aMailJob(), context);
  assert.deepEqual(sent, [aParsedMailJob()]);
  assert.equal(outcomes.row(contoso, 'invoice-4711')?.state, 'sent');
  assert.deepEqual(lines, [
    `information {"event":"job.sent","tenantId":"${contoso}","id":"invoice-4711","requestId":"request-1"}`,
  ]);
});

test('a message that is no mail job is no failure of the function: it is dealt with', async () => {
  const { services, queue } = memoryServices();
  await sendGraph(services).handler('junk', anInvocation().context);
  assert.equal(queue.poisoned.length, 1);
});

test('a message that storage keeps from being sent is no failure either: it is put back', async () => {
  const { services, outcomes, tenants, queue, sent } = memoryServices();
  await tenants.save(aTenant());
  outcomes.insert = failing('STORAGE_UNAVAILABLE');
  await sendGraph(services).handler(aMailJob(), anInvocation().context);
  assert.deepEqual(queue.returned, [{ text: JSON.stringify(aMailJob()), delayMilliseconds: 60_000 }]);
  assert.deepEqual([sent, queue.poisoned], [[], []]);
});

test('a mail that has left without a row fails the function, so that the queue brings the message again', async () => {
  const { services, outcomes, tenants, sent } = memoryServices();
  await tenants.save(aTenant());
  outcomes.replace = failing('STORAGE_UNAVAILABLE', { cause: new Error('secret') });
  const { context, lines } = anInvocation('sendGraph');
  await assert.rejects(async () => sendGraph(services).handler(aMailJob(), context), plainly('STORAGE_UNAVAILABLE'));
  assert.equal(sent.length, 1);
  assert.deepEqual(lines.slice(1), ['error {"event":"trigger.failed","code":"STORAGE_UNAVAILABLE"}']);
});

test('an error that nobody foresaw fails the function, and neither the host nor the log gets a word of it', async () => {
  const { services, outcomes, tenants } = memoryServices();
  await tenants.save(aTenant());
  outcomes.insert = () => Promise.reject(new TypeError('to anna@customer.example'));
  const { context, lines } = anInvocation('sendGraph');
  await assert.rejects(async () => sendGraph(services).handler(aMailJob(), context), plainly('UNEXPECTED'));
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^error \{"event":"unexpected","kinds":"TypeError"/);
  assert.doesNotMatch(lines.join(), /anna/);
});
