import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { TableInvitationStore } from '../../../../../shared/adapters/storage/table-invitation-store.ts';
import { tables } from '../../../../../shared/names.ts';
import { contoso, fabrikam } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { withCode } from '../../../../support/failing.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';
import { anInvitation } from '../../../../support/tenant.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const count = <T>(answers: readonly T[], wanted: T): number => answers.filter((one) => one === wanted).length;

for (const { how, clients } of accounts.both) {
  describe(`invitations over ${how}`, () => {
    const store = new TableInvitationStore(clients.table(tables.invitations));

    /** The id of an invitation that nobody has used. */
    async function inserted(): Promise<string> {
      const invitation = anInvitation();
      await store.insert(invitation);
      return invitation.id;
    }

    test('come back as they were inserted, for one tenant and for any', async () => {
      const forOne = anInvitation({ tenantId: contoso });
      const forAny = anInvitation();
      await store.insert(forOne);
      await store.insert(forAny);
      assert.deepEqual(await store.find(forOne.id), forOne);
      assert.deepEqual(await store.find(forAny.id), forAny);
    });

    test('are unknown until they are inserted', async () => {
      assert.equal(await store.find(crypto.randomUUID()), undefined);
    });

    test('are never written over by another of the same id', async () => {
      const first = anInvitation({ tenantId: contoso });
      await store.insert(first);
      await assert.rejects(store.insert({ ...first, tenantId: fabrikam }), withCode('STORAGE_UNAVAILABLE'));
      assert.deepEqual(await store.find(first.id), first);
    });

    test('are bound to the first tenant, which may come again, and to no other', async () => {
      const id = await inserted();
      assert.equal(await store.bind(id, contoso), 'bound');
      assert.equal(await store.bind(id, contoso), 'bound-before');
      assert.equal(await store.bind(id, fabrikam), 'taken');
      assert.equal((await store.find(id))?.usedBy, contoso);
    });

    test('that nobody knows are bound to nobody', async () => {
      const id = crypto.randomUUID();
      assert.equal(await store.bind(id, contoso), 'taken');
      assert.equal(await store.find(id), undefined);
    });

    test('keep what they were when they are bound', async () => {
      const invitation = anInvitation({ tenantId: contoso });
      await store.insert(invitation);
      await store.bind(invitation.id, contoso);
      assert.deepEqual(await store.find(invitation.id), { ...invitation, usedBy: contoso });
    });

    test('wanted by two tenants at once are bound to exactly one', async () => {
      for (let round = 0; round < 10; round += 1) {
        const id = await inserted();
        const [first, second] = await Promise.all([store.bind(id, contoso), store.bind(id, fabrikam)]);
        assert.deepEqual([first, second].sort(), ['bound', 'taken']);
        assert.equal((await store.find(id))?.usedBy, first === 'bound' ? contoso : fabrikam);
      }
    });

    test('wanted by many tenants at once are bound to exactly one', async () => {
      const id = await inserted();
      const tenants = Array.from({ length: 8 }, () => crypto.randomUUID());
      const bound = await Promise.all(tenants.map((tenant) => store.bind(id, tenant)));
      assert.equal(count(bound, 'bound'), 1);
      assert.equal(count(bound, 'taken'), 7);
      assert.equal((await store.find(id))?.usedBy, tenants[bound.indexOf('bound')]);
    });

    test('wanted by two administrators of one tenant at once are bound for both', async () => {
      const id = await inserted();
      const both = await Promise.all([store.bind(id, contoso), store.bind(id, contoso)]);
      assert.deepEqual(both.sort(), ['bound', 'bound-before']);
    });

    test('that are released are free for another tenant', async () => {
      const id = await inserted();
      await store.bind(id, contoso);
      await store.release(id);
      assert.equal('usedBy' in ((await store.find(id)) ?? { usedBy: '' }), false);
      assert.equal(await store.bind(id, fabrikam), 'bound');
      assert.equal(await store.bind(id, contoso), 'taken');
    });

    test('released while another tenant binds are told truly', async () => {
      for (let round = 0; round < 10; round += 1) {
        const id = await inserted();
        await store.bind(id, contoso);
        const [, bound] = await Promise.all([store.release(id), store.bind(id, fabrikam)]);
        assert.equal((await store.find(id))?.usedBy, bound === 'bound' ? fabrikam : undefined);
      }
    });

    test('released and wanted by two tenants at once are bound to at most one', async () => {
      for (let round = 0; round < 10; round += 1) {
        const id = await inserted();
        const [before = '', ...others] = Array.from({ length: 5 }, () => crypto.randomUUID());
        await store.bind(id, before);
        const binding = others.map((tenant) => store.bind(id, tenant));
        await store.release(id);
        const bound = await Promise.all(binding);
        const { usedBy } = (await store.find(id)) ?? {};
        const winners = others.filter((_, at) => bound[at] === 'bound');
        assert.deepEqual(winners, usedBy === undefined ? [] : [usedBy]);
      }
    });
  });

  describe(`states over ${how}`, () => {
    const store = new TableInvitationStore(clients.table(tables.invitations));

    test('are consumed once', async () => {
      const state = crypto.randomUUID();
      assert.equal(await store.consumeState(state, noon), true);
      assert.equal(await store.consumeState(state, noon), false);
      assert.equal(await store.consumeState(state, noon + 1), false);
    });

    test('wanted by many at once are consumed by exactly one', async () => {
      const state = crypto.randomUUID();
      const consumed = await Promise.all(Array.from({ length: 8 }, () => store.consumeState(state, noon)));
      assert.equal(count(consumed, true), 1);
    });

    test('are no invitations, even under the same id', async () => {
      const invitation = anInvitation();
      await store.insert(invitation);
      assert.equal(await store.consumeState(invitation.id, noon), true);
      assert.deepEqual(await store.find(invitation.id), invitation);
      const state = crypto.randomUUID();
      await store.consumeState(state, noon);
      assert.equal(await store.find(state), undefined);
    });
  });
}
