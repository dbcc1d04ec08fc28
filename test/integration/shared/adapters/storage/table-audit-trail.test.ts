import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableAuditTrail } from '../../../../../shared/adapters/storage/table-audit-trail.ts';
import { seconds } from '../../../../../shared/clock.ts';
import { tables } from '../../../../../shared/names.ts';
import type { ConsentEvent } from '../../../../../shared/tenants/audit.ts';
import { noon } from '../../../../support/clock.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

for (const { how, clients } of accounts.both) {
  describe(`the audit trail over ${how}`, () => {
    const table = clients.table(tables.consents);
    const trail = new TableAuditTrail(table);

    /** Rows of a partition in the order in which the table gives them. */
    async function rowsOf(partition: string): Promise<Record<string, unknown>[]> {
      const rows: Record<string, unknown>[] = [];
      const filter = `PartitionKey eq '${partition}'`;
      for await (const row of table.listEntities({ queryOptions: { filter } })) rows.push(row);
      return rows;
    }

    test('keeps every field of an event under its tenant', async () => {
      const tenantId = crypto.randomUUID();
      const event: ConsentEvent = {
        kind: 'consent-refused',
        at: noon + 7,
        tenantId,
        invitationId: crypto.randomUUID(),
        code: 'CONSENT_FAILED',
        description: `access_denied: <b>"AADSTS90094"</b> \r\n${'é😀'.repeat(100)}`,
      };
      await trail.append(event);
      const [row, ...more] = await rowsOf(tenantId);
      assert.deepEqual(more, []);
      const { kind, invitationId, code, description } = event;
      assert.deepEqual(
        [row?.['kind'], row?.['invitationId'], row?.['code'], row?.['description'], row?.['at']],
        [kind, invitationId, code, description, new Date(noon + 7)],
      );
    });

    test('gives the newest event of a tenant first, whatever the order in which they came', async () => {
      const tenantId = crypto.randomUUID();
      const later = [3, 1, 0, 1_000_000, 2, 86_400 * 365 * 10];
      for (const after of later) await trail.append({ kind: 'tenant-pending', at: noon + after * seconds, tenantId });
      await trail.append({ kind: 'tenant-pending', at: 0, tenantId });
      const times = (await rowsOf(tenantId)).map(({ at }) => (at instanceof Date ? at.getTime() : Number.NaN));
      assert.deepEqual(
        times,
        [...times].sort((a, b) => b - a),
      );
      assert.equal(times.length, later.length + 1);
      assert.equal(times.at(-1), 0);
    });

    test('never writes one event over another, even the same event in the same millisecond', async () => {
      const tenantId = crypto.randomUUID();
      const event: ConsentEvent = { kind: 'consent-started', at: noon, tenantId };
      await Promise.all(Array.from({ length: 50 }, () => trail.append(event)));
      assert.equal((await rowsOf(tenantId)).length, 50);
    });

    test('reads back what it was given of one tenant, the newest first, and no more than asked', async () => {
      const tenantId = crypto.randomUUID();
      const events: ConsentEvent[] = [
        { kind: 'tenant-invited', at: noon, tenantId, invitationId: 'an invitation' },
        { kind: 'consent-refused', at: noon + 1, tenantId, code: 'CONSENT_FAILED', description: 'why' },
        { kind: 'tenant-removed', at: noon + 2, tenantId },
      ];
      for (const event of events) await trail.append(event);
      await trail.append({ kind: 'tenant-active', at: noon + 3, tenantId: crypto.randomUUID() });
      assert.deepEqual(await trail.newest(tenantId, 100), events.toReversed());
      assert.deepEqual(await trail.newest(tenantId, 2), events.toReversed().slice(0, 2));
      assert.deepEqual(await trail.newest(crypto.randomUUID(), 100), []);
    });

    test('passes over an event that a later version has written', async () => {
      const tenantId = crypto.randomUUID();
      await table.createEntity({ partitionKey: tenantId, rowKey: '1', kind: 'of-tomorrow', at: new Date(noon) });
      await trail.append({ kind: 'tenant-active', at: noon, tenantId });
      assert.deepEqual(
        (await trail.newest(tenantId, 100)).map(({ kind }) => kind),
        ['tenant-active'],
      );
    });

    test('keeps events whose tenant nobody could tell', async () => {
      const invitationId = crypto.randomUUID();
      await trail.append({ kind: 'consent-refused', at: noon, invitationId, code: 'CONSENT_STATE_MISSING' });
      const found = (await rowsOf('unknown')).filter((row) => row['invitationId'] === invitationId);
      assert.equal(found.length, 1);
      assert.equal('tenantId' in (found[0] ?? {}), false);
    });
  });
}
