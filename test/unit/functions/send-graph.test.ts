import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sendGraph } from '../../../functions/send-graph.ts';
import { contoso } from '../../support/app-identity.ts';
import { failing, withCode } from '../../support/failing.ts';
import { anInvocation } from '../../support/invocation.ts';
import { aMailJob, aParsedMailJob } from '../../support/mail-job.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { aTenant } from '../../support/tenant.ts';

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

test('a message that storage keeps from being handled fails the function, so that the queue delivers it again', async () => {
  const { services, outcomes, tenants } = memoryServices();
  await tenants.save(aTenant());
  outcomes.insert = failing('STORAGE_UNAVAILABLE');
  await assert.rejects(
    async () => sendGraph(services).handler(aMailJob(), anInvocation().context),
    withCode('STORAGE_UNAVAILABLE'),
  );
});
