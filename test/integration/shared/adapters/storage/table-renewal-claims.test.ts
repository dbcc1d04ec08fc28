import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableRenewalClaims } from '../../../../../shared/adapters/storage/table-renewal-claims.ts';
import { seconds } from '../../../../../shared/clock.ts';
import { tables } from '../../../../../shared/names.ts';
import { settableClock } from '../../../../support/clock.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const lasts = 25 * seconds;
const refused = { code: 'APP_NOT_IN_TENANT', aadsts: 7000229, retryAfterSeconds: undefined } as const;

for (const { how, clients } of accounts.both) {
  describe(`claims on renewals over ${how}`, () => {
    const table = clients.table(tables.tokens);

    /** A tenant that no other test knows, and processes that may renew its token. */
    function processes() {
      const { now, advance } = settableClock();
      const tenantId = crypto.randomUUID();
      const process = () => {
        const claims = new TableRenewalClaims(table, now);
        return {
          claim: (resource: 'graph' | 'outlook' = 'graph') => claims.claim(tenantId, resource, now() + lasts),
          release: (failure?: Parameters<typeof claims.release>[2]) => claims.release(tenantId, 'graph', failure),
        };
      };
      const row = (): Promise<Record<string, unknown>> => table.getEntity(tenantId, 'graph renewal');
      return { advance, tenantId, process, row };
    }

    test("are one process's, until it ends its claim", async () => {
      const { process } = processes();
      const [one, other] = [process(), process()];
      assert.equal(await one.claim(), 'ours');
      assert.equal(await other.claim(), 'theirs');
      assert.equal(await one.claim(), 'theirs', 'nobody claims twice');
      await one.release();
      assert.equal(await other.claim(), 'ours');
    });

    test('leave nothing behind when all went well', async () => {
      const { process, row } = processes();
      const one = process();
      await one.claim();
      assert.ok((await row())['until'] instanceof Date);
      await one.release();
      await assert.rejects(row(), { statusCode: 404 });
    });

    test('are one for each tenant and resource', async () => {
      const { process } = processes();
      const one = process();
      assert.deepEqual([await one.claim('graph'), await one.claim('outlook')], ['ours', 'ours']);
      assert.equal(await processes().process().claim(), 'ours');
    });

    test('are won by one of many that come at once, when nobody holds one and when one has ended', async () => {
      for (let round = 0; round < 5; round += 1) {
        const { process, advance } = processes();
        for (const racers of [Array.from({ length: 8 }, process), Array.from({ length: 8 }, process)]) {
          const got = await Promise.all(racers.map((one) => one.claim()));
          assert.deepEqual(got.toSorted(), ['ours', ...Array.from({ length: 7 }, () => 'theirs')]);
          advance(lasts);
        }
      }
    });

    test('of a process that died end by themselves, and not before their time', async () => {
      const { process, advance } = processes();
      await process().claim();
      advance(lasts - 1);
      assert.equal(await process().claim(), 'theirs');
      advance(1);
      assert.equal(await process().claim(), 'ours');
    });

    test('that are ended too late leave alone the one who took over', async () => {
      for (const failure of [undefined, refused]) {
        const { process, advance } = processes();
        const [slow, next] = [process(), process()];
        await slow.claim();
        advance(lasts);
        assert.equal(await next.claim(), 'ours');
        await slow.release(failure);
        assert.equal(await process().claim(), 'theirs');
        await next.release();
        await slow.release(failure);
        assert.equal(await process().claim(), 'ours');
      }
    });

    test('are ended by nobody who has none', async () => {
      const { process, row } = processes();
      await process().release(refused);
      await assert.rejects(row(), { statusCode: 404 });
      await process().claim();
      await process().release();
      assert.equal(await process().claim(), 'theirs');
    });

    test('that ended in a failure tell it to whoever comes for five seconds, and then to nobody', async () => {
      const { process, advance } = processes();
      const one = process();
      await one.claim();
      await one.release(refused);
      advance(5 * seconds - 1);
      assert.deepEqual(await process().claim(), refused);
      assert.deepEqual(await one.claim(), refused);
      advance(1);
      assert.equal(await process().claim(), 'ours');
      assert.equal(await process().claim(), 'theirs', 'nothing is left of the failure');
    });

    test('that ended in a failure without a number tell the code alone', async () => {
      const { process } = processes();
      const one = process();
      await one.claim();
      const failure = { code: 'VAULT_UNAVAILABLE', aadsts: undefined, retryAfterSeconds: undefined } as const;
      await one.release(failure);
      assert.deepEqual(await process().claim(), failure);
    });

    test('that ended because a service wants to be left alone tell it for as long, with the time that is left', async () => {
      const { process, advance } = processes();
      const one = process();
      await one.claim();
      const failure = { code: 'ENTRA_THROTTLED', aadsts: 90055, retryAfterSeconds: 60 } as const;
      await one.release(failure);
      advance(18 * seconds);
      assert.deepEqual(await process().claim(), { ...failure, retryAfterSeconds: 42 });
      advance(42 * seconds);
      assert.equal(await process().claim(), 'ours');
    });

    test('that ended in what a later version alone knows, or that cannot be read, are taken over by one', async () => {
      const until = new Date(settableClock().now() + 3600 * seconds);
      for (const broken of [{ until, code: 'NOT_YET_KNOWN' }, { until: 'tomorrow' }, {}]) {
        const { process, tenantId } = processes();
        await table.createEntity({ partitionKey: tenantId, rowKey: 'graph renewal', ...broken });
        const got = await Promise.all([process(), process(), process()].map((one) => one.claim()));
        assert.deepEqual(got.toSorted(), ['ours', 'theirs', 'theirs']);
      }
    });
  });
}
