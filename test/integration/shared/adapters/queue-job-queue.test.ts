import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { DequeuedMessageItem } from '@azure/storage-queue';
import { z } from 'zod';
import { waitFor } from '../../../../local/wait.ts';
import { QueueJobQueue } from '../../../../shared/adapters/queue-job-queue.ts';
import { hours, seconds } from '../../../../shared/clock.ts';
import type { PoisonEntry } from '../../../../shared/mail/job-queue.ts';
import { containers, queues } from '../../../../shared/names.ts';
import { contoso } from '../../../support/app-identity.ts';
import { withCode } from '../../../support/failing.ts';
import { aMailJob } from '../../../support/mail-job.ts';
import { startStorageAccounts } from '../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

/** https://learn.microsoft.com/azure/storage/queues/storage-queues-introduction */
const mostBytes = 64 * 1024;

const reason: PoisonEntry['reason'] = {
  code: 'JOB_INVALID',
  message: "The mail job's field /to is wrong: expected at least one recipient in to, cc or bcc.",
  remedy: 'Correct the field named and queue the job again.',
  owner: 'operator',
  field: '/to',
  expected: 'at least one recipient in to, cc or bcc',
  tenant: contoso,
  id: 'invoice-4711',
  at: '2026-11-22T12:00:00.000Z',
};

const poisoned = z.strictObject({ reason: z.record(z.string(), z.string()), message: z.string() });
const overflown = z.strictObject({ reason: z.record(z.string(), z.string()), blob: z.string() });

for (const { how, clients } of accounts.both) {
  describe(`a send queue over ${how}`, () => {
    const queue = clients.queue(queues.mailGraph);
    const poison = clients.queue(queues.mailGraphPoison);
    const container = clients.container(containers.mailContent);
    const jobs = new QueueJobQueue(queue, poison, container);

    /** Takes the next message, once there is one. */
    async function taken(from = queue): Promise<DequeuedMessageItem> {
      const message = await waitFor('a message', async () => (await from.receiveMessages()).receivedMessageItems[0]);
      await from.deleteMessage(message.messageId, message.popReceipt);
      return message;
    }

    async function backOf(text: string): Promise<string> {
      await jobs.putBack(text, 0);
      return (await taken()).messageText;
    }

    test('hides a message that is put back until its delay has passed', async () => {
      const before = Date.now();
      await jobs.putBack('later', 2.1 * seconds);
      // Held for whole seconds, and for longer rather than for shorter than was asked.
      assert.deepEqual((await queue.peekMessages()).peekedMessageItems, []);
      const { messageText, nextVisibleOn } = await taken();
      const waited = Date.now() - before;
      assert.equal(messageText, 'later');
      assert.ok(waited >= 2 * seconds, `after ${waited} ms`);
      assert.ok(nextVisibleOn.getTime() > before);
    });

    test('shows a message that is put back without a delay at once', async () => {
      await jobs.putBack('now', 0);
      assert.equal((await queue.peekMessages()).peekedMessageItems[0]?.messageText, 'now');
      await taken();
    });

    test('hides a message for no longer than the service can, whatever the delay', async () => {
      await jobs.putBack('next month', 30 * 24 * hours);
      assert.deepEqual((await queue.peekMessages()).peekedMessageItems, []);
      await queue.clearMessages();
    });

    test('keeps what waits for ever', async () => {
      await jobs.putBack('a job', 0);
      await jobs.poison({ reason, text: 'a job' });
      // The service's word for no expiry is the last day of its calendar.
      for (const from of [queue, poison]) assert.equal((await taken(from)).expiresOn.getUTCFullYear(), 9999);
    });

    test('counts a message that was put back as new', async () => {
      await jobs.putBack('a job', 0);
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
      await jobs.putBack(text, 0);
      const [message] = (await queue.receiveMessages()).receivedMessageItems;
      assert.ok(message, 'the message is in the queue and can be read');
      assert.deepEqual(JSON.parse(message.messageText), JSON.parse(text));
      await queue.deleteMessage(message.messageId, message.popReceipt);
    });

    test('keeps in poison a message that holds what XML cannot', async () => {
      const text = JSON.stringify(aMailJob({ to: [], text: 'a\ufffeb' }));
      await jobs.poison({ reason, text });
      const [message] = (await poison.receiveMessages()).receivedMessageItems;
      assert.ok(message, 'the message is in the queue and can be read');
      assert.equal(poisoned.parse(JSON.parse(message.messageText)).message, text);
      await poison.deleteMessage(message.messageId, message.popReceipt);
    });

    test('takes a text of 64 KiB and refuses one byte more', async () => {
      const most = `${'<&>"'.repeat(1000)}${'x'.repeat(mostBytes - 4000)}`;
      assert.equal(await backOf(most), most);
      await assert.rejects(jobs.putBack(`${most}x`, 0), withCode('STORAGE_UNAVAILABLE'));
      assert.deepEqual((await queue.peekMessages()).peekedMessageItems, []);
    });

    test('keeps in poison why, and the message as it came', async () => {
      const text = JSON.stringify(aMailJob({ to: [], subject: 'Grüße 😀 "quoted" \\ \r\n' }));
      await jobs.poison({ reason, text });
      const message = poisoned.parse(JSON.parse((await taken(poison)).messageText));
      assert.deepEqual(message, { reason, message: text });
    });

    test('keeps in poison what fits 64 KiB together with its reason to the last byte', async () => {
      const around = Buffer.byteLength(JSON.stringify({ reason, message: '' }));
      const text = 'x'.repeat(mostBytes - around);
      await jobs.poison({ reason, text });
      const { messageText } = await taken(poison);
      assert.equal(Buffer.byteLength(messageText), mostBytes);
      assert.equal(poisoned.parse(JSON.parse(messageText)).message, text);
    });

    test('keeps in a blob, byte for byte, what does not fit poison with its reason', async () => {
      const around = Buffer.byteLength(JSON.stringify({ reason, message: '' }));
      const texts = [
        'x'.repeat(mostBytes - around + 1),
        'x'.repeat(mostBytes),
        // Fits as text, and no longer when its characters are escaped or take more bytes than one.
        '"'.repeat(mostBytes / 2),
        'ü😀'.repeat(mostBytes / 6),
        `\ufeff\r\n${'\u0000'.repeat(20_000)}`,
      ];
      const names = new Set<string>();
      for (const text of texts) {
        await jobs.poison({ reason, text });
        const { messageText } = await taken(poison);
        assert.ok(Buffer.byteLength(messageText) < 2000);
        const message = overflown.parse(JSON.parse(messageText));
        assert.deepEqual(message.reason, reason);
        names.add(message.blob);
        const kept = await container.getBlobClient(message.blob).downloadToBuffer();
        assert.equal(kept.equals(Buffer.from(text)), true);
      }
      assert.equal(names.size, texts.length);
    });

    test('does not point poison at a blob that could not be written', async () => {
      const nowhere = new QueueJobQueue(queue, poison, clients.container('no-such-container'));
      const entry = { reason, text: 'x'.repeat(mostBytes) };
      await assert.rejects(nowhere.poison(entry), withCode('STORAGE_UNAVAILABLE'));
      assert.deepEqual((await poison.peekMessages()).peekedMessageItems, []);
    });

    test('that is missing is trouble with storage, and nothing is lost silently', async () => {
      const nowhere = new QueueJobQueue(clients.queue('no-such-queue'), clients.queue('no-such-queue'), container);
      await assert.rejects(nowhere.putBack('a job', 0), withCode('STORAGE_UNAVAILABLE'));
      await assert.rejects(nowhere.poison({ reason, text: 'a job' }), withCode('STORAGE_UNAVAILABLE'));
    });
  });
}
