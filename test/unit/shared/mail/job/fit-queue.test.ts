import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fitQueue } from '../../../../../shared/mail/job/fit-queue.ts';
import { fingerprint, parseMailJob } from '../../../../../shared/mail/job/mail-job.ts';
import { postmarked, readPostmark } from '../../../../../shared/mail/sending/postmark.ts';
import { withCode } from '../../../../support/failing.ts';
import { aMailJob, anAttachment } from '../../../../support/mail-job.ts';
import { MemoryContentStore } from '../../../../support/memory-content-store.ts';

const base64 = (octets: number): string => Buffer.alloc(octets, 'x').toString('base64');

async function fitted(job: object) {
  const content = new MemoryContentStore();
  const { text, job: written } = await fitQueue(job, content);
  assert.deepEqual(JSON.parse(text), JSON.parse(JSON.stringify(written)));
  return { content, text, job: written };
}

test('a small job stays as it was written, and nothing is put into a blob', async () => {
  const job = aMailJob({ to: [{ address: 'anna@customer.example', name: 'Änna' }], attachments: [anAttachment()] });
  const { content, text, job: written } = await fitted(job);
  assert.equal(written, job);
  assert.equal(text, JSON.stringify(job));
  assert.equal(content.blobs.size, 0);
});

describe('a job that is too large for the queue', () => {
  test('has its largest content in a blob, byte for byte, and the rest in itself', async () => {
    const html = `<p>${'ä€🙂'.repeat(20_000)}</p>`;
    const { content, job } = await fitted(aMailJob({ html, text: 'It is attached.' }));
    const { job: parsed } = parseMailJob(job);
    assert.equal(parsed.text, 'It is attached.');
    assert.ok(typeof parsed.html === 'object');
    assert.equal(content.blobs.get(parsed.html.blob)?.toString(), html);
  });

  test('has an attachment in a blob as the octets that it is, and not as base64', async () => {
    const octets = Buffer.from(Array.from({ length: 100_000 }, (_, at) => at % 256));
    const attachments = [anAttachment({ content: octets.toString('base64') }), anAttachment({ name: 'small.txt' })];
    const { content, job } = await fitted(aMailJob({ attachments }));
    const [large, small] = parseMailJob(job).job.attachments;
    assert.ok(typeof large?.content === 'object' && typeof small?.content === 'string');
    assert.ok(content.blobs.get(large.content.blob)?.equals(octets));
    assert.equal(large.content.bytes, octets.length);
  });

  test('has an invitation in a blob', async () => {
    const calendar = { method: 'REQUEST', content: `BEGIN:VCALENDAR\r\n${'x'.repeat(70_000)}` };
    const { content, job } = await fitted(aMailJob({ calendar }));
    const held = parseMailJob(job).job.calendar?.content;
    assert.ok(typeof held === 'object');
    assert.equal(content.blobs.get(held.blob)?.toString(), calendar.content);
  });

  test('fits the queue with its postmark, however many pieces it takes', async () => {
    const attachments = Array.from({ length: 100 }, (_, at) =>
      anAttachment({ name: `${at}.bin`, content: base64(700 + at) }),
    );
    const { content, text, job } = await fitted(aMailJob({ attachments }));
    const row = { etag: `W/"datetime'2026-11-22T12%3A00%3A00.0000000Z'"`, tries: 0, createdAt: 1_800_000_000_000 };
    const message = postmarked(text, { turn: 1_800_000_000_000, row });
    assert.ok(Buffer.byteLength(message) <= 65_536);
    assert.deepEqual(readPostmark(message).postmark.row, row);
    assert.equal(parseMailJob(job).job.attachments.length, 100);
    assert.ok(content.blobs.size > 0);
  });

  test('is the same job when it is submitted again, so that its fingerprint is', async () => {
    const job = aMailJob({ html: 'x'.repeat(80_000), attachments: [anAttachment({ content: base64(90_000) })] });
    const [first, second] = [await fitted(job), await fitted(structuredClone(job))];
    assert.equal(fingerprint(first.job), fingerprint(second.job));
    assert.notEqual(fingerprint(first.job), fingerprint((await fitted({ ...job, html: 'y'.repeat(80_000) })).job));
  });

  test('keeps characters that XML has no place for, at the size that they take in the queue', async () => {
    const text = '\uFFFF'.repeat(20_000);
    const { content, text: message } = await fitted(aMailJob({ text }));
    // As escapes they would be 120,000 bytes, which no queue message holds.
    assert.equal([...content.blobs.values()][0]?.toString(), text);
    assert.ok(Buffer.byteLength(message) < 65_536);
    const few = await fitted(aMailJob({ text: 'a\uFFFEb\uFFFFc' }));
    assert.doesNotMatch(few.text, /[\uFFFE\uFFFF]/);
  });

  test('without content is refused, and says how large it is', async () => {
    const to = Array.from({ length: 500 }, (_, at) => ({ address: `a${at}@customer.example`, name: 'é'.repeat(200) }));
    await assert.rejects(fitQueue(aMailJob({ to }), new MemoryContentStore()), withCode('JOB_TOO_LARGE'));
  });
});
