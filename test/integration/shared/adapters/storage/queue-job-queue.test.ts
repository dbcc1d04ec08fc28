import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { DequeuedMessageItem } from '@azure/storage-queue';
import { waitFor } from '../../../../../local/wait.ts';
import { QueueJobQueue } from '../../../../../shared/adapters/storage/queue-job-queue.ts';
import { hours, seconds } from '../../../../../shared/clock.ts';
import { queues } from '../../../../../shared/names.ts';
import { withCode } from '../../../../support/failing.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

/** https://learn.microsoft.com/azure/storage/queues/storage-queues-introduction */
const mostBytes = 64 * 1024;

for (const { how, clients } of accounts.both) {
  describe(`a send queue over ${how}`, () => {
    const queue = clients.queue(queues.mailGraph);
    const jobs = new QueueJobQueue(queue);

    /** Takes the next message, once there is one. */
    async function taken(): Promise<DequeuedMessageItem> {
      const message = await waitFor('a message', async () => (await queue.receiveMessages()).receivedMessageItems[0]);
      await queue.deleteMessage(message.messageId, message.popReceipt);
      return message;
    }

    async function backOf(text: string): Promise<string> {
      await jobs.put(text, 0);
      return (await taken()).messageText;
    }

    test('hides a message that is put back until its delay has passed', async () => {
      const before = Date.now();
      await jobs.put('later', 2.1 * seconds);
      // Held for whole seconds, and for longer rather than for shorter than was asked.
      assert.deepEqual((await queue.peekMessages()).peekedMessageItems, []);
      const { messageText, nextVisibleOn } = await taken();
      const waited = Date.now() - before;
      assert.equal(messageText, 'later');
      assert.ok(waited >= 2 * seconds, `after ${waited} ms`);
      assert.ok(nextVisibleOn.getTime() > before);
    });

    test('shows a message that is put back without a delay at once', async () => {
      await jobs.put('now', 0);
      assert.equal((await queue.peekMessages()).peekedMessageItems[0]?.messageText, 'now');
      await taken();
    });

    test('hides a message for no longer than the service can, whatever the delay', async () => {
      await jobs.put('next month', 30 * 24 * hours);
      assert.deepEqual((await queue.peekMessages()).peekedMessageItems, []);
      await queue.clearMessages();
    });

    test('keeps what waits for ever', async () => {
      await jobs.put('a job', 0);
      // The service's word for no expiry is the last day of its calendar.
      assert.equal((await taken()).expiresOn.getUTCFullYear(), 9999);
    });

    test('counts a message that was put back as new', async () => {
      await jobs.put('a job', 0);
      assert.equal((await taken()).dequeueCount, 1);
    });

    test('puts a text back byte for byte', async () => {
      const texts = [
        JSON.stringify(aMailJob({ subject: 'Grüße aus Köln – 漢字 😀 \u2028', html: '<p class="a">&amp; &#39;</p>' })),
        JSON.stringify(aMailJob({ text: 'line\r\nline\ttab \u0001\ud800' }), undefined, 2),
        Buffer.from(JSON.stringify(aMailJob())).toString('base64'),
        '  {"leading":"and trailing"} \n',
        ']]> <!-- --> <b>&lt;</b> &amp;amp; "quoted" \'too\'',
        '007',
        'null',
      ];
      for (const text of texts) assert.equal(await backOf(text), text);
    });

    test('puts a text back that holds what XML cannot', async () => {
      // The Functions host parses a message and the app writes it again: a U+FFFF that came as an escape is now a character.
      const text = JSON.stringify(aMailJob({ text: 'a\uffffb' }));
      await jobs.put(text, 0);
      const [message] = (await queue.receiveMessages()).receivedMessageItems;
      assert.ok(message, 'the message is in the queue and can be read');
      assert.deepEqual(JSON.parse(message.messageText), JSON.parse(text));
      await queue.deleteMessage(message.messageId, message.popReceipt);
    });

    test('takes a text of 64 KiB and refuses one byte more', async () => {
      const most = `${'<&>"'.repeat(1000)}${'x'.repeat(mostBytes - 4000)}`;
      assert.equal(await backOf(most), most);
      await assert.rejects(jobs.put(`${most}x`, 0), withCode('STORAGE_UNAVAILABLE'));
      assert.deepEqual((await queue.peekMessages()).peekedMessageItems, []);
    });

    test('that is missing is trouble with storage, and nothing is lost silently', async () => {
      const nowhere = new QueueJobQueue(clients.queue('no-such-queue'));
      await assert.rejects(nowhere.put('a job', 0), withCode('STORAGE_UNAVAILABLE'));
    });
  });
}
