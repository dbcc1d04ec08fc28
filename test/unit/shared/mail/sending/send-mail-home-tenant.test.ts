import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { contoso, fabrikam } from '../../../../support/app-identity.ts';
import { aMailJob } from '../../../../support/mail-job.ts';
import { aMailRoomWith, poisonCodes } from '../../../../support/mail-room.ts';
import { aTenant } from '../../../../support/tenant.ts';

/** Both tenants are active; the installation was bound to Contoso afterwards. */
function aBoundRoom() {
  const room = aMailRoomWith({ singleTenantId: contoso }, aTenant(), aTenant({ id: fabrikam }));
  const looked: string[] = [];
  const find = room.tenants.find.bind(room.tenants);
  room.tenants.find = (id) => {
    looked.push(id);
    return find(id);
  };
  return { ...room, looked };
}

describe('with a single-tenant registration', () => {
  test('a mail of the home tenant is sent', async () => {
    const room = aBoundRoom();
    await room.sendMail.handle(JSON.stringify(aMailJob({ tenant: contoso.toUpperCase() })));
    assert.equal(room.sent.length, 1);
  });

  test('a mail of another tenant is refused with TENANT_NOT_HOME before anybody is asked about that tenant', async () => {
    const room = aBoundRoom();
    await room.sendMail.handle(JSON.stringify(aMailJob({ tenant: fabrikam })));
    assert.deepEqual([room.sent.length, room.looked, room.stopped], [0, [], []]);
    assert.deepEqual(poisonCodes(room), ['TENANT_NOT_HOME']);
    const row = room.outcomes.row(fabrikam, 'invoice-4711');
    assert.deepEqual([row?.state, row?.code], ['refused', 'TENANT_NOT_HOME']);
  });
});
