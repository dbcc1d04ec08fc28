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

    test('come back with all that was asked', async () => {
      const whole = anInvitation({
        ...{ tenantId: contoso, domain: 'contoso.example', rights: ['Mail.Send', 'Mail.ReadWrite'], scoped: true },
        ...{ mailboxes: ['anna@contoso.example', 'post@contoso.example'], returnUrl: 'https://portal.example.com/' },
      });
      await store.insert(whole);
      assert.deepEqual(await store.find(whole.id), whole);
    });

    test('that were revoked are bound to nobody, and those that were used are not revoked', async () => {
      const [revoked, used] = [await inserted(), await inserted()];
      assert.equal((await store.revoke(revoked, noon))?.revokedAt, noon);
      assert.equal((await store.revoke(revoked, noon + 1))?.revokedAt, noon, 'the first time stays');
      assert.equal(await store.bind(revoked, contoso), 'revoked');
      assert.equal(await store.bind(used, contoso), 'bound');
      assert.equal((await store.revoke(used, noon))?.revokedAt, undefined);
      assert.equal(await store.revoke(crypto.randomUUID(), noon), undefined);
    });

    test('that are revoked while a tenant comes back are one or the other', async () => {
      for (let round = 0; round < 10; round += 1) {
        const id = await inserted();
        const [bound] = await Promise.all([store.bind(id, contoso), store.revoke(id, noon)]);
        const { usedBy, revokedAt } = (await store.find(id)) ?? {};
        assert.deepEqual([usedBy, revokedAt], bound === 'bound' ? [contoso, undefined] : [undefined, noon]);
      }
    });

    test('are listed without the states, by the tenant that they name or that used them', async () => {
      const tenantId = crypto.randomUUID();
      const named = anInvitation({ tenantId });
      const used = anInvitation();
      for (const one of [named, used, anInvitation()]) await store.insert(one);
      await store.bind(used.id, tenantId);
      await store.consumeState(crypto.randomUUID(), noon);
      const { invitations } = await store.page({ tenantId });
      assert.deepEqual(invitations.map(({ id }) => id).sort(), [named.id, used.id].sort());
      const found: string[] = [];
      let continuation: string | undefined;
      do {
        const page = await store.page({ limit: 2, continuation });
        found.push(...page.invitations.map(({ id }) => id));
        ({ continuation } = page);
      } while (continuation !== undefined);
      assert.equal(new Set(found).size, found.length);
      assert.ok(found.includes(named.id));
    });

    test('that are over are swept away, with the states of that time, and no others', async () => {
      const [old, young] = [anInvitation({ expiresAt: noon - 10 }), anInvitation({ expiresAt: noon + 10 })];
      const [spent, fresh] = [crypto.randomUUID(), crypto.randomUUID()];
      for (const one of [old, young]) await store.insert(one);
      await store.consumeState(spent, noon - 10);
      await store.consumeState(fresh, noon + 10);
      let page = await store.sweep(noon, noon);
      while (page.isMore) page = await store.sweep(noon, noon);
      assert.deepEqual([await store.find(old.id), (await store.find(young.id))?.id], [undefined, young.id]);
      assert.equal(await store.consumeState(fresh, noon), false);
      assert.equal(await store.consumeState(spent, noon), true, 'its row is gone; its signature has long expired');
    });

    test('that are removed are gone, and twice does no harm', async () => {
      const id = await inserted();
      await store.remove(id);
      await store.remove(id);
      assert.equal(await store.find(id), undefined);
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
