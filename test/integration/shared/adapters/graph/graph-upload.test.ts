/** Attachments of every size, and uploads that are interrupted and go on. */

import assert from 'node:assert/strict';
import { after, afterEach, beforeEach, describe, test } from 'node:test';
import { contentOf } from '../../../../../local/cloud/mail/content.ts';
import type { Content } from '../../../../../shared/mail/job/mail.ts';
import { startTestCloud } from '../../../../support/cloud.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';
import {
  aFile,
  aGraphMail,
  assertDeliveredOnce,
  assertWhole,
  copiesOf,
  folders,
  GraphDelivery,
  graphToken,
  receiver,
  sender,
  withoutLimits,
} from '../../../../support/graph-delivery.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
beforeEach(() => withoutLimits(cloud));
afterEach(() => cloud.faults.clear());

const mebibyte = 1024 * 1024;

/** How many requests there were, by operation. */
function asked(index: number): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { operation } of cloud.journal.entries.slice(index)) counts[operation] = (counts[operation] ?? 0) + 1;
  return counts;
}

describe('an attachment', () => {
  const sizes: Record<string, { bytes: number; requests: Record<string, number> }> = {
    'of no octets': { bytes: 0, requests: { sendMail: 1 } },
    'that fits into the request': { bytes: 2_990_000, requests: { sendMail: 1 } },
    'that does not fit into the request beside the mail': {
      bytes: 2_999_999,
      requests: { createMessage: 1, addAttachment: 1, sendMessage: 1 },
    },
    'of 3 MB': {
      bytes: 3_000_000,
      requests: { createMessage: 1, createUploadSession: 1, uploadRange: 1, sendMessage: 1 },
    },
    'of just one range': {
      bytes: 3_932_160,
      requests: { createMessage: 1, createUploadSession: 1, uploadRange: 1, sendMessage: 1 },
    },
    'of one octet more than a range': {
      bytes: 3_932_161,
      requests: { createMessage: 1, createUploadSession: 1, uploadRange: 2, sendMessage: 1 },
    },
    'of 25 MB': {
      bytes: 25 * mebibyte,
      requests: { createMessage: 1, createUploadSession: 1, uploadRange: 7, sendMessage: 1 },
    },
  };
  for (const [what, { bytes, requests }] of Object.entries(sizes)) {
    test(`${what} arrives to the octet`, async () => {
      const index = cloud.journal.entries.length;
      const mail = await aGraphMail({}, [aFile('file.bin', bytes)]);
      assert.equal(await new GraphDelivery(cloud, mail, await graphToken(cloud)).run(), 'sent');
      assert.deepEqual(asked(index), requests);
      assertDeliveredOnce(cloud, mail);
      await assertWhole(cloud, mail);
    });
  }

  test('of 120 MB goes range by range, and never as a whole through memory', async () => {
    const bytes = 120 * mebibyte;
    let longest = 0;
    const content: Content = {
      bytes,
      whole: () => assert.fail('the whole was asked for'),
      range(start, end) {
        longest = Math.max(longest, end - start);
        return Promise.resolve(octetsFrom(start, end));
      },
    };
    const bare = await aGraphMail();
    const mail = { ...bare, attachments: [{ name: 'huge.bin', contentType: 'application/zip', content }], bytes };
    const delivery = new GraphDelivery(cloud, mail, await graphToken(cloud));
    assert.equal(await delivery.run(), 'sent');
    assert.ok(longest <= 4_000_000, String(longest));
    const received = copiesOf(cloud, mail).find(({ mailbox }) => mailbox === receiver)?.attachments[0];
    assert.ok(received);
    assert.equal(Buffer.compare(contentOf(cloud, received.content), octetsFrom(0, bytes)), 0);
  });

  test('of more than the mailbox may send is JOB_TOO_LARGE, and no draft stays', async () => {
    cloud.state.limits.sending.messageBytes = 5_000_000;
    const mail = await aGraphMail({}, [aFile('file.bin', 9_000_000)]);
    assert.equal(await new GraphDelivery(cloud, mail, await graphToken(cloud)).run(), 'JOB_TOO_LARGE');
    assert.deepEqual(folders(cloud, mail), []);
  });

  test('of more than 150 MB is refused before anything is asked of Graph', async () => {
    const content = {
      ...aFile('', 0),
      bytes: 150 * mebibyte + 1,
      whole: () => assert.fail(),
      range: () => assert.fail(),
    };
    const bare = await aGraphMail();
    const mail = { ...bare, attachments: [{ name: 'file.bin', contentType: 'application/zip', content }] };
    const index = cloud.journal.entries.length;
    const error = await failureOf(new GraphDelivery(cloud, mail, await graphToken(cloud)).send());
    assert.deepEqual([error.code, error.detail['field']], ['TRANSPORT_CANNOT', '/attachments/0/content']);
    assert.equal(cloud.journal.entries.length, index);
  });
});

describe('an upload', () => {
  /** Two ranges are there, the answer to the third is lost. */
  async function interrupted(when: 'before' | 'after'): Promise<GraphDelivery> {
    const fault = { kind: 'cut', when } as const;
    cloud.faults.add({ service: 'upload', operation: 'uploadRange', skip: 2, times: 1, fault });
    const mail = await aGraphMail({}, [aFile('first.bin', 10), aFile('file.bin', 15_000_000)]);
    const delivery = new GraphDelivery(cloud, mail, await graphToken(cloud));
    assert.equal((await failureOf(delivery.send())).code, 'GRAPH_UNAVAILABLE');
    return delivery;
  }

  for (const [when, left] of [
    ['before', 2],
    ['after', 1],
  ] as const) {
    test(`that broke off ${when} a range was taken goes on with what Graph does not have`, async () => {
      const delivery = await interrupted(when);
      assert.equal(delivery.progress?.upload?.next, 2 * 3_932_160);
      const index = cloud.journal.entries.length;
      await delivery.send();
      assert.deepEqual(asked(index), {
        ...{ listAttachments: 2, getUploadSession: 1 },
        ...{ uploadRange: left, sendMessage: 1 },
      });
      assertDeliveredOnce(cloud, delivery.mail);
      await assertWhole(cloud, delivery.mail);
    });
  }

  test('writes its address down sealed, and shows it in no error', async () => {
    const delivery = await interrupted('before');
    const [session] = cloud.state.uploadSessions.slice(-1);
    assert.ok(session);
    assert.doesNotMatch(JSON.stringify(delivery.recorded), /https:|authtoken/);
    assert.equal(JSON.stringify(delivery.recorded).includes(session.token), false);
    cloud.faults.add({ service: 'upload', fault: { kind: 'answer', status: 400 } });
    const error = await failureOf(delivery.send());
    assert.equal(shownOf(error).includes(session.token), false);
  });

  test('whose address was sealed for another job, or by a key that is gone, begins anew', async () => {
    for (const spoil of [
      (sealed: string) => sealed.replace(/^1 /, '2 '),
      (sealed: string) => `${sealed.slice(0, -4)}AAA=`,
    ]) {
      const delivery = await interrupted('before');
      const { progress } = delivery;
      assert.ok(progress?.upload);
      delivery.progress = { ...progress, upload: { ...progress.upload, sealedUrl: spoil(progress.upload.sealedUrl) } };
      const index = cloud.journal.entries.length;
      await delivery.send();
      assert.deepEqual([asked(index)['createUploadSession'], asked(index)['uploadRange']], [1, 4]);
      assertDeliveredOnce(cloud, delivery.mail);
      await assertWhole(cloud, delivery.mail);
    }
  });

  test('whose session has ended begins anew', async () => {
    const delivery = await interrupted('before');
    cloud.state.uploadSessions.length = 0;
    await delivery.send();
    assertDeliveredOnce(cloud, delivery.mail);
    await assertWhole(cloud, delivery.mail);
  });

  test('whose session ends between two ranges begins anew with the next try', async () => {
    cloud.faults.add({
      ...{ service: 'upload', operation: 'uploadRange', skip: 1, times: 1 },
      fault: { kind: 'answer', status: 404, code: 'ErrorItemNotFound' },
    });
    const mail = await aGraphMail({}, [aFile('file.bin', 9_000_000)]);
    const delivery = new GraphDelivery(cloud, mail, await graphToken(cloud));
    assert.equal((await failureOf(delivery.send())).code, 'GRAPH_UNAVAILABLE');
    cloud.state.uploadSessions.length = 0;
    assert.equal(await delivery.run(), 'sent');
    await assertWhole(cloud, mail);
  });

  test('of which the last answer was lost is not made twice', async () => {
    cloud.faults.add({
      ...{ service: 'upload', operation: 'uploadRange', skip: 2, times: 1 },
      fault: { kind: 'answer', status: 504, when: 'after' },
    });
    const mail = await aGraphMail({}, [aFile('file.bin', 9_000_000)]);
    const delivery = new GraphDelivery(cloud, mail, await graphToken(cloud));
    await failureOf(delivery.send());
    const index = cloud.journal.entries.length;
    await delivery.send();
    assert.deepEqual(asked(index), { listAttachments: 2, sendMessage: 1 });
    assertDeliveredOnce(cloud, mail);
  });

  test('that takes long is left to another worker range by range, and each one goes on', async () => {
    const mail = await aGraphMail({}, [aFile('file.bin', 9_000_000)]);
    const delivery = new GraphDelivery(cloud, mail, await graphToken(cloud), { within: 0 });
    const index = cloud.journal.entries.length;
    const error = await failureOf(delivery.send());
    assert.deepEqual([error.code, error.retryAfterSeconds], ['MAILBOX_PACED', 1]);
    assert.deepEqual(asked(index), { createMessage: 1, createUploadSession: 1, uploadRange: 1 });
    assert.equal(await delivery.run(), 'sent');
    assert.deepEqual(delivery.history, ['MAILBOX_PACED']);
    assert.equal(asked(index)['uploadRange'], 3);
    assertDeliveredOnce(cloud, mail);
    await assertWhole(cloud, mail);
  });

  test('is throttled with the time that Graph names', async () => {
    const fault = { kind: 'answer', status: 429, retryAfter: { seconds: 17 } } as const;
    cloud.faults.add({ service: 'upload', times: 1, fault });
    const mail = await aGraphMail({}, [aFile('file.bin', 3_000_000)]);
    const { code, retryAfterSeconds } = await failureOf(new GraphDelivery(cloud, mail, await graphToken(cloud)).send());
    assert.deepEqual([code, retryAfterSeconds], ['SEND_THROTTLED', 17]);
  });

  test('sends the upload host no token, which it would refuse', async () => {
    const mail = await aGraphMail({}, [aFile('file.bin', 3_000_000)]);
    const index = cloud.journal.entries.length;
    await new GraphDelivery(cloud, mail, await graphToken(cloud)).send();
    const [range] = cloud.journal.entries.slice(index).filter(({ service }) => service === 'upload');
    assert.deepEqual([range?.status, range?.request?.authorization], [201, 'none']);
  });
});

describe('a draft that an earlier worker left', () => {
  async function left(): Promise<GraphDelivery> {
    cloud.faults.add({ service: 'graph', operation: 'addAttachment', skip: 1, times: 1, fault: { kind: 'cut' } });
    const files = [aFile('a.bin', 2_900_000), aFile('b.bin', 200_000), aFile('c.bin', 200_000)];
    const delivery = new GraphDelivery(cloud, await aGraphMail({}, files), await graphToken(cloud));
    assert.equal((await failureOf(delivery.send())).code, 'GRAPH_UNAVAILABLE');
    assert.equal(delivery.progress?.attached, 2);
    return delivery;
  }
  const draftOf = ({ mail }: GraphDelivery) => copiesOf(cloud, mail).find(({ isDraft }) => isDraft);

  test('is gone on with', async () => {
    const delivery = await left();
    const index = cloud.journal.entries.length;
    await delivery.send();
    assert.deepEqual(asked(index), { listAttachments: 2, addAttachment: 1, sendMessage: 1 });
    assertDeliveredOnce(cloud, delivery.mail);
    await assertWhole(cloud, delivery.mail);
  });

  test('is gone on with, attachment by attachment where that takes long', async () => {
    const files = [aFile('a.bin', 2_900_000), aFile('b.bin', 2_900_000), aFile('c.bin', 2_900_000)];
    const delivery = new GraphDelivery(cloud, await aGraphMail({}, files), await graphToken(cloud), { within: 0 });
    assert.equal((await failureOf(delivery.send())).code, 'MAILBOX_PACED');
    assert.equal(delivery.progress?.attached, 2);
    await delivery.send();
    assertDeliveredOnce(cloud, delivery.mail);
    await assertWhole(cloud, delivery.mail);
  });

  test('and that somebody has removed, or taken an attachment from, is made anew', async () => {
    const spoilt: readonly ((delivery: GraphDelivery) => void)[] = [
      (delivery) => {
        const draft = draftOf(delivery);
        cloud.state.messages.splice(
          cloud.state.messages.findIndex((one) => one === draft),
          1,
        );
      },
      (delivery) => draftOf(delivery)?.attachments.pop(),
      (delivery) => {
        const [first] = draftOf(delivery)?.attachments ?? [];
        for (let more = 0; more < 5; more += 1) if (first) draftOf(delivery)?.attachments.push({ ...first });
      },
    ];
    for (const spoil of spoilt) {
      const delivery = await left();
      spoil(delivery);
      assert.equal(await delivery.run(), 'sent');
      assertDeliveredOnce(cloud, delivery.mail);
      await assertWhole(cloud, delivery.mail);
    }
  });

  test('and to which a late request of that worker adds an attachment is not sent so', async (t) => {
    const delivery = await left();
    const stop = cloud.faults.watches.add({
      ...{ service: 'graph', operations: ['addAttachment'], when: 'after' },
      seen: () => {
        const attachments = draftOf(delivery)?.attachments;
        const [first] = attachments ?? [];
        if (first) attachments?.push({ ...first, id: `${first.id}x` });
      },
    });
    t.after(stop);
    assert.equal((await failureOf(delivery.send())).code, 'GRAPH_UNAVAILABLE');
    assert.deepEqual(folders(cloud, delivery.mail), []);
  });

  test('is removed when Graph refuses the mail for good', async () => {
    for (const operation of ['addAttachment', 'sendMessage']) {
      cloud.faults.add({ service: 'graph', operation, times: 1, fault: { kind: 'answer', status: 400 } });
      const files = [aFile('a.bin', 2_900_000), aFile('b.bin', 200_000)];
      const delivery = new GraphDelivery(cloud, await aGraphMail({}, files), await graphToken(cloud));
      assert.equal(await delivery.run(), 'SEND_REJECTED');
      assert.deepEqual(folders(cloud, delivery.mail), []);
      cloud.faults.clear();
    }
  });

  test('is made anew when its send was refused for good and what stood in the way is mended', async () => {
    for (const isRecorded of [true, false]) {
      cloud.faults.add({
        ...{ service: 'graph', operation: 'sendMessage', times: 1 },
        fault: { kind: 'answer', status: 403 },
      });
      if (!isRecorded)
        cloud.faults.add({ ...{ service: 'graph', operation: 'deleteMessage', times: 1 }, fault: { kind: 'cut' } });
      const delivery = new GraphDelivery(
        cloud,
        await aGraphMail({ delivery: 'exactly-once' }),
        await graphToken(cloud),
      );
      assert.equal((await failureOf(delivery.send())).code, isRecorded ? 'SEND_FORBIDDEN' : 'GRAPH_UNAVAILABLE');
      assert.equal(await delivery.run(), 'sent');
      assertDeliveredOnce(cloud, delivery.mail);
    }
  });

  test('is removed in the end, also when that fails at first', async () => {
    cloud.faults.add({
      service: 'graph',
      operation: 'deleteMessage',
      times: 3,
      fault: { kind: 'answer', status: 503 },
    });
    cloud.faults.add({ service: 'graph', operation: 'sendMessage', fault: { kind: 'answer', status: 400 } });
    const delivery = new GraphDelivery(cloud, await aGraphMail({ delivery: 'exactly-once' }), await graphToken(cloud));
    assert.equal(await delivery.run(), 'SEND_REJECTED');
    assert.deepEqual(delivery.history, [...Array<string>(3).fill('GRAPH_UNAVAILABLE'), 'SEND_REJECTED']);
    assert.deepEqual(folders(cloud, delivery.mail), []);
  });

  test('is removed when its job is discarded, written down or not', async () => {
    const written = await left();
    await written.discard();
    assert.deepEqual(folders(cloud, written.mail), []);
    const unwritten = await left();
    unwritten.progress = undefined;
    await unwritten.discard();
    assert.deepEqual(folders(cloud, unwritten.mail), []);
  });

  test('and that was sent stays when its job is discarded', async () => {
    for (const delivery of ['standard', 'exactly-once']) {
      const sent = new GraphDelivery(cloud, await aGraphMail({ delivery }), await graphToken(cloud));
      await sent.run();
      await sent.discard();
      assert.deepEqual(folders(cloud, sent.mail), [`sentitems ${sender}`, `inbox ${receiver}`]);
    }
  });
});

/** Octets that tell where in the whole they stand. */
function octetsFrom(start: number, end: number): Buffer {
  const octets = Buffer.allocUnsafe(end - start);
  for (let at = start; at < end; at += 1) octets[at - start] = (at ^ (at >>> 8) ^ (at >>> 16) ^ (at >>> 24)) & 0xff;
  return octets;
}
