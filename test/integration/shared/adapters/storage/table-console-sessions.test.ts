import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableConsoleSessions } from '../../../../../shared/adapters/storage/table-console-sessions.ts';
import { TableInvitationStore } from '../../../../../shared/adapters/storage/table-invitation-store.ts';
import { hours } from '../../../../../shared/clock.ts';
import { tables } from '../../../../../shared/names.ts';
import { noon } from '../../../../support/clock.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

for (const { how, clients } of accounts.both) {
  describe(`sessions of the console, over ${how}`, () => {
    const sessions = new TableConsoleSessions(clients.table(tables.invitations));
    const begun = async (startedAt: number): Promise<string> => {
      const id = crypto.randomUUID();
      await sessions.insert({ id, startedAt });
      return id;
    };

    test('are there until they are removed, and it is no fault to remove one twice', async () => {
      const [one, other] = [await begun(noon), await begun(noon)];
      assert.equal(await sessions.has(one), true);
      await sessions.remove(one);
      await sessions.remove(one);
      assert.deepEqual([await sessions.has(one), await sessions.has(other)], [false, true]);
      assert.equal(await sessions.has('another'), false);
    });

    test('of before a time are removed, and then all; invitations stay', async () => {
      await sessions.removeAll();
      const invitations = new TableInvitationStore(clients.table(tables.invitations));
      const invitation = { id: crypto.randomUUID(), createdAt: noon, expiresAt: noon + hours };
      await invitations.insert(invitation);
      const old = await begun(noon - 1);
      const young = await begun(noon);
      assert.equal(await sessions.removeAll(noon), 1);
      assert.deepEqual([await sessions.has(old), await sessions.has(young)], [false, true]);
      assert.equal(await sessions.removeAll(), 1);
      assert.equal(await sessions.has(young), false);
      assert.deepEqual(await invitations.find(invitation.id), invitation);
    });
  });
}
