/** What counts as proof that a tenant lets the app work, and what of it is recorded as granted. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { ErrorCode } from '../../../../shared/errors.ts';
import type { Resource } from '../../../../shared/resource.ts';
import { gatherEvidence } from '../../../../shared/tenants/evidence.ts';
import { missingRights } from '../../../../shared/tenants/rights.ts';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import { contoso, enterpriseApp } from '../../../support/app-identity.ts';
import { anError, failing, withCode } from '../../../support/failing.ts';
import { aToken } from '../../../support/unsigned-token.ts';

type Asked = Pick<Tenant, 'rights' | 'granted' | 'mailboxes' | 'scoped'>;

const both: readonly Resource[] = ['graph', 'outlook'];

/** @param roles of each resource's token, or why there is none. */
function gather(asked: Asked, roles: Record<Resource, readonly string[] | ErrorCode>, resources = both) {
  const renewed: string[] = [];
  const renew = (tenantId: string, resource: Resource, needs = { roles: true }) => {
    renewed.push(`${resource}${needs.roles ? '' : ' without roles'}`);
    const given = roles[resource];
    return typeof given === 'string'
      ? Promise.reject(anError(given))
      : Promise.resolve(aToken({ tenantId, resource, roles: given }));
  };
  const probe = { maySend: failing('SEND_FORBIDDEN') };
  return { renewed, evidence: gatherEvidence({ tokens: { renew }, probe, resources }, contoso, asked) };
}

describe('evidence', () => {
  test('is the object id and the rights of the token for Graph; other roles are none of ours', async () => {
    const { evidence, renewed } = gather({}, { graph: ['User.Read.All', 'Mail.ReadWrite', 'Mail.Send'], outlook: [] });
    assert.deepEqual(await evidence, { objectId: enterpriseApp, granted: ['Mail.Send', 'Mail.ReadWrite'] });
    assert.deepEqual(renewed, ['graph']);
  });

  test('is asked of Exchange too when its rights were asked for, and there are tokens for it', async () => {
    const rights = ['Mail.Send', 'SMTP.SendAsApp'] as const;
    const roles = { graph: ['Mail.Send'], outlook: ['SMTP.SendAsApp', 'IMAP.AccessAsApp'] };
    const { granted } = await gather({ rights }, roles).evidence;
    assert.deepEqual(granted, ['Mail.Send', 'SMTP.SendAsApp', 'IMAP.AccessAsApp']);
    const alone = gather({ rights }, roles, ['graph']);
    assert.deepEqual((await alone.evidence).granted, ['Mail.Send']);
    assert.deepEqual(alone.renewed, ['graph']);
  });

  for (const code of ['ROLE_MISSING', 'RESOURCE_NOT_IN_TENANT'] as const) {
    test(`is good without Exchange (${code}): what is missing is told, and stops nothing`, async () => {
      const asked: Asked = { rights: ['Mail.Send', 'SMTP.SendAsApp'], granted: ['Mail.Send', 'SMTP.SendAsApp'] };
      const { granted } = await gather(asked, { graph: ['Mail.Send'], outlook: code }).evidence;
      assert.deepEqual(granted, ['Mail.Send']);
      assert.deepEqual(missingRights({ ...asked, granted }), ['SMTP.SendAsApp']);
    });
  }

  test('keeps what Exchange granted before while nobody can be asked', async () => {
    const asked: Asked = { rights: ['SMTP.SendAsApp'], granted: ['SMTP.SendAsApp'] };
    const { granted } = await gather(asked, { graph: ['Mail.Send'], outlook: 'ENTRA_UNAVAILABLE' }).evidence;
    assert.deepEqual(granted, ['Mail.Send', 'SMTP.SendAsApp']);
  });

  test('of a scoped tenant is what the probe says, unless the token carries the right', async () => {
    const asked: Asked = { scoped: true, mailboxes: ['anna@contoso.example'] };
    const without = gather(asked, { graph: [], outlook: [] });
    await assert.rejects(without.evidence, withCode('SEND_FORBIDDEN'));
    assert.deepEqual(without.renewed, ['graph without roles']);
    assert.deepEqual((await gather(asked, { graph: ['Mail.Send'], outlook: [] }).evidence).granted, ['Mail.Send']);
  });
});

test('of a scoped tenant nothing of Graph is missed, since Exchange’s own assignments are in no token', () => {
  const rights = ['Mail.Send', 'Mail.ReadWrite', 'SMTP.SendAsApp'] as const;
  assert.deepEqual(missingRights({ rights, granted: [], scoped: true }), ['SMTP.SendAsApp']);
  assert.deepEqual(missingRights({ rights }), rights);
  assert.deepEqual(missingRights({}), []);
});
