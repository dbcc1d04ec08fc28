import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { SendMail } from '../../../../shared/mail/send-mail.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { aMailJob } from '../../../support/mail-job.ts';
import { aMailRoom, poisonCodes } from '../../../support/mail-room.ts';
import { aTenant } from '../../../support/tenant.ts';

/** Both tenants are active; the installation was bound to Contoso afterwards. */
function aBoundRoom() {
  const room = aMailRoom(aTenant(), aTenant({ id: fabrikam }));
  const asked: string[] = [];
  const { tenants, tokens, proof, outcomes, queue, transport, clock, log } = room;
  const sendMail = new SendMail({
    tenants: {
      find: (id) => {
        asked.push(id);
        return tenants.find(id);
      },
    },
    tokens,
    proof,
    outcomes,
    queue,
    transport,
    now: clock.now,
    log: log.log,
    singleTenantId: contoso,
  });
  return { ...room, asked, sendMail };
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
    assert.deepEqual([room.sent.length, room.asked, room.stopped], [0, [], []]);
    assert.deepEqual(poisonCodes(room), ['TENANT_NOT_HOME']);
    const row = room.outcomes.row(fabrikam, 'invoice-4711');
    assert.deepEqual([row?.state, row?.code], ['refused', 'TENANT_NOT_HOME']);
  });
});
