import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { assertionSeconds } from '../../../../shared/adapters/entra/client-assertion.ts';
import { type ReportedProof, reportCredential } from '../../../../shared/checks/credential-report.ts';
import { hours, minutes, seconds } from '../../../../shared/clock.ts';
import type { RememberedUse } from '../../../../shared/tokens/credential-record.ts';
import { assertionLives, quietFor } from '../../../../shared/tokens/credential-standing.ts';
import { noteEvery } from '../../../../shared/tokens/use-notes.ts';
import { noon } from '../../../support/clock.ts';
import { aCredential, aProof, MemoryCredentialRecord } from '../../../support/credential.ts';
import { failing, withCode } from '../../../support/failing.ts';

const refreshSeconds = 600;
/** How long an old one must have been quiet: 35 minutes. */
const quiet = quietFor(refreshSeconds);
const iso = (at: number): string => new Date(at).toISOString();

type Uses = Readonly<Record<string, Partial<RememberedUse> & { usedAt: number }>>;

/** @param listed newest first. Whatever is used has been since long ago, unless the test says otherwise. */
async function report(listed: readonly string[], uses: Uses, at = noon) {
  const record = new MemoryCredentialRecord();
  for (const [proofId, use] of Object.entries(uses)) {
    record.uses.set(proofId, { proofId, kind: 'certificate', firstUsedAt: noon - 1000 * hours, ...use });
  }
  const credential = aCredential(listed.map((id) => aProof(id, { expiresAt: noon + 365 * 24 * hours })));
  return reportCredential({ credential, record, refreshSeconds, now: () => at });
}

/** What is told of each, in order: `id state` and whether it may be removed, or from when on. */
const toldOf = (proofs: readonly ReportedProof[]) =>
  proofs.map(({ id, state, mayBeRemoved, removableFrom }) => [
    `${id} ${state}`,
    mayBeRemoved ? 'yes' : (removableFrom ?? 'no'),
  ]);

describe('a rotation, step by step', () => {
  test('one certificate, not used yet: nothing is old', async () => {
    const { oldStillNeeded, proofs } = await report(['one'], {});
    assert.deepEqual(toldOf(proofs), [['one next', 'no']]);
    assert.equal(oldStillNeeded, false);
    assert.equal(proofs[0]?.why, 'Nothing has been used yet.');
  });

  test('one certificate in use: nothing is old', async () => {
    const { oldStillNeeded, proofs } = await report(['one'], { one: { usedAt: noon } });
    assert.deepEqual(toldOf(proofs), [['one in-use', 'no']]);
    assert.equal(oldStillNeeded, false);
  });

  test('a next one that Entra does not know yet: the old one is what works', async () => {
    const { oldStillNeeded, proofs } = await report(['two', 'one'], { one: { usedAt: noon } });
    assert.deepEqual(toldOf(proofs), [
      ['two next', 'no'],
      ['one in-use', 'no'],
    ]);
    assert.equal(oldStillNeeded, true);
    assert.match(proofs[0]?.why ?? '', /Register its public part/);
    assert.equal(proofs[1]?.why, 'It is the newest that Entra accepts.');
  });

  test('the next one in use for a moment: the old one may go when nobody can hold it any more', async () => {
    const uses = { two: { usedAt: noon, firstUsedAt: noon }, one: { usedAt: noon - 5 * minutes } };
    const { oldStillNeeded, proofs } = await report(['two', 'one'], uses);
    assert.deepEqual(toldOf(proofs), [
      ['two in-use', 'no'],
      ['one in-use', iso(noon + quiet)],
    ]);
    assert.equal(oldStillNeeded, true);
  });

  for (const [what, at, expected] of [
    [
      'a millisecond before',
      noon + quiet - 1,
      [
        ['two in-use', 'no'],
        ['one in-use', iso(noon + quiet)],
      ],
    ],
    [
      'at that time',
      noon + quiet,
      [
        ['two in-use', 'no'],
        ['one unused', 'yes'],
      ],
    ],
  ] as const) {
    test(`${what}, while the next one goes on being used`, async () => {
      const uses = { two: { usedAt: at, firstUsedAt: noon - 1 * minutes }, one: { usedAt: noon } };
      const { oldStillNeeded, proofs } = await report(['two', 'one'], uses, at);
      assert.deepEqual(toldOf(proofs), expected);
      assert.equal(oldStillNeeded, expected[1]?.[1] !== 'yes');
    });
  }
});

describe('an old one may not be removed', () => {
  test('while no use of a newer one was noted for half an hour: the record may be stuck', async () => {
    for (const [ago, mayBeRemoved] of [
      [30 * minutes, true],
      [30 * minutes + 1, false],
    ] as const) {
      const uses = { two: { usedAt: noon - ago }, one: { usedAt: noon - 5 * hours } };
      const { oldStillNeeded, proofs } = await report(['two', 'one'], uses);
      assert.deepEqual([proofs[1]?.mayBeRemoved, proofs[1]?.removableFrom], [mayBeRemoved, null]);
      assert.equal(oldStillNeeded, !mayBeRemoved);
    }
  });

  test('right after the newer one was first accepted, even if it was quiet for hours: it may be needed elsewhere', async () => {
    const uses = { two: { usedAt: noon, firstUsedAt: noon - 1 * minutes }, one: { usedAt: noon - 5 * hours } };
    const { proofs } = await report(['two', 'one'], uses);
    assert.equal(proofs[1]?.removableFrom, iso(noon - 1 * minutes + quiet));
  });

  test('when it was never seen in use either, until the newer one has been for as long', async () => {
    const since = (firstUsedAt: number) => report(['two', 'one'], { two: { usedAt: noon, firstUsedAt } });
    assert.equal((await since(noon - quiet + 1)).oldStillNeeded, true);
    const { oldStillNeeded, proofs } = await since(noon - quiet);
    assert.equal(oldStillNeeded, false);
    assert.deepEqual([proofs[1]?.state, proofs[1]?.lastUsedAt], ['unused', null]);
  });

  test('because a newer one was used that Entra has since stopped accepting', async () => {
    const uses = { two: { usedAt: noon - 2 * hours }, one: { usedAt: noon } };
    const { oldStillNeeded, proofs } = await report(['two', 'one'], uses);
    assert.deepEqual(toldOf(proofs), [
      ['two unused', 'no'],
      ['one in-use', 'no'],
    ]);
    assert.equal(oldStillNeeded, true);
    assert.match(proofs[0]?.why ?? '', /is it registered still/);
  });

  test('when none of two has ever been used', async () => {
    const { oldStillNeeded, proofs } = await report(['two', 'one'], {});
    assert.deepEqual(toldOf(proofs), [
      ['two next', 'no'],
      ['one unused', 'no'],
    ]);
    assert.equal(oldStillNeeded, true);
  });
});

describe('one that the vault does not list any more', () => {
  test('counts as old, in use until it was quiet for long enough', async () => {
    const uses = { two: { usedAt: noon }, gone: { usedAt: noon - 5 * minutes }, older: { usedAt: noon - 5 * hours } };
    const { oldStillNeeded, proofs } = await report(['two'], uses);
    assert.deepEqual(toldOf(proofs), [
      ['two in-use', 'no'],
      ['gone in-use', iso(noon - 5 * minutes + quiet)],
      ['older unused', 'yes'],
    ]);
    assert.deepEqual(
      proofs.map(({ listed }) => listed),
      [true, false, false],
    );
    assert.equal(oldStillNeeded, true);
  });

  test('is told by what the record kept of it, and forgotten when it has expired', async () => {
    const gone = { kind: 'secret', usedAt: noon - 9 * hours, expiresAt: noon + 1, registeredAs: 'AB' } as const;
    const { proofs } = await report(['two'], { two: { usedAt: noon }, gone });
    const { kind, registeredAs, expiresAt, daysLeft } = proofs[1] ?? {};
    assert.deepEqual([kind, registeredAs, expiresAt, daysLeft], ['secret', 'AB', iso(noon + 1), 1]);
    const later = await report(['two'], { two: { usedAt: noon }, gone: { ...gone, expiresAt: noon } });
    assert.equal(later.proofs.length, 1);
  });
});

test('every proof has its life, its uses and its name in the registration', async () => {
  const record = new MemoryCredentialRecord();
  const use = { proofId: 'id', kind: 'secret', usedAt: noon - 1 * minutes, firstUsedAt: noon - 2 * hours } as const;
  record.uses.set('id', use);
  const credential = aCredential([aProof('id', { expiresAt: noon + 25 * hours, registeredAs: 'AB12' })], 'secret');
  assert.deepEqual(await reportCredential({ credential, record, refreshSeconds, now: () => noon }), {
    credential: 'secret',
    checkedAt: iso(noon),
    oldStillNeeded: false,
    proofs: [
      {
        id: 'id',
        kind: 'secret',
        registeredAs: 'AB12',
        state: 'in-use',
        listed: true,
        expiresAt: iso(noon + 25 * hours),
        daysLeft: 2,
        firstUsedAt: iso(noon - 2 * hours),
        lastUsedAt: iso(noon - 1 * minutes),
        mayBeRemoved: false,
        removableFrom: null,
        why: 'It is the newest that Entra accepts.',
      },
    ],
  });
});

test('without the record nothing is said, rather than something wrong', async () => {
  const record = { read: failing('STORAGE_UNAVAILABLE') };
  const asking = reportCredential({
    credential: aCredential([aProof('one')]),
    record,
    refreshSeconds,
    now: () => noon,
  });
  await assert.rejects(asking, withCode('STORAGE_UNAVAILABLE'));
});

describe('the time that an old one must have been quiet', () => {
  test('holds the interval of the notes, the refresh period and the whole life of an assertion', () => {
    assert.ok(quietFor(10) > noteEvery + 10 * seconds + assertionSeconds * seconds);
    assert.equal(quietFor(3600) - quietFor(10), 3590 * seconds);
  });

  test('knows how long assertions live', () => {
    assert.equal(assertionLives, assertionSeconds * seconds);
  });
});
