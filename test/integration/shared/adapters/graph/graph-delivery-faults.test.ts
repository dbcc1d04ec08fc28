/** Every fault at every request of every way in which Graph is asked to deliver: the mail is delivered once, and nothing is left. */

import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import type { FaultRuleInput } from '../../../../../local/cloud/faults/fault-rule.ts';
import { freePort } from '../../../../../local/free-port.ts';
import { GraphCarrier } from '../../../../../shared/adapters/graph/graph-carrier.ts';
import { sealing } from '../../../../../shared/tokens/sealing.ts';
import { startTestCloud } from '../../../../support/cloud.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { fixedDataKeys } from '../../../../support/fixed-data-keys.ts';
import {
  aFile,
  aGraphMail,
  assertDeliveredOnce,
  assertWhole,
  type File,
  GraphDelivery,
  graphToken,
  withoutLimits,
} from '../../../../support/graph-delivery.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
withoutLimits(cloud);

afterEach(() => {
  cloud.faults.clear();
  cloud.state.settling = 0;
  cloud.state.settlingMessages.length = 0;
  cloud.state.sendingKeepsImmutableIds = true;
});

interface Way {
  readonly job: Record<string, unknown>;
  readonly files?: readonly File[];
  /** What is asked for when nothing goes wrong. */
  readonly requests: readonly string[];
}

const range = 'upload uploadRange';
const draft = ['graph createMessage', 'graph sendMessage'] as const;
const html = '<p>Beside the text</p>';
const small = [aFile('small.bin', 1000), aFile('empty.bin', 0)];
const many = [aFile('first.bin', 2_900_000), aFile('second.bin', 200_000), aFile('large.bin', 4_000_000)];

const ways: Record<string, Way> = {
  'sendMail of JSON': { job: {}, files: small, requests: ['graph sendMail'] },
  'sendMail of MIME': { job: { html }, files: small, requests: ['graph sendMail'] },
  'a draft of JSON': { job: { delivery: 'exactly-once' }, files: small, requests: draft },
  'a draft of MIME': { job: { delivery: 'exactly-once', html }, files: small, requests: draft },
  'a draft of JSON that leaves no copy': { job: { delivery: 'exactly-once', saveToSentItems: false }, requests: draft },
  'a draft of MIME that leaves no copy': {
    job: { html, saveToSentItems: false },
    requests: [draft[0], 'graph updateMessage', draft[1]],
  },
  'a draft with attachments of all sizes': {
    job: {},
    files: many,
    requests: [draft[0], 'graph addAttachment', 'graph createUploadSession', range, range, draft[1]],
  },
};

const faults: Record<string, FaultRuleInput['fault']> = {
  'a connection cut before it': { kind: 'cut', when: 'before' },
  'a connection cut after it': { kind: 'cut', when: 'after' },
  '504 after it': { kind: 'answer', status: 504, when: 'after' },
  '500 before it': { kind: 'answer', status: 500, when: 'before' },
  '503 with Retry-After before it': { kind: 'answer', status: 503, retryAfter: { seconds: 1 }, when: 'before' },
  '429 before it': { kind: 'answer', status: 429, retryAfter: { seconds: 1 }, when: 'before' },
  '401 before it': { kind: 'answer', status: 401, when: 'before' },
  'a page of a proxy after it': { kind: 'answer', status: 502, body: 'html', when: 'after' },
};

async function aDelivery({ job, files }: Way): Promise<GraphDelivery> {
  return new GraphDelivery(cloud, await aGraphMail(job, files), await graphToken(cloud));
}

/** What was asked of Graph and its upload host since. */
const requestsSince = (index: number): string[] =>
  cloud.journal.entries.slice(index).map(({ service, operation }) => `${service} ${operation}`);

for (const [name, way] of Object.entries(ways)) {
  describe(name, () => {
    test('takes these requests and no other', async () => {
      const index = cloud.journal.entries.length;
      const delivery = await aDelivery(way);
      assert.equal(await delivery.run(), 'sent');
      assert.deepEqual(requestsSince(index), way.requests);
      assertDeliveredOnce(cloud, delivery.mail);
      await assertWhole(cloud, delivery.mail);
    });

    for (const [at, request] of way.requests.entries()) {
      const [service, operation = ''] = request.split(' ');
      const skip = way.requests.slice(0, at).filter((one) => one === request).length;
      for (const [what, fault] of Object.entries(faults)) {
        test(`is delivered once with ${what} (${request}, request ${at + 1})`, async () => {
          const id = cloud.faults.add({
            service: service === 'upload' ? 'upload' : 'graph',
            operation,
            skip,
            times: 1,
            fault,
          });
          // Transport takes its time, and the message in Sent Items is a new one, as some have reported.
          cloud.state.settling = at % 2 === 0 ? 60_000 : 0;
          cloud.state.sendingKeepsImmutableIds = at % 2 === 0;
          const delivery = await aDelivery(way);
          assert.equal(await delivery.run(), 'sent', delivery.history.join(', '));
          assert.deepEqual(
            cloud.faults.list().map(({ rule, hits }) => [rule.id, hits]),
            [[id, 1]],
          );
          assert.ok(delivery.history.length > 0);
          assertDeliveredOnce(cloud, delivery.mail, delivery.history.join(', '));
          await assertWhole(cloud, delivery.mail);
        });
      }
    }
  });
}

describe('a draft that may have been made is written down without its id', () => {
  const outcomes: Record<string, { fault: FaultRuleInput['fault']; isWritten: boolean }> = {
    'when the connection broke': { fault: { kind: 'cut', when: 'after' }, isWritten: true },
    'when the answer was a server error': { fault: { kind: 'answer', status: 503 }, isWritten: true },
    'when the answer was none of Graph': { fault: { kind: 'answer', status: 200, body: 'html' }, isWritten: true },
    'but not when Graph throttled': { fault: { kind: 'answer', status: 429 }, isWritten: false },
    'but not when Graph refused the token': { fault: { kind: 'answer', status: 401 }, isWritten: false },
    'but not when Graph refused the mail': { fault: { kind: 'answer', status: 400 }, isWritten: false },
  };
  for (const [when, { fault, isWritten }] of Object.entries(outcomes)) {
    test(when, async () => {
      cloud.faults.add({ service: 'graph', fault });
      const delivery = await aDelivery({ job: { delivery: 'exactly-once' }, requests: [] });
      await failureOf(delivery.send());
      const unnamed = { draftId: '', step: 'attaching', attached: 0 };
      assert.deepEqual(delivery.recorded, isWritten ? [unnamed] : []);
    });
  }

  test('but not when no connection stood', async () => {
    const url = `https://localhost:${await freePort()}`;
    const carrier = new GraphCarrier({ url, sealing: sealing(fixedDataKeys(), 'seal uploads') });
    const delivery = await aDelivery({ job: { delivery: 'exactly-once' }, requests: [] });
    assert.equal((await failureOf(carrier.send(delivery.claimed()))).code, 'GRAPH_UNAVAILABLE');
    assert.deepEqual(delivery.recorded, []);
  });
});
