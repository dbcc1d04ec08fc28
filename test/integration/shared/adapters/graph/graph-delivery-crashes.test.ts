/** Workers that die, or cannot write, at every step of a delivery by a draft, and storms of faults: always one mail, and nothing left. */

import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import type { FaultRuleInput } from '../../../../../local/cloud/faults/fault-rule.ts';
import { startTestCloud } from '../../../../support/cloud.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import {
  aFile,
  aGraphMail,
  assertDeliveredOnce,
  assertWhole,
  folders,
  type Disturbance,
  type File,
  GraphDelivery,
  graphToken,
  sender,
  withoutLimits,
} from '../../../../support/graph-delivery.ts';
import { seededRandom } from '../../../../support/seeded-random.ts';

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
  readonly files: readonly File[];
  /** How often it is written down how far it has come. */
  readonly records: number;
}

const exactly = { delivery: 'exactly-once' };
const html = '<p>Beside the text</p>';
const small = [aFile('small.bin', 1000), aFile('empty.bin', 0)];
const sizes = [aFile('first.bin', 2_900_000), aFile('second.bin', 200_000), aFile('large.bin', 4_000_000)];
const two = [aFile('large.bin', 4_000_000), aFile('larger.bin', 4_000_001)];

const ways: Record<string, Way> = {
  'in JSON': { job: exactly, files: small, records: 1 },
  'in MIME': { job: { ...exactly, html }, files: small, records: 1 },
  'in JSON that leaves no copy': { job: { ...exactly, saveToSentItems: false }, files: small, records: 1 },
  'in MIME that leaves no copy': { job: { ...exactly, html, saveToSentItems: false }, files: small, records: 2 },
  'with attachments of all sizes': { job: {}, files: sizes, records: 4 },
  'with two uploads, in MIME, that leaves no copy': {
    job: { html, saveToSentItems: false },
    files: two,
    records: 5,
  },
};

async function aDelivery({ job, files }: Way, disturbance: Disturbance): Promise<GraphDelivery> {
  return new GraphDelivery(cloud, await aGraphMail(job, files), await graphToken(cloud), disturbance);
}

for (const [name, way] of Object.entries(ways)) {
  describe(`a draft ${name}`, () => {
    test(`is written down ${way.records} times, with the last one before it is sent`, async () => {
      const delivery = await aDelivery(way, {});
      assert.equal(await delivery.run(), 'sent');
      assert.deepEqual([delivery.recorded.length, delivery.recorded.at(-1)?.step], [way.records, 'submitting']);
      assert.ok(delivery.recorded.slice(0, -1).every(({ step }) => step === 'attaching'));
    });

    for (const end of ['dies before', 'dies after', 'fails'] as const) {
      for (let at = 0; at < way.records; at += 1) {
        test(`is delivered once when its worker ${end} writing it down, time ${at + 1}`, async () => {
          cloud.state.settling = at % 2 === 0 ? 60_000 : 0;
          cloud.state.sendingKeepsImmutableIds = at % 2 === 0;
          const delivery = await aDelivery(way, { record: (nth) => (nth === at ? end : undefined) });
          assert.equal(await delivery.run(), 'sent', delivery.history.join(', '));
          assert.ok(delivery.history.length > 0);
          assertDeliveredOnce(cloud, delivery.mail, delivery.history.join(', '));
          await assertWhole(cloud, delivery.mail);
        });
      }
    }
  });
}

describe('a worker whose job was taken over', () => {
  async function overtaken(at: number, way: Way): Promise<GraphDelivery> {
    const delivery = await aDelivery(way, { record: (nth) => (nth === at ? 'is overtaken' : undefined) });
    assert.equal((await failureOf(delivery.send())).code, 'CLAIM_LOST');
    return delivery;
  }
  const [inOne, inSteps] = [ways['in JSON'], ways['with attachments of all sizes']];
  assert.ok(inOne && inSteps);

  test('before anybody knew of its draft removes it: the other may have looked for it before it was made', async () => {
    for (const way of [inOne, inSteps]) {
      const { mail } = await overtaken(0, way);
      assert.deepEqual(folders(cloud, mail), []);
    }
  });

  test('later leaves the draft to the other, and does not send it', async () => {
    for (const at of [1, 2, 3]) {
      const delivery = await overtaken(at, inSteps);
      assert.deepEqual(folders(cloud, delivery.mail), [`draft in drafts ${sender}`]);
      assert.equal(await delivery.run(), 'sent');
      assertDeliveredOnce(cloud, delivery.mail);
    }
  });
});

describe('a storm', () => {
  const kinds: readonly FaultRuleInput['fault'][] = [
    { kind: 'cut', when: 'before' },
    { kind: 'cut', when: 'after' },
    { kind: 'answer', status: 503, when: 'before' },
    { kind: 'answer', status: 504, when: 'after' },
    { kind: 'answer', status: 429, when: 'before' },
  ];
  const jobs = Object.values(ways);

  for (let seed = 1; seed <= 24; seed += 1) {
    test(`of faults at every request and of dying workers delivers once (seed ${seed})`, async () => {
      const random = seededRandom(seed);
      for (const service of ['graph', 'upload'] as const) {
        for (const [index, fault] of kinds.entries()) {
          cloud.faults.add({ service, probability: 0.07, seed: seed * 100 + index, fault });
        }
      }
      cloud.state.settling = seed % 2 === 0 ? 60_000 : 0;
      cloud.state.sendingKeepsImmutableIds = seed % 3 === 0;
      const way = jobs[seed % jobs.length];
      assert.ok(way);
      const ends = ['dies before', 'dies after', 'fails'] as const;
      const delivery = await aDelivery(way, {
        record: () => (random.chance(0.3) ? random.pick(ends) : undefined),
      });
      assert.equal(await delivery.run(), 'sent', delivery.history.join(', '));
      assertDeliveredOnce(cloud, delivery.mail, delivery.history.join(', '));
      await assertWhole(cloud, delivery.mail);
    });
  }
});
