import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Health, type HealthReport } from '../../../../shared/checks/health.ts';
import { hours, minutes, seconds } from '../../../../shared/clock.ts';
import { errorMeanings } from '../../../../shared/errors.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { aCredential, aProof, MemoryCredentialRecord } from '../../../support/credential.ts';
import { failing } from '../../../support/failing.ts';

const days = 24 * hours;

function anInstallation(expiresAt = noon + 365 * days) {
  const clock = settableClock();
  const asked = { storage: 0, vault: 0, presented: [] as string[] };
  const present = (id: string) => (tenantId: string) => {
    asked.presented.push(`${id} ${tenantId}`);
    return Promise.resolve({ assertion: 'secret-assertion' });
  };
  const parts = {
    askStorage: (): Promise<void> => {
      asked.storage += 1;
      return Promise.resolve();
    },
    askVault: (): Promise<void> => {
      asked.vault += 1;
      return Promise.resolve();
    },
    credential: aCredential([aProof('print', { expiresAt, present: present('print') })]),
    record: new MemoryCredentialRecord(),
  };
  return { clock, asked, parts, present, health: () => new Health({ ...parts, refreshSeconds: 600, now: clock.now }) };
}

const stateOf = ({ checks }: HealthReport, name: string) => checks.find((check) => check.name === name);

test('an installation that could send is ok, in every part', async () => {
  const { health, asked } = anInstallation();
  assert.deepEqual(await health().report(), {
    state: 'ok',
    checkedAt: new Date(noon).toISOString(),
    checks: [
      { name: 'configuration', state: 'ok' },
      { name: 'storage', state: 'ok' },
      { name: 'vault', state: 'ok' },
      { name: 'credential', state: 'ok', kind: 'certificate', daysLeft: 365 },
    ],
  });
  assert.deepEqual(asked, { storage: 1, vault: 1, presented: ['print organizations'] });
});

describe('a certificate', () => {
  for (const [what, expiresAt, state, daysLeft, warning] of [
    ['that lasts more than 60 days', noon + 60 * days + 1, 'ok', 61, undefined],
    ['that lasts 60 days', noon + 60 * days, 'warning', 60, 60],
    ['that lasts 15 days', noon + 15 * days, 'warning', 15, 30],
    ['that lasts 7 days', noon + 7 * days, 'warning', 7, 7],
    ['in its last second', noon + 1, 'warning', 1, 1],
    ['that expires now', noon, 'failed', 0, undefined],
    ['that expired yesterday', noon - days, 'failed', 0, undefined],
  ] as const) {
    test(`${what} is ${state}`, async () => {
      const report = await anInstallation(expiresAt).health().report();
      assert.equal(report.state, state);
      const credential = stateOf(report, 'credential');
      assert.deepEqual([credential?.state, credential?.daysLeft, credential?.warning], [state, daysLeft, warning]);
    });
  }

  test('that has expired says so by code and remedy', async () => {
    const report = await anInstallation(noon - days)
      .health()
      .report();
    const { remedy } = errorMeanings.CREDENTIAL_UNUSABLE;
    assert.deepEqual(stateOf(report, 'credential'), {
      name: 'credential',
      state: 'failed',
      kind: 'certificate',
      code: 'CREDENTIAL_UNUSABLE',
      remedy,
      daysLeft: 0,
    });
  });
});

describe('while a certificate is being replaced', () => {
  /** The next one beside the old one, which expires in five days. */
  function aRotation() {
    const installation = anInstallation();
    const { parts, present } = installation;
    parts.credential.list = [
      aProof('next', { expiresAt: noon + 365 * days, present: present('next') }),
      aProof('old', { expiresAt: noon + 5 * days, present: present('old') }),
    ];
    return installation;
  }

  test('the old one is what is reported as long as it is what works, with a hint at the next', async () => {
    const { parts, asked, health } = aRotation();
    await parts.record.noteUse({ proofId: 'old', kind: 'certificate', usedAt: noon });
    const report = await health().report();
    assert.deepEqual(stateOf(report, 'credential'), {
      name: 'credential',
      state: 'warning',
      kind: 'certificate',
      daysLeft: 5,
      warning: 7,
      hint: 'A newer certificate is known that Entra has not accepted yet: register it.',
    });
    assert.deepEqual(asked.presented, ['old organizations']);
    assert.doesNotMatch(JSON.stringify(report), /"(next|old)"/);
  });

  test('the next one is, once it is used, and nothing is said of the old', async () => {
    const { parts, asked, health } = aRotation();
    await parts.record.noteUse({ proofId: 'old', kind: 'certificate', usedAt: noon - 5 * minutes });
    await parts.record.noteUse({ proofId: 'next', kind: 'certificate', usedAt: noon });
    assert.deepEqual(stateOf(await health().report(), 'credential'), {
      name: 'credential',
      state: 'ok',
      kind: 'certificate',
      daysLeft: 365,
    });
    assert.deepEqual(asked.presented, ['next organizations']);
  });

  test('and the record cannot be read, that is a warning: it still sends', async () => {
    const { parts, health } = aRotation();
    parts.record.read = failing('STORAGE_UNAVAILABLE');
    const report = await health().report();
    assert.equal(report.state, 'warning');
    const { code, remedy, daysLeft } = stateOf(report, 'credential') ?? {};
    assert.deepEqual([code, remedy], ['STORAGE_UNAVAILABLE', errorMeanings.STORAGE_UNAVAILABLE.remedy]);
    assert.equal(daysLeft, 365);
  });
});

test('a credential that does not expire says nothing of an expiry', async () => {
  const { parts, health } = anInstallation();
  parts.credential = aCredential([aProof('7b1c6a52-3f7e-4d09-8b25-9a4e5d0c1f33')], 'managed-identity');
  const report = await health().report();
  assert.deepEqual(stateOf(report, 'credential'), { name: 'credential', state: 'ok', kind: 'managed-identity' });
  assert.doesNotMatch(JSON.stringify(report), /7b1c6a52/);
});

describe('a part that fails', () => {
  for (const [name, code, breakIt] of [
    ['storage', 'STORAGE_UNAVAILABLE', (parts) => (parts.askStorage = failing('STORAGE_UNAVAILABLE'))],
    ['vault', 'VAULT_REFUSED', (parts) => (parts.askVault = failing('VAULT_REFUSED'))],
    ['credential', 'VAULT_UNAVAILABLE', (parts) => (parts.credential.proofs = failing('VAULT_UNAVAILABLE'))],
    [
      'credential',
      'VAULT_REFUSED',
      (parts) => {
        parts.credential.list = [aProof('print', { present: failing('VAULT_REFUSED') })];
      },
    ],
    ['storage', 'UNEXPECTED', (parts) => (parts.askStorage = () => Promise.reject(new TypeError('AccountKey=secret')))],
  ] as const satisfies readonly [string, string, (parts: ReturnType<typeof anInstallation>['parts']) => unknown][]) {
    test(`${name}: ${code} fails the whole, with its remedy and no text, and no other part`, async () => {
      const installation = anInstallation();
      breakIt(installation.parts);
      const report = await installation.health().report();
      assert.equal(report.state, 'failed');
      assert.deepEqual(stateOf(report, name), { name, state: 'failed', code, remedy: errorMeanings[code].remedy });
      const others = report.checks.filter((check) => check.name !== name);
      assert.deepEqual([others.length, others.every(({ state }) => state === 'ok')], [3, true]);
      assert.doesNotMatch(JSON.stringify(report), /AccountKey|secret-|A test made/);
    });
  }
});

describe('a report', () => {
  test('is made once in 5 seconds, however many ask', async () => {
    const { health, asked, clock } = anInstallation();
    const checks = health();
    const first = await Promise.all(Array.from({ length: 20 }, () => checks.report()));
    assert.equal(new Set(first).size, 1);
    clock.advance(5 * seconds - 1);
    assert.equal(await checks.report(), first[0]);
    assert.equal(asked.storage, 1);

    clock.advance(1);
    const second = await checks.report();
    assert.equal(second.checkedAt, new Date(noon + 5 * seconds).toISOString());
    assert.deepEqual([asked.storage, asked.vault, asked.presented.length], [2, 2, 2]);
  });

  test('is made anew when the clock was set back', async () => {
    const { health, asked, clock } = anInstallation();
    const checks = health();
    await checks.report();
    clock.advance(-60 * minutes);
    await checks.report();
    assert.equal(asked.storage, 2);
  });

  test('of a failure is shared as long, and mended by the next', async () => {
    const installation = anInstallation();
    const { parts, clock } = installation;
    const askVault = parts.askVault;
    let down = true;
    parts.askVault = () => (down ? failing('VAULT_UNAVAILABLE')() : askVault());
    const checks = installation.health();
    assert.equal((await checks.report()).state, 'failed');
    down = false;
    assert.equal((await checks.report()).state, 'failed');
    clock.advance(5 * seconds);
    assert.equal((await checks.report()).state, 'ok');
  });

  test('holds nothing of the assertion that was signed for it', async () => {
    const { health } = anInstallation();
    assert.doesNotMatch(JSON.stringify(await health().report()), /secret-assertion/);
  });
});
