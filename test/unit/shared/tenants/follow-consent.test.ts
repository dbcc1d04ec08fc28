import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours, seconds } from '../../../../shared/clock.ts';
import { TenantpostError } from '../../../../shared/errors.ts';
import { FollowConsent } from '../../../../shared/tenants/follow-consent.ts';
import { Links } from '../../../../shared/tenants/links.ts';
import { PageLinks } from '../../../../shared/tenants/page-links.ts';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { withCode } from '../../../support/failing.ts';
import { fixedDataKeys } from '../../../support/fixed-data-keys.ts';
import { MemoryInvitationStore } from '../../../support/memory-invitation-store.ts';
import { MemoryTenantStore } from '../../../support/memory-tenant-store.ts';
import { recordingLog } from '../../../support/recording-log.ts';
import { aPendingTenant, anInvitation, aTenant } from '../../../support/tenant.ts';

const invitation = anInvitation();

async function world(tenant: Tenant, prove: (tenant: Tenant) => Promise<Tenant> = (one) => Promise.resolve(one)) {
  const clock = settableClock();
  const links = new Links(fixedDataKeys(), clock.now);
  const pages = new PageLinks(links, clock.now);
  const asked: string[] = [];
  const log = recordingLog();
  const follow = new FollowConsent({
    links: pages,
    tenants: new MemoryTenantStore(tenant),
    invitations: new MemoryInvitationStore(invitation),
    proof: {
      proveAgain(one) {
        asked.push(one.id);
        return prove(one);
      },
    },
    now: clock.now,
    log: log.log,
  });
  const state = await links.sign('state', { jti: 's', inv: invitation.id, bnd: 'b' }, noon + hours);
  const signed = await pages.follow(tenant.id, state);
  return { clock, follow, asked, log, signed };
}

describe('a consent that is followed', () => {
  test('is the tenant with the invitation that it was given with', async () => {
    const { follow, asked, signed } = await world(aTenant());
    assert.deepEqual(await follow.read(signed), { tenant: aTenant(), invitation });
    assert.deepEqual(asked, [], 'nothing is asked about a tenant that is not pending');
  });

  test('that is pending is asked about while somebody looks, and no more often than every ten seconds', async () => {
    const { clock, follow, asked, signed } = await world(aPendingTenant());
    for (let second = 0; second < 60; second += 3) {
      await follow.read(signed);
      clock.advance(3 * seconds);
    }
    assert.ok(asked.length >= 4 && asked.length <= 6, `asked ${asked.length} times in a minute`);
  });

  test('is what the proof has made of it', async () => {
    const { clock, follow, signed } = await world(aPendingTenant(), () => Promise.resolve(aTenant()));
    assert.equal((await follow.read(signed)).tenant.state, 'pending');
    clock.advance(10 * seconds);
    assert.equal((await follow.read(signed)).tenant.state, 'active');
  });

  test('stays pending where the question fails, and the log has why', async () => {
    const trouble = () => Promise.reject(new TenantpostError('ENTRA_UNAVAILABLE', 'away'));
    const { clock, follow, log, signed } = await world(aPendingTenant(), trouble);
    clock.advance(10 * seconds);
    assert.equal((await follow.read(signed)).tenant.state, 'pending');
    assert.deepEqual(
      log.lines.map(({ event, detail }) => [event, detail['because']]),
      [['consent.not-asked-again', 'ENTRA_UNAVAILABLE']],
    );
  });

  test('is refused without a good link, and for a tenant that is not recorded', async () => {
    const { follow } = await world(aTenant());
    await assert.rejects(follow.read('x'), withCode('PAGE_LINK_INVALID'));
    const elsewhere = await world(aTenant({ id: crypto.randomUUID() }));
    await assert.rejects(follow.read(elsewhere.signed), withCode('TENANT_UNKNOWN'));
  });
});
