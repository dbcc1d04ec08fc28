/** What somebody with an open invitation, who writes another company's id into the callback, can and cannot do. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { returned, stateIn } from '../../../support/consent-setup.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { memoryServices } from '../../../support/memory-services.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';
import { aTokenValueFor } from '../../../support/unsigned-token.ts';

type Memory = ReturnType<typeof memoryServices>;

/** Opens an invitation and comes back, with whatever tenant he says. */
async function comesBack({ services }: Memory, signed: string, tenant: string): Promise<Tenant> {
  const { location, browser } = await services.consent.start(signed, undefined);
  return services.consent.finish(returned({ tenant, state: stateIn(location), browser }));
}

async function anOpenInvitation({ services }: Memory) {
  return services.invitations.create({ expiresInHours: 72, rights: ['Mail.Send', 'Mail.ReadWrite'] });
}

const known: readonly Tenant[] = [
  aTenant(),
  { id: contoso, state: 'invited', since: noon },
  aPendingTenant(),
  aTenant({ state: 'degraded', code: 'APP_BLOCKED' }),
  aTenant({ state: 'revoked', code: 'ROLE_MISSING' }),
  { id: contoso, state: 'removed', since: noon },
];

describe('with an open invitation', () => {
  for (const tenant of known) {
    test(`a tenant that is ${tenant.state} is refused, changed in nothing, and not bound to the invitation`, async () => {
      const memory = memoryServices();
      memory.tenants.rows.set(contoso, tenant);
      const { invitation, signed } = await anOpenInvitation(memory);
      await assert.rejects(comesBack(memory, signed, contoso), withCode('CONSENT_TENANT_KNOWN'));
      assert.deepEqual(memory.tenants.rows.get(contoso), tenant);
      assert.equal(memory.invitationStore.rows.get(invitation.id)?.usedBy, undefined);
      assert.equal(memory.issuer.requests.length, 0, 'nobody asks Entra on his word');
      assert.deepEqual(memory.audit.events.at(-1), {
        ...{ kind: 'consent-refused', at: noon, code: 'CONSENT_TENANT_KNOWN' },
        ...{ invitationId: invitation.id, claimedTenant: contoso },
      });
    });
  }

  test('a tenant that nobody knows and no token proves is pending, and marked as only claimed', async () => {
    const memory = memoryServices();
    memory.issuer.answer = failing('APP_NOT_IN_TENANT');
    const { signed } = await anOpenInvitation(memory);
    const tenant = await comesBack(memory, signed, contoso);
    assert.deepEqual([tenant.state, tenant.claimed], ['pending', true]);
  });

  test('a tenant that another one has only claimed is not kept out by that', async () => {
    const memory = memoryServices();
    memory.issuer.answer = failing('APP_NOT_IN_TENANT');
    await comesBack(memory, (await anOpenInvitation(memory)).signed, contoso);
    memory.issuer.answer = aTokenValueFor;
    const tenant = await comesBack(memory, (await anOpenInvitation(memory)).signed, contoso);
    assert.deepEqual([tenant.state, tenant.claimed], ['active', undefined]);
  });

  test('what was claimed is no claim any more when an invitation names the tenant', async () => {
    const memory = memoryServices();
    memory.issuer.answer = failing('APP_NOT_IN_TENANT');
    await comesBack(memory, (await anOpenInvitation(memory)).signed, contoso);
    const { signed } = await memory.services.invitations.create({ tenant: contoso, expiresInHours: 1 });
    const tenant = await comesBack(memory, signed, contoso);
    assert.deepEqual([tenant.state, tenant.claimed], ['pending', undefined]);
    await assert.rejects(
      comesBack(memory, (await anOpenInvitation(memory)).signed, contoso),
      withCode('CONSENT_TENANT_KNOWN'),
    );
  });

  test('a tenant that was invited by name while Entra was asked is refused, and nothing of it changed', async () => {
    const memory = memoryServices();
    const { invitation, signed } = await anOpenInvitation(memory);
    const named: Tenant = { id: contoso, state: 'invited', since: noon };
    for (const answer of [aTokenValueFor, failing('APP_NOT_IN_TENANT')]) {
      memory.tenants.rows.clear();
      memory.issuer.answer = (tenantId, resource) => {
        memory.tenants.rows.set(contoso, named);
        return answer(tenantId, resource);
      };
      await assert.rejects(comesBack(memory, signed, contoso), withCode('CONSENT_TENANT_KNOWN'));
      assert.deepEqual(memory.tenants.rows.get(contoso), named);
      assert.equal(memory.invitationStore.rows.get(invitation.id)?.usedBy, undefined);
    }
  });

  test('a second tab of the same browser ends well, and a second tenant does not', async () => {
    const memory = memoryServices();
    const { services } = memory;
    const { signed } = await anOpenInvitation(memory);
    const [one, two, three] = [
      await services.consent.start(signed, undefined),
      await services.consent.start(signed, undefined),
      await services.consent.start(signed, undefined),
    ];
    const back = ({ location, browser }: typeof one, tenant: string) =>
      services.consent.finish(returned({ tenant, state: stateIn(location), browser }));
    const [first, second] = await Promise.all([back(one, contoso), back(two, contoso)]);
    assert.deepEqual([first.state, second.state], ['active', 'active']);
    assert.equal(memory.tenants.saved.length, 1, 'written once, by whichever was first');
    await assert.rejects(back(three, fabrikam), withCode('INVITATION_USED'));
    assert.equal(memory.tenants.rows.has(fabrikam), false);
  });
});

describe('with an invitation that names the tenant', () => {
  for (const tenant of known.filter(({ state }) => state !== 'removed')) {
    test(`a tenant that is ${tenant.state} is active, with what was asked`, async () => {
      const memory = memoryServices();
      memory.tenants.rows.set(contoso, tenant);
      const rights = ['Mail.Send', 'Mail.ReadWrite'] as const;
      const wanted = { tenant: contoso, expiresInHours: 1, rights, mailboxes: ['anna@contoso.example'] };
      const { signed } = await memory.services.invitations.create(wanted);
      const { state, granted, ...row } = await comesBack(memory, signed, contoso);
      assert.deepEqual([state, granted], ['active', ['Mail.Send']]);
      assert.deepEqual([row.rights, row.mailboxes], [rights, ['anna@contoso.example']]);
    });
  }

  test('one that was removed since is refused, although a token would prove it', async () => {
    const memory = memoryServices();
    const { signed } = await memory.services.invitations.create({ tenant: contoso, expiresInHours: 1 });
    const { location, browser } = await memory.services.consent.start(signed, undefined);
    // As it stands between the two writes of its removal: the row first, its invitations after.
    const removed: Tenant = { id: contoso, state: 'removed', since: noon };
    memory.tenants.rows.set(contoso, removed);
    const back = returned({ tenant: contoso, state: stateIn(location), browser });
    await assert.rejects(memory.services.consent.finish(back), withCode('TENANT_REMOVED'));
    assert.deepEqual(memory.tenants.rows.get(contoso), removed);
  });
});
