import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, minutes } from '../../../../shared/clock.ts';
import type { Proof } from '../../../../shared/tokens/credential.ts';
import { CredentialWatch } from '../../../../shared/tokens/credential-watch.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { aCredential, aProof, MemoryCredentialRecord } from '../../../support/credential.ts';
import { failing } from '../../../support/failing.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { recordingMetrics } from '../../../support/recording-metrics.ts';

const days = 24 * hours;

function anInstallation(list: readonly Proof[], kind: 'certificate' | 'secret' = 'certificate') {
  const clock = settableClock();
  const recording = recordingLog();
  const metrics = recordingMetrics();
  const credential = aCredential(list, kind);
  const record = new MemoryCredentialRecord();
  /** A process of its own each time: what was said is known to the table alone. */
  const watch = () =>
    new CredentialWatch({ credential, record, refreshSeconds: 600, metrics, now: clock.now, log: recording.log });
  const used = (proofId: string, usedAt = clock.now()) => record.noteUse({ proofId, kind, usedAt });
  const said = () => recording.lines.map(({ level, detail }) => `${level} ${detail['proof']} ${detail['daysLeft']}`);
  return { clock, recording, metrics, credential, record, watch, used, said };
}

for (const kind of ['certificate', 'secret'] as const) {
  test(`a ${kind} is warned of at 60, 30, 14, 7 and 1 days, once each, by whichever process`, async () => {
    const { clock, watch, recording, said } = anInstallation([aProof('one', { expiresAt: noon + 61 * days })], kind);
    // Every six hours, twice, up to the end and beyond.
    for (let runs = 0; runs < 4 * 62; runs += 1) {
      await watch().run();
      await watch().run();
      clock.advance(6 * hours);
    }
    assert.deepEqual(said(), ['warning one 60', 'warning one 30', 'warning one 14', 'error one 7', 'error one 1']);
    assert.deepEqual(recording.lines[0], {
      level: 'warning',
      event: 'credential.expires',
      detail: {
        credential: kind,
        proof: 'one',
        registeredAs: undefined,
        daysLeft: 60,
        expiresAt: new Date(noon + 61 * days).toISOString(),
      },
    });
  });
}

describe('the steps', () => {
  test('that were missed are passed over: ten days before the end only the one for 14 warns', async () => {
    const { clock, watch, said } = anInstallation([aProof('one', { expiresAt: noon + 10 * days })]);
    await watch().run();
    assert.deepEqual(said(), ['warning one 10']);
    clock.advance(2 * days);
    await watch().run();
    assert.equal(said().length, 1);
    clock.advance(1 * days);
    await watch().run();
    assert.deepEqual(said(), ['warning one 10', 'error one 7']);
  });

  test('begin at exactly so many days', async () => {
    const { clock, watch, said } = anInstallation([aProof('one', { expiresAt: noon + 60 * days + 1 })]);
    await watch().run();
    assert.deepEqual(said(), []);
    clock.advance(1);
    await watch().run();
    assert.deepEqual(said(), ['warning one 60']);
  });

  test('are said anew when the same proof ends at another time: the vault was told a later one', async () => {
    const { credential, clock, watch, said } = anInstallation([aProof('one', { expiresAt: noon + 5 * days })]);
    await watch().run();
    credential.list = [aProof('one', { expiresAt: noon + 365 * days })];
    await watch().run();
    clock.advance(360 * days);
    await watch().run();
    await watch().run();
    assert.deepEqual(said(), ['error one 5', 'error one 5']);
  });

  test('are said once when many instances look at the same moment', async () => {
    const { watch, said } = anInstallation([aProof('one', { expiresAt: noon + 3 * days })]);
    await Promise.all(Array.from({ length: 16 }, () => watch().run()));
    assert.deepEqual(said(), ['error one 3']);
  });
});

describe('of two', () => {
  const old = aProof('old', { expiresAt: noon + 5 * days });
  const next = aProof('next', { expiresAt: noon + 365 * days });

  test('the old one warns as long as it is what works', async () => {
    const { watch, used, said, metrics } = anInstallation([next, old]);
    await used('old');
    await watch().run();
    assert.deepEqual(said(), ['error old 5']);
    assert.deepEqual(
      metrics.all.map(({ name, value, attributes }) => [name, value, attributes]),
      [
        ['tenantpost.credential.days_left', 365, { proof: 'next' }],
        ['tenantpost.credential.days_left', 5, { proof: 'old' }],
      ],
    );
  });

  test('the old one may expire as it likes once the next is in use', async () => {
    const { watch, used, said, metrics } = anInstallation([next, old]);
    await used('old', noon - 5 * minutes);
    await used('next');
    await watch().run();
    assert.deepEqual(said(), []);
    assert.deepEqual(
      metrics.all.map(({ attributes }) => attributes['proof']),
      ['next'],
    );
  });

  test('the newest warns though it was never used: nothing comes after it', async () => {
    const { watch, used, said } = anInstallation([aProof('next', { expiresAt: noon + 5 * days }), aProof('old')]);
    await used('old');
    await watch().run();
    assert.deepEqual(said(), ['error next 5']);
  });
});

describe('a run', () => {
  test('reads the table once, and writes nothing when there is nothing to say', async () => {
    const { watch, record, recording } = anInstallation([aProof('one', { expiresAt: noon + 5 * days }), aProof('two')]);
    await watch().run();
    assert.equal(record.reads, 1);
    record.firstWarning = failing('UNEXPECTED');
    await watch().run();
    assert.equal(record.reads, 2);
    assert.deepEqual(recording.events(), ['credential.expires']);
  });

  test('says nothing of what does not expire', async () => {
    const { watch, said, metrics } = anInstallation([aProof('one')]);
    await watch().run();
    assert.deepEqual([said(), metrics.all], [[], []]);
  });

  for (const [what, code, breakIt] of [
    ['vault', 'VAULT_REFUSED', ({ credential }) => (credential.proofs = failing('VAULT_REFUSED'))],
    ['table', 'STORAGE_UNAVAILABLE', ({ record }) => (record.read = failing('STORAGE_UNAVAILABLE'))],
    ['warning', 'STORAGE_UNAVAILABLE', ({ record }) => (record.firstWarning = failing('STORAGE_UNAVAILABLE'))],
    ['unforeseen', 'UNEXPECTED', ({ record }) => (record.read = () => Promise.reject(new TypeError('secret')))],
  ] as const satisfies readonly [string, string, (parts: ReturnType<typeof anInstallation>) => unknown][]) {
    test(`that fails (${what}) does not throw, says so, and the next one warns`, async () => {
      const installation = anInstallation([aProof('one', { expiresAt: noon + 5 * days })]);
      const { credential, record, watch, recording, said } = installation;
      const [proofs, read, firstWarning] = [credential.proofs, record.read, record.firstWarning];
      breakIt(installation);
      await watch().run();
      assert.deepEqual(
        recording.lines.map(({ level, event, detail }) => [level, event, detail['code']]),
        [['error', 'credential.not-watched', code]],
      );
      assert.doesNotMatch(JSON.stringify(recording.lines), /secret/);
      Object.assign(credential, { proofs });
      Object.assign(record, { read, firstWarning });
      await watch().run();
      assert.equal(said().at(-1), 'error one 5');
    });
  }
});
