/** What a run of the doctor withstands: services that do not answer, faults of our own, and input that is none. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { DoctorOptions } from '../../../../shared/checks/doctor.ts';
import type { CheckReport } from '../../../../shared/checks/finding.ts';
import { contoso } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { aDoctor, aMailServer, aRecordedTenant, everyRight, MemoryCheckHistory } from '../../../support/doctor.ts';
import { failing } from '../../../support/failing.ts';
import { aToken } from '../../../support/unsigned-token.ts';

const mailbox = 'post@contoso.example';
const run = (overrides: Partial<DoctorOptions> = {}, asked: object = { mailbox }): Promise<CheckReport> =>
  aDoctor(overrides).run({ tenant: contoso, ...asked });

describe('time', () => {
  test('ends a step that does not answer, and the others are reported', async () => {
    const never = (): Promise<never> => new Promise(() => {});
    const waits: number[] = [];
    const report = await run({
      askVault: never,
      wait(milliseconds) {
        waits.push(milliseconds);
        return new Promise((resolve) => void setImmediate(resolve));
      },
    });
    assert.deepEqual(
      [report.cause?.check, report.cause?.code, report.cause?.answered],
      ['vault', 'VAULT_UNAVAILABLE', 'TIMEOUT'],
    );
    assert.ok(
      waits.every((milliseconds) => milliseconds <= 12_000),
      String(waits),
    );
  });

  test('is over for all steps after 50 seconds together: later ones get what is left', async () => {
    let now = noon;
    const waits: number[] = [];
    await run({
      now: () => now,
      wait: (milliseconds) => {
        waits.push(milliseconds);
        return new Promise(() => {});
      },
      freshToken: () => {
        now += 45_000;
        return Promise.resolve(aToken({ roles: everyRight }));
      },
    });
    assert.ok(waits.includes(12_000) && waits.some((milliseconds) => milliseconds < 12_000), String(waits));
  });
});

describe('since when', () => {
  test('a fault stands is kept for each mailbox by itself, under a digest', async () => {
    const history = new MemoryCheckHistory();
    let now = noon;
    const servers = { smtp: aMailServer('smtp', { kind: 'switched-off', for: 'tenant', answered: '535 5.7.139' }) };
    const findTenant = () => Promise.resolve(aRecordedTenant({ rights: ['Mail.Send', 'SMTP.SendAsApp'] }));
    const ask = async (address: string) =>
      (await run({ history, servers, findTenant, now: () => now }, { mailbox: address })).cause?.since;
    assert.equal(await ask(mailbox), new Date(noon).toISOString());
    now += 1000;
    assert.equal(await ask('POST@contoso.example'), new Date(noon).toISOString());
    assert.equal(await ask('anna@contoso.example'), new Date(noon + 1000).toISOString());
    assert.doesNotMatch(JSON.stringify([...history.rows]), /@|post|anna/);
  });

  test('is left out where it cannot be read, and the findings stand', async () => {
    const history = { read: failing('STORAGE_UNAVAILABLE'), write: failing('STORAGE_UNAVAILABLE') };
    const { cause } = await run({ history, askVault: failing('VAULT_REFUSED', { detail: { status: 403 } }) });
    assert.deepEqual([cause?.code, cause?.answered, cause?.since], ['VAULT_REFUSED', '403', undefined]);
  });
});

describe('what nobody foresaw', () => {
  test('is a finding without its text, and is told to the log', async () => {
    const told: unknown[] = [];
    const secret = new Error('password=hunter2');
    const report = await run({ askStorage: () => Promise.reject(secret), unexpected: (error) => told.push(error) });
    assert.deepEqual([report.cause?.check, report.cause?.code], ['storage', 'UNEXPECTED']);
    assert.deepEqual(told, [secret]);
    assert.doesNotMatch(JSON.stringify(report), /hunter2/);
  });

  for (const asked of [
    { tenant: 'contoso' },
    { tenant: 'https://contoso.com' },
    { tenant: `${contoso}/../x` },
    { tenant: contoso, mailbox: 'post' },
    { tenant: contoso, mailbox: 'a@b.example\r\nRSET' },
    { tenant: contoso, mailbox, sendTo: 'x' },
  ]) {
    test(`is refused before anything is asked: ${JSON.stringify(asked)}`, async () => {
      const reachEntra = (): Promise<never> => assert.fail('asked');
      await assert.rejects(aDoctor({ reachEntra }).run(asked), { code: 'REQUEST_INVALID' });
    });
  }
});
