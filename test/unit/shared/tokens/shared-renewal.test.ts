import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { seconds } from '../../../../shared/clock.ts';
import { SharedRenewal } from '../../../../shared/tokens/shared-renewal.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { settableClock } from '../../../support/clock.ts';
import { anError, failing, withCode } from '../../../support/failing.ts';
import { failureOf } from '../../../support/failure-of.ts';
import { MemoryRenewalClaims } from '../../../support/memory-renewal-claims.ts';
import { recordingLog } from '../../../support/recording-log.ts';

/** Processes over one table of claims and one of tokens; whoever waits moves the clock. */
function anInstallation() {
  const clock = settableClock();
  const claims = new MemoryRenewalClaims(clock.now);
  const log = recordingLog();
  const pauses: number[] = [];
  const rows = new Map<string, string>();
  const requests: string[] = [];
  const entra = { answer: (): Promise<string> => Promise.resolve('a token') };
  const process = () => {
    const wait = async (pause: number): Promise<void> => {
      pauses.push(pause);
      const until = clock.now() + pause;
      await new Promise(setImmediate);
      // Those who wait together wait for the same time to pass.
      clock.advance(Math.max(0, until - clock.now()));
    };
    const renewal = new SharedRenewal({ claims, now: clock.now, wait, log: log.log });
    return (tenant: string = contoso, resource: 'graph' | 'outlook' = 'graph'): Promise<string> =>
      renewal.run(
        tenant,
        resource,
        () => Promise.resolve(rows.get(`${tenant} ${resource}`)),
        async () => {
          requests.push(`${tenant} ${resource}`);
          await new Promise(setImmediate);
          const token = await entra.answer();
          rows.set(`${tenant} ${resource}`, token);
          return token;
        },
      );
  };
  /** A claim of a process that does not end it. */
  const claimed = (forSeconds: number) => claims.claim(contoso, 'graph', clock.now() + forSeconds * seconds);
  return { clock, claims, log, pauses, rows, requests, entra, process, claimed };
}

describe('of many processes that need one token', () => {
  test('one asks, and all have what it got', async () => {
    const { process, requests, claims } = anInstallation();
    const got = await Promise.all(Array.from({ length: 64 }, () => process()()));
    assert.deepEqual(new Set(got), new Set(['a token']));
    assert.deepEqual(requests, [`${contoso} graph`]);
    assert.equal(claims.rows.size, 0);
  });

  test('one asks for each tenant and each resource', async () => {
    const { process, requests } = anInstallation();
    const wanted = [contoso, fabrikam].flatMap((tenant) => [[tenant, 'graph'] as const, [tenant, 'outlook'] as const]);
    await Promise.all(wanted.flatMap((one) => [process()(...one), process()(...one)]));
    assert.deepEqual(requests.toSorted(), wanted.map((one) => one.join(' ')).toSorted());
  });

  test('one is refused, and all are told by the same code and number, without asking', async () => {
    const { process, requests, entra } = anInstallation();
    entra.answer = failing('APP_NOT_IN_TENANT', { detail: { aadsts: 7000229, tenantId: contoso } });
    const failures = await Promise.all(Array.from({ length: 8 }, () => failureOf(process()())));
    assert.equal(requests.length, 1);
    for (const { code, detail } of failures) {
      assert.deepEqual([code, detail], ['APP_NOT_IN_TENANT', { aadsts: 7000229, tenantId: contoso }]);
    }
  });

  test('one asks and waits until the request is given up for want of an answer, and no other asks meanwhile', async () => {
    const { process, requests, entra, clock } = anInstallation();
    entra.answer = async () => {
      const givenUp = clock.now() + 10.5 * seconds;
      for (; clock.now() < givenUp; clock.advance(100)) await new Promise(setImmediate);
      throw anError('ENTRA_UNAVAILABLE');
    };
    const failures = await Promise.all(Array.from({ length: 64 }, () => failureOf(process()())));
    assert.equal(requests.length, 1);
    assert.deepEqual(new Set(failures.map(({ code }) => code)), new Set(['ENTRA_UNAVAILABLE']));
  });

  test('all are told how long a service asked to be left alone', async () => {
    const { process, entra } = anInstallation();
    entra.answer = failing('ENTRA_THROTTLED', { retryAfterSeconds: 40 });
    const failures = await Promise.all(Array.from({ length: 3 }, () => failureOf(process()())));
    assert.deepEqual(
      failures.map(({ retryAfterSeconds }) => retryAfterSeconds),
      [40, 40, 40],
    );
  });

  test('one that looked before another wrote, and claims after it, finds what that one got', async () => {
    const { process, rows, requests } = anInstallation();
    rows.set(`${contoso} graph`, 'a token of a moment ago');
    assert.equal(await process()(), 'a token of a moment ago');
    assert.deepEqual(requests, []);
  });
});

describe('whoever waits', () => {
  test('looks soon, then less often, and once a second at most', async () => {
    const { process, pauses, claimed } = anInstallation();
    await claimed(10);
    await process()();
    assert.deepEqual(pauses.slice(0, 5), [200, 400, 800, 1000, 1000]);
  });

  test('takes over from a process that died, when its claim ends', async () => {
    const { process, requests, clock, claimed } = anInstallation();
    await claimed(10);
    const began = clock.now();
    assert.equal(await process()(), 'a token');
    assert.equal(requests.length, 1);
    assert.ok(clock.now() - began >= 10 * seconds && clock.now() - began < 12 * seconds);
  });

  test('asks for itself when it has waited for longer than a claim lasts', async () => {
    const { process, requests, clock, claimed, claims } = anInstallation();
    await claimed(3600);
    const began = clock.now();
    assert.equal(await process()(), 'a token');
    assert.equal(requests.length, 1);
    assert.ok(clock.now() - began <= 36 * seconds);
    assert.equal(claims.rows.size, 1, 'a claim of somebody else is not ended');
  });

  test('is told of a failure although it came late', async () => {
    const { process, requests, claims, clock, claimed } = anInstallation();
    await claimed(3600);
    const patience = clock.now() + 35 * seconds;
    const claim = claims.claim.bind(claims);
    claims.claim = (...wanted) => {
      if (clock.now() < patience) return claim(...wanted);
      return Promise.resolve({ code: 'APP_BLOCKED', aadsts: undefined, retryAfterSeconds: undefined });
    };
    await assert.rejects(process()(), withCode('APP_BLOCKED'));
    assert.deepEqual(requests, []);
  });
});

describe('a claim', () => {
  test('lasts for fifteen seconds, longer than a request that nobody answers', async () => {
    const { process, claims, clock, entra } = anInstallation();
    const until: (number | undefined)[] = [];
    entra.answer = () => {
      until.push(claims.rows.get(`${contoso} graph`)?.until);
      return Promise.resolve('a token');
    };
    const began = clock.now();
    await process()();
    assert.deepEqual(until, [began + 15 * seconds]);
  });

  test('that cannot be had for trouble of the table costs a request each, and mail still leaves', async () => {
    const { process, claims, log, requests } = anInstallation();
    claims.claim = failing('STORAGE_UNAVAILABLE');
    await Promise.all([process()(), process()()]);
    assert.equal(requests.length, 2);
    const line = { tenantId: contoso, code: 'STORAGE_UNAVAILABLE' };
    assert.deepEqual(log.lines, [
      { level: 'warning', event: 'token.claim-unreadable', detail: line },
      { level: 'warning', event: 'token.claim-unreadable', detail: line },
    ]);
  });

  test('that cannot be ended keeps nothing of what was got, nor of what went wrong', async () => {
    const { process, claims, log, entra } = anInstallation();
    claims.release = () => Promise.reject(anError('STORAGE_UNAVAILABLE'));
    assert.equal(await process()(), 'a token');
    entra.answer = failing('ENTRA_UNAVAILABLE');
    await assert.rejects(process()(fabrikam), withCode('ENTRA_UNAVAILABLE'));
    assert.deepEqual(log.events(), ['token.claim-unwritable', 'token.claim-unwritable']);
  });
});
