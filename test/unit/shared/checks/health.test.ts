import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { Health, type HealthReport } from '../../../../shared/checks/health.ts';
import { hours, seconds } from '../../../../shared/clock.ts';
import { errorMeanings } from '../../../../shared/errors.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { failing } from '../../../support/failing.ts';

const days = 24 * hours;

function anInstallation(expiresAt = noon + 365 * days) {
  const clock = settableClock();
  const asked = { storage: 0, vault: 0, assertion: [] as string[] };
  const parts = {
    askStorage: (): Promise<void> => {
      asked.storage += 1;
      return Promise.resolve();
    },
    askVault: (): Promise<void> => {
      asked.vault += 1;
      return Promise.resolve();
    },
    credential: {
      describe: () => Promise.resolve({ notBefore: noon - days, expiresAt, thumbprint: 'print' }),
      assertion: (tenantId: string): Promise<string> => {
        asked.assertion.push(tenantId);
        return Promise.resolve('secret-assertion');
      },
    },
  };
  return { clock, asked, parts, health: () => new Health({ ...parts, now: clock.now }) };
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
      { name: 'credential', state: 'ok', daysLeft: 365 },
    ],
  });
  assert.deepEqual(asked, { storage: 1, vault: 1, assertion: ['organizations'] });
});

describe('a certificate', () => {
  for (const [what, expiresAt, state, daysLeft] of [
    ['that lasts 31 days', noon + 31 * days, 'ok', 31],
    ['that lasts less than 31 days', noon + 31 * days - 1, 'warning', 30],
    ['in its last second', noon + 1, 'warning', 0],
    ['that expires now', noon, 'failed', 0],
    ['that expired yesterday', noon - days, 'failed', -1],
  ] as const) {
    test(`${what} is ${state}`, async () => {
      const report = await anInstallation(expiresAt).health().report();
      assert.equal(report.state, state);
      const credential = stateOf(report, 'credential');
      assert.equal(credential?.state, state);
      assert.equal(credential.daysLeft, daysLeft);
    });
  }

  test('that has expired says so by code and remedy', async () => {
    const report = await anInstallation(noon - days)
      .health()
      .report();
    // Not the remedy of the code: to upload the expired certificate once more would mend nothing.
    const remedy = 'Make a new version of the certificate and upload its public part to the app registration.';
    assert.deepEqual(stateOf(report, 'credential'), {
      name: 'credential',
      state: 'failed',
      code: 'CREDENTIAL_REFUSED',
      remedy,
      daysLeft: -1,
    });
  });
});

describe('a part that fails', () => {
  for (const [name, code, breakIt] of [
    ['storage', 'STORAGE_UNAVAILABLE', (parts) => (parts.askStorage = failing('STORAGE_UNAVAILABLE'))],
    ['vault', 'VAULT_REFUSED', (parts) => (parts.askVault = failing('VAULT_REFUSED'))],
    ['credential', 'VAULT_UNAVAILABLE', (parts) => (parts.credential.describe = failing('VAULT_UNAVAILABLE'))],
    ['credential', 'VAULT_REFUSED', (parts) => (parts.credential.assertion = failing('VAULT_REFUSED'))],
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
      assert.doesNotMatch(JSON.stringify(report), /secret|A test made/);
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
    assert.deepEqual([asked.storage, asked.vault, asked.assertion.length], [2, 2, 2]);
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
    assert.doesNotMatch(JSON.stringify(await health().report()), /secret/);
  });
});
