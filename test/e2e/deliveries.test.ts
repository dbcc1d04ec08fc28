/** The built bundle and the ways in which a mail leaves: both deliveries, both transports, content in blobs, and a mailbox at its limit. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { contentOf } from '../../local/cloud/mail/content.ts';
import { customers, vendor } from '../../local/cloud/seed.ts';
import { setUpSmtp } from '../../local/onboarding.ts';
import { containers, queues } from '../../shared/names.ts';
import { aMailJob } from '../support/mail-job.ts';
import { bringIn, copiesOf, outcomeOf, queueMail, startTestStack, type TestStack } from '../support/stack.ts';

const { contoso, fabrikam } = customers;
let stack: TestStack;

const mail = (id: string, overrides: Record<string, unknown> = {}): Record<string, unknown> =>
  aMailJob({
    ...{ id, subject: id, tenant: contoso.id, from: `post@${contoso.domain}`, to: ['ada@customer.example'] },
    ...overrides,
  });

before(async () => {
  stack = await startTestStack({ TENANTPOST_RESOURCES: 'graph,outlook', TENANTPOST_SETTLE_SECONDS: '2' });
  const registration = stack.cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
  registration?.requiredAppRoles.push(
    { resource: 'https://graph.microsoft.com', role: 'Mail.ReadWrite' },
    { resource: 'https://outlook.office365.com', role: 'SMTP.SendAsApp' },
  );
  await bringIn(stack, contoso);
  await bringIn(stack, fabrikam);
  await setUpSmtp(stack, contoso);
});
after(async () => stack.stop());

async function queueForSmtp(job: object): Promise<void> {
  await stack.storage.queue(queues.mailSmtp).sendMessage(JSON.stringify(job));
}

/** Content that is too large for a message, where a producer puts it. */
async function inBlob(content: Buffer): Promise<{ blob: string; sha256: string; bytes: number }> {
  const blob = `jobs/${crypto.randomUUID()}`;
  await stack.storage.container(containers.mailContent).getBlockBlobClient(blob).uploadData(content);
  return { blob, sha256: createHash('sha256').update(content).digest('hex'), bytes: content.length };
}

const asked = (operation: string, since: number): number => stack.cloud.journal.count('graph', operation, since);

const alternatives = {
  text: 'In letters.',
  html: '<p>In <b>colours</b>.</p>',
  headers: Array.from({ length: 7 }, (_, index) => ({ name: `X-Number-${index}`, value: `${index}` })),
  listUnsubscribe: { url: 'https://contoso.example/unsubscribe?id=1', oneClick: true },
};

for (const transport of ['graph', 'smtp'] as const) {
  describe(`over ${transport}`, () => {
    const queue = transport === 'graph' ? (job: object) => queueMail(stack, job) : queueForSmtp;

    test('text beside HTML, seven headers and List-Unsubscribe arrive', async () => {
      const id = `alternatives-${transport}`;
      await queue(mail(id, alternatives));
      await outcomeOf(stack, id, 'sent');
      const copy = copiesOf(stack, id).find(({ folder }) => folder === 'inbox');
      assert.equal(copy?.body.content.trim(), alternatives.html);
      const names = copy.headers.map(({ name }) => name.toLowerCase());
      assert.ok(names.includes('x-number-6') && names.includes('list-unsubscribe-post'), names.join(' '));
    });

    test('a ready MIME message in a blob arrives as it is', async () => {
      const id = `ready-${transport}`;
      const to = 'ada@customer.example';
      const message = Buffer.from(
        [
          `From: post@${contoso.domain}`,
          `To: ${to}`,
          `Subject: ${id}`,
          'X-Signed: yes',
          '',
          'Signed elsewhere.',
          '',
        ].join('\r\n'),
      );
      const { subject: _, text: __, ...job } = mail(id, { mime: await inBlob(message) });
      await queue(job);
      await outcomeOf(stack, id, 'sent');
      const copy = copiesOf(stack, id).find(({ mailbox }) => mailbox === to);
      assert.equal(copy?.body.content.trim(), 'Signed elsewhere.');
    });

    test('an answer that is lost after Microsoft accepted the mail makes no second one', async () => {
      const id = `lost-${transport}`;
      const fault = { kind: 'cut', when: 'after' } as const;
      if (transport === 'graph') stack.cloud.faults.add({ service: 'graph', operation: 'sendMail', fault, times: 1 });
      else stack.cloud.faults.add({ service: 'smtp', operation: 'DATA', fault, times: 1 });
      await queue(mail(id));
      // The mailbox is asked over Graph; SMTP has no way to ask.
      await outcomeOf(stack, id, transport === 'graph' ? 'sent' : 'unknown');
      assert.equal(copiesOf(stack, id).filter(({ folder }) => folder === 'inbox').length, 1);
    });
  });
}

describe('exactly-once', () => {
  test('sends by a draft that is written down before', async () => {
    const since = Date.now();
    await queueMail(stack, mail('by-draft', { delivery: 'exactly-once' }));
    await outcomeOf(stack, 'by-draft', 'sent');
    assert.deepEqual([asked('createMessage', since), asked('sendMessage', since), asked('sendMail', since)], [1, 1, 0]);
    assert.deepEqual(
      copiesOf(stack, 'by-draft')
        .map(({ folder }) => folder)
        .sort(),
      ['inbox', 'sentitems'],
    );
  });

  for (const [operation, when] of [
    ['createMessage', 'after'],
    ['sendMessage', 'before'],
    ['sendMessage', 'after'],
  ] as const) {
    test(`leaves once, and no draft behind, when ${operation} is cut ${when} Graph acted`, async () => {
      const id = `${operation}-${when}`;
      stack.cloud.faults.add({ service: 'graph', operation, fault: { kind: 'cut', when }, times: 1 });
      await queueMail(stack, mail(id, { delivery: 'exactly-once' }));
      await outcomeOf(stack, id, 'sent');
      assert.deepEqual(
        copiesOf(stack, id)
          .map(({ folder }) => folder)
          .sort(),
        ['inbox', 'sentitems'],
      );
    });
  }
});

test('an attachment of 12 MB goes from its blob to the mailbox in ranges, and arrives octet by octet', async () => {
  const octets = Buffer.alloc(12_000_000, Buffer.from(Array.from({ length: 251 }, (_, index) => index)));
  const attachments = [
    { name: 'small.txt', contentType: 'text/plain', content: Buffer.from('small').toString('base64') },
    { name: 'plan.bin', contentType: 'application/octet-stream', content: await inBlob(octets) },
  ];
  await queueMail(stack, mail('large', { attachments }));
  await outcomeOf(stack, 'large', 'sent');
  const copy = copiesOf(stack, 'large').find(({ folder }) => folder === 'inbox');
  const [small, large] = copy?.attachments ?? [];
  assert.equal(contentOf(stack.cloud, small?.content ?? '').toString(), 'small');
  assert.ok(contentOf(stack.cloud, large?.content ?? '').equals(octets));
});

test('a blob that is another one than the job says keeps the mail from leaving', async () => {
  const ref = await inBlob(Buffer.from('as written'));
  await queueMail(stack, mail('changed', { text: { ...ref, sha256: '0'.repeat(64) } }));
  assert.equal((await outcomeOf(stack, 'changed', 'refused')).code, 'CONTENT_WRONG');
  assert.equal(copiesOf(stack, 'changed').length, 0);
});

test('ten mails of one mailbox at once all leave, each at its turn, and Graph throttles none', async () => {
  const since = Date.now();
  const linesBefore = stack.lines.length;
  const ids = Array.from({ length: 10 }, (_, index) => `blast-${index}`);
  const from = `post@${fabrikam.domain}`;
  for (const id of ids) await queueMail(stack, mail(id, { tenant: fabrikam.id, from }));
  const waiting = await Promise.any(ids.map((id) => outcomeOf(stack, id, 'scheduled')));
  assert.equal(waiting.code, 'MAILBOX_PACED');
  for (const id of ids) await outcomeOf(stack, id, 'sent');
  const throttled = stack.cloud.journal.find({ service: 'graph', since }).filter(({ status }) => status === 429);
  assert.deepEqual(throttled, []);
  // What waited came back to another function, which no line of new jobs keeps from its turn.
  const taken = (name: string): number =>
    stack.lines.slice(linesBefore).filter((line) => line.includes(`Executing 'Functions.${name}'`)).length;
  assert.equal(taken('sendGraph'), ids.length);
  assert.ok(taken('sendGraphDue') >= 5, String(taken('sendGraphDue')));
});
