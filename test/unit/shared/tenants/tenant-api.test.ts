/** What an operator asks about tenants, over ports in memory. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { minutes } from '../../../../shared/clock.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import { contoso, enterpriseApp, fabrikam } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { memoryServices } from '../../../support/memory-services.ts';
import { aTenant, anInvitation } from '../../../support/tenant.ts';
import { aTokenValue } from '../../../support/unsigned-token.ts';

const mailbox = 'anna@contoso.example';

describe('resolve', () => {
  test('gives the id of a domain, and an id as it is, in small letters', async () => {
    const { tenantApi } = memoryServices().services;
    assert.equal(await tenantApi.resolve('Contoso.Example'), contoso);
    assert.equal(await tenantApi.resolve(contoso.toUpperCase()), contoso);
  });

  test('refuses a domain that nobody has, and what is neither', async () => {
    const { tenantApi } = memoryServices().services;
    await assert.rejects(tenantApi.resolve('nobody.example'), withCode('TENANT_NOT_FOUND'));
    for (const text of ['', 'common', 'organizations', 'contoso', '../x', 'a b.example', `${contoso}x`, '1.2.3.4']) {
      await assert.rejects(tenantApi.resolve(text), withCode('REQUEST_INVALID'));
    }
  });
});

describe('read', () => {
  test('gives the tenant, its events with the newest first, and the invitations that name it or were used by it', async () => {
    const { services, tenants, invitationStore, audit } = memoryServices();
    tenants.rows.set(contoso, aTenant());
    const ours = [anInvitation({ tenantId: contoso }), anInvitation({ usedBy: contoso })];
    for (const one of [...ours, anInvitation({ tenantId: fabrikam }), anInvitation()])
      await invitationStore.insert(one);
    await audit.append({ kind: 'tenant-pending', at: noon, tenantId: contoso });
    await audit.append({ kind: 'tenant-active', at: noon + 1, tenantId: contoso });
    await audit.append({ kind: 'tenant-active', at: noon + 2, tenantId: fabrikam });
    const { tenant, events, invitations } = await services.tenantApi.read(contoso);
    assert.deepEqual(tenant, aTenant());
    assert.deepEqual(
      events.map(({ kind }) => kind),
      ['tenant-active', 'tenant-pending'],
    );
    assert.deepEqual(invitations, ours);
  });

  test('knows nothing of a tenant without a row', async () => {
    await assert.rejects(memoryServices().services.tenantApi.read(contoso), withCode('TENANT_UNKNOWN'));
  });
});

describe('verify', () => {
  test('records a tenant whose token carries the right, without any invitation', async () => {
    const { services, tenants, audit } = memoryServices();
    const tenant = await services.tenantApi.verify(contoso, {});
    const expected: Tenant = {
      ...{ id: contoso, state: 'active', since: noon, objectId: enterpriseApp },
      ...{ rights: ['Mail.Send'], granted: ['Mail.Send'], scoped: false },
    };
    assert.deepEqual(tenant, expected);
    assert.deepEqual(tenants.rows.get(contoso), expected);
    assert.deepEqual(audit.kinds(), ['tenant-verified', 'tenant-active']);
  });

  test('leaves one pending whose grant has not arrived, for the timer to ask again', async () => {
    const { services, issuer } = memoryServices();
    issuer.answer = failing('APP_NOT_IN_TENANT');
    const { state, code, claimed } = await services.tenantApi.verify(contoso, {});
    assert.deepEqual([state, code, claimed], ['pending', 'APP_NOT_IN_TENANT', undefined]);
  });

  test('brings a tenant back that was removed, on the operator’s word', async () => {
    const { services, tenants } = memoryServices();
    tenants.rows.set(contoso, { id: contoso, state: 'removed', since: noon });
    assert.equal((await services.tenantApi.verify(contoso, {})).state, 'active');
  });

  for (const code of ['TENANT_NOT_FOUND', 'APP_BLOCKED', 'RESOURCE_NOT_IN_TENANT'] as const) {
    test(`fails with ${code}, which waiting does not cure, and records no tenant`, async () => {
      const { services, issuer, tenants } = memoryServices();
      issuer.answer = failing(code);
      await assert.rejects(services.tenantApi.verify(contoso, {}), withCode(code));
      assert.equal(tenants.rows.size, 0);
    });
  }

  describe('of a scoped tenant', () => {
    const withoutRoles = (): string => aTokenValue({ roles: [] });

    test('accepts a token without roles when the app may send from the mailbox', async () => {
      const { services, issuer, outside } = memoryServices();
      issuer.answer = withoutRoles;
      const asked: string[] = [];
      outside.maySend = (tenantId, address) => {
        asked.push(`${tenantId} ${address}`);
        return Promise.resolve();
      };
      const tenant = await services.tenantApi.verify(contoso, { scoped: true, mailbox });
      assert.deepEqual([tenant.state, tenant.scoped, tenant.mailboxes], ['active', true, [mailbox]]);
      assert.deepEqual(tenant.granted, undefined);
      assert.deepEqual(asked, [`${contoso} ${mailbox}`]);
    });

    for (const code of ['SEND_FORBIDDEN', 'MAILBOX_NOT_FOUND', 'GRAPH_UNAVAILABLE'] as const) {
      test(`leaves it pending on ${code}`, async () => {
        const { services, issuer, outside } = memoryServices();
        issuer.answer = withoutRoles;
        outside.maySend = failing(code);
        const tenant = await services.tenantApi.verify(contoso, { scoped: true, mailbox });
        assert.deepEqual([tenant.state, tenant.code], ['pending', code]);
      });
    }

    test('asks no mailbox when the token carries the right all the same', async () => {
      const { services, outside } = memoryServices();
      outside.maySend = failing('UNEXPECTED');
      assert.equal((await services.tenantApi.verify(contoso, { scoped: true, mailbox })).state, 'active');
    });

    test('needs a mailbox, given or known', async () => {
      const { services, tenants, issuer } = memoryServices();
      issuer.answer = withoutRoles;
      await assert.rejects(services.tenantApi.verify(contoso, { scoped: true }), withCode('REQUEST_INVALID'));
      assert.equal(tenants.rows.size, 0);
      tenants.rows.set(contoso, aTenant({ mailboxes: [mailbox] }));
      assert.equal((await services.tenantApi.verify(contoso, { scoped: true })).state, 'active');
    });

    test('is nothing that a token without roles passes for in a tenant that is not scoped', async () => {
      const { services, issuer } = memoryServices();
      issuer.answer = withoutRoles;
      const tenant = await services.tenantApi.verify(contoso, { mailbox });
      assert.deepEqual([tenant.state, tenant.code], ['pending', 'ROLE_MISSING']);
    });
  });

  test('refuses rights of which this installation has no tokens, and an unscoped tenant without Mail.Send', async () => {
    const { tenantApi } = memoryServices().services;
    for (const rights of [['SMTP.SendAsApp', 'Mail.Send'], ['Mail.ReadWrite']] as const) {
      await assert.rejects(tenantApi.verify(contoso, { rights }), withCode('REQUEST_INVALID'));
    }
  });
});

describe('remove', () => {
  const whole = aTenant({
    ...{
      rights: ['Mail.Send', 'SMTP.SendAsApp'],
      granted: ['Mail.Send'],
      mailboxes: [mailbox],
      domain: 'contoso.example',
    },
    ...{ delivery: 'exactly-once', onUnknown: 'resend' },
  });

  test('leaves the id, the state and the object id of a tenant, and nothing else', async () => {
    const { services, tenants, invitationStore, audit, outside } = memoryServices();
    tenants.rows.set(contoso, whole);
    const other = anInvitation({ tenantId: fabrikam });
    for (const one of [anInvitation({ tenantId: contoso }), anInvitation({ usedBy: contoso }), other]) {
      await invitationStore.insert(one);
    }
    const erased: string[] = [];
    outside.erase = (tenantId) => {
      erased.push(tenantId);
      return Promise.resolve({ deleted: { outcomes: 7, mailboxes: 1 }, isWhole: true });
    };
    const { tenant, deleted, isWhole } = await services.tenantApi.remove(contoso);
    assert.deepEqual(tenant, { id: contoso, state: 'removed', since: noon, objectId: enterpriseApp });
    assert.deepEqual(tenants.rows.get(contoso), tenant);
    assert.deepEqual([deleted, isWhole], [{ invitations: 2, outcomes: 7, mailboxes: 1 }, true]);
    assert.deepEqual([...invitationStore.rows.values()], [other]);
    assert.deepEqual(erased, [contoso]);
    assert.deepEqual(audit.events, [{ kind: 'tenant-removed', at: noon, tenantId: contoso }]);
  });

  test('says what the administrator can take away, by the object id', async () => {
    const { services, tenants } = memoryServices();
    tenants.rows.set(contoso, whole);
    const { adminMayRemove } = await services.tenantApi.remove(contoso);
    const [application, ...exchange] = adminMayRemove;
    assert.match(application ?? '', new RegExp(`enterprise application \\(object id ${enterpriseApp}`));
    for (const cmdlet of [
      'Remove-MailboxPermission',
      'Remove-RecipientPermission',
      'Remove-ManagementRoleAssignment',
      'Remove-ServicePrincipal',
    ]) {
      assert.match(exchange.join('\n'), new RegExp(cmdlet));
    }
    assert.match(exchange.join('\n'), new RegExp(`${mailbox}.*${enterpriseApp}`));
  });

  test('names nothing of Exchange for a tenant that sends over Graph by consent alone', async () => {
    const { services, tenants } = memoryServices();
    tenants.rows.set(contoso, aTenant({ rights: ['Mail.Send'] }));
    assert.equal((await services.tenantApi.remove(contoso)).adminMayRemove.length, 1);
  });

  test('goes on where it was cut off when it is asked again, and says it once', async () => {
    const { services, tenants, audit, outside } = memoryServices();
    tenants.rows.set(contoso, whole);
    outside.erase = failing('STORAGE_UNAVAILABLE');
    await assert.rejects(services.tenantApi.remove(contoso), withCode('STORAGE_UNAVAILABLE'));
    assert.equal(tenants.rows.get(contoso)?.state, 'removed', 'no mail is taken from the first step on');
    outside.erase = () => Promise.resolve({ deleted: { outcomes: 1 }, isWhole: true });
    assert.deepEqual((await services.tenantApi.remove(contoso)).deleted, { invitations: 0, outcomes: 1 });
    assert.deepEqual(audit.kinds(), ['tenant-removed']);
  });

  test('is nothing that a tenant which nobody knows can be', async () => {
    await assert.rejects(memoryServices().services.tenantApi.remove(contoso), withCode('TENANT_UNKNOWN'));
  });
});

describe('a tenant that was removed', () => {
  const answers: readonly (ErrorCode | undefined)[] = [undefined, 'APP_NOT_IN_TENANT'];
  for (const code of answers) {
    test(`is left alone by the timer, whatever Entra would say${code === undefined ? '' : ` (${code})`}`, async () => {
      const { services, tenants, issuer, advance } = memoryServices();
      const removed: Tenant = { id: contoso, state: 'removed', since: noon };
      tenants.rows.set(contoso, removed);
      tenants.rows.set(fabrikam, { id: fabrikam, state: 'invited', since: noon });
      if (code !== undefined) issuer.answer = failing(code);
      const [shard] = services.shards;
      assert.ok(shard);
      for (let run = 0; run < 12; run += 1) {
        await services.warm.run(shard);
        advance(5 * minutes);
      }
      assert.deepEqual(issuer.requests, []);
      assert.deepEqual(tenants.rows.get(contoso), removed);
    });
  }
});
