import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Arrival } from '../../chaos/arrivals.ts';
import type { PlannedJob } from '../../chaos/plan-jobs.ts';
import { tally } from '../../chaos/tally.ts';

const aJob = (overrides: Partial<PlannedJob> = {}): PlannedJob => ({
  number: 1,
  kind: 'plain',
  id: 'chaos-1-00001',
  mark: 'chaos-1-00001',
  tenant: '11111111-aaaa-4aaa-8aaa-111111111111',
  from: 'post@contoso.example',
  to: ['ada@readers.example'],
  subject: 'chaos-1-00001 x',
  attachments: [],
  asBase64: false,
  ...overrides,
});

interface Case {
  job?: Partial<PlannedJob>;
  /** One each for every reader named here. */
  arrivals?: readonly (string | Partial<Arrival>)[];
  state?: string;
  code?: string;
  cancelled?: boolean;
  notBefore?: number;
}

function count({ job: overrides, arrivals = [], state, code, cancelled = false, notBefore }: Case) {
  const job = aJob(overrides);
  return tally({
    jobs: [job],
    arrivals: arrivals.map((one) => ({
      ...{ job, reader: 'ada@readers.example', at: 100_000, isWhole: true },
      ...(typeof one === 'string' ? { reader: one } : one),
    })),
    outcomeOf: () => (state === undefined ? undefined : { state, code }),
    isExactlyOnce: ({ delivery }) => delivery === 'exactly-once',
    cancelled: new Set(cancelled ? [job.id] : []),
    notBefore: new Map(notBefore === undefined ? [] : [[job.id, notBefore]]),
  });
}

const nothing = { delivered: 0, lost: 0, duplicated: 0, unknown: 0, failed: 0, refused: 0, cancelled: 0, wrong: 0 };
const ada = 'ada@readers.example';

const cases: readonly [title: string, given: Case, expected: Partial<typeof nothing>][] = [
  ['delivered once and sent: all is well', { arrivals: [ada], state: 'sent' }, { delivered: 1 }],
  ['not delivered and no row: lost', {}, { lost: 1 }],
  ['not delivered although the outcome says sent: lost', { state: 'sent' }, { lost: 1 }],
  ['not delivered and still waiting: lost', { state: 'scheduled' }, { lost: 1 }],
  ['not delivered and still sending: lost', { state: 'sending' }, { lost: 1 }],
  ['not delivered and unknown: unknown, not lost', { state: 'unknown' }, { unknown: 1 }],
  [
    'delivered and unknown: both, and nothing wrong',
    { arrivals: [ada], state: 'unknown' },
    { delivered: 1, unknown: 1 },
  ],
  ['not delivered and failed: failed, not lost', { state: 'failed', code: 'X' }, { failed: 1 }],
  ['a good job that was refused has failed', { state: 'refused' }, { failed: 1, refused: 1 }],
  ['two copies for one reader: duplicated', { arrivals: [ada, ada], state: 'sent' }, { delivered: 1, duplicated: 1 }],
  [
    'a copy for each of two readers: not duplicated',
    { job: { to: [ada, 'bo@readers.example'] }, arrivals: [ada, 'bo@readers.example'], state: 'sent' },
    { delivered: 1 },
  ],
  [
    'nothing for one of two readers: wrong',
    { job: { to: [ada, 'bo@readers.example'] }, arrivals: [ada], state: 'sent' },
    { delivered: 1, wrong: 1 },
  ],
  ['delivered and no row: wrong', { arrivals: [ada] }, { delivered: 1, wrong: 1 }],
  ['delivered and failed: wrong', { arrivals: [ada], state: 'failed' }, { delivered: 1, failed: 1, wrong: 1 }],
  [
    'delivered exactly once as was asked, and unknown: wrong',
    { job: { delivery: 'exactly-once' }, arrivals: [ada], state: 'unknown' },
    { delivered: 1, unknown: 1, wrong: 1 },
  ],
  ['delivered otherwise: wrong', { arrivals: [{ isWhole: false }], state: 'sent' }, { delivered: 1, wrong: 1 }],
  ['malformed and refused: as it should be', { job: { kind: 'malformed' }, state: 'refused' }, { refused: 1 }],
  ['malformed and no row: lost, and wrong', { job: { kind: 'malformed' } }, { lost: 1, wrong: 1 }],
  [
    'of a stranger and delivered: wrong',
    { job: { kind: 'stranger' }, arrivals: [ada], state: 'refused' },
    { delivered: 1, refused: 1, wrong: 1 },
  ],
  [
    'cancelled in time and not delivered: as it should be',
    { job: { kind: 'cancelled-racing' }, state: 'cancelled', cancelled: true },
    { cancelled: 1 },
  ],
  [
    'cancelled too late and delivered: as it should be',
    { job: { kind: 'cancelled-racing' }, arrivals: [ada], state: 'sent' },
    { delivered: 1 },
  ],
  [
    'delivered although the cancelling was accepted: wrong',
    { job: { kind: 'cancelled-racing' }, arrivals: [ada], state: 'cancelled', cancelled: true },
    { delivered: 1, cancelled: 1, wrong: 1 },
  ],
  [
    'delivered before its time: wrong',
    { arrivals: [ada], state: 'sent', notBefore: 101_001 },
    { delivered: 1, wrong: 1 },
  ],
  [
    'delivered within a second of its time: well',
    { arrivals: [ada], state: 'sent', notBefore: 100_999 },
    { delivered: 1 },
  ],
];

describe('the count of a chaos run', () => {
  for (const [title, given, expected] of cases) {
    test(title, () => {
      const { codes, complaints, ...figures } = count(given);
      assert.deepEqual(figures, { ...nothing, ...expected });
      const { lost, duplicated, failed, wrong } = { ...nothing, ...expected };
      assert.equal(complaints.length > 0, lost + duplicated + failed + wrong > 0, complaints.join('; '));
      assert.deepEqual(codes, given.code === undefined ? {} : { [given.code]: 1 });
    });
  }

  test('a complaint names the job, its kind and its outcome', () => {
    const { complaints } = count({ arrivals: [ada, ada], state: 'unknown', code: 'SEND_UNCONFIRMED' });
    assert.deepEqual(complaints, ['chaos-1-00001 (plain, outcome unknown SEND_UNCONFIRMED): duplicated: 2 copies']);
  });
});
