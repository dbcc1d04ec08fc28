import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { QueueEvents } from '../../../../../shared/adapters/storage/queue-events.ts';
import { jobEnded } from '../../../../../shared/mail/events.ts';
import { noon } from '../../../../support/clock.ts';
import { withCode } from '../../../../support/failing.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { startStorageAccounts, storageThatIsDown } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

for (const { how, clients } of accounts.both) {
  describe(`the events queue over ${how}`, () => {
    test('is made when it is missing, and holds each end as JSON text that never expires', async () => {
      const queue = clients.queue('mail-events');
      const events = new QueueEvents(queue);
      const ended = anOutcome({ state: 'sent', endedAt: noon });
      await events.publish(ended);
      await events.publish({ ...ended, id: 'invoice-4712' });
      const { receivedMessageItems } = await queue.receiveMessages({ numberOfMessages: 10 });
      assert.deepEqual(
        receivedMessageItems.map(({ messageText }) => JSON.parse(messageText) as unknown),
        [jobEnded(ended), jobEnded({ ...ended, id: 'invoice-4712' })],
      );
      assert.ok(receivedMessageItems.every(({ expiresOn }) => expiresOn.getUTCFullYear() > 3000));
    });
  });
}

test('an event that cannot be published is a failure, so that it is published later', async () => {
  const events = new QueueEvents((await storageThatIsDown()).queue('mail-events'));
  await assert.rejects(events.publish(anOutcome({ state: 'sent' })), withCode('STORAGE_UNAVAILABLE'));
});
