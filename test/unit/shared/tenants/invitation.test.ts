import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours } from '../../../../shared/clock.ts';
import { invitationRequest, Invitations } from '../../../../shared/tenants/invitation.ts';
import { Links } from '../../../../shared/tenants/links.ts';
import { contoso } from '../../../support/app-identity.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { fixedDataKeys } from '../../../support/fixed-data-keys.ts';
import { MemoryAuditTrail } from '../../../support/memory-audit-trail.ts';
import { MemoryInvitationStore } from '../../../support/memory-invitation-store.ts';

function anOffice() {
  const clock = settableClock();
  const store = new MemoryInvitationStore();
  const audit = new MemoryAuditTrail();
  const links = new Links(fixedDataKeys(), clock.now);
  return { clock, store, audit, links, invitations: new Invitations({ store, links, audit, now: clock.now }) };
}

describe('a request for an invitation', () => {
  test('without a tenant is for whichever tenant consents, for three days', () => {
    assert.deepEqual(invitationRequest.parse({}), { expiresInHours: 72 });
  });

  test('names its tenant by id, in small letters from then on', () => {
    assert.equal(invitationRequest.parse({ tenant: contoso.toUpperCase() }).tenant, contoso);
  });

  for (const body of [
    { tenant: 'contoso.com' },
    { tenant: '' },
    { tenant: null },
    { tenant: 7 },
    { expiresInHours: 0 },
    { expiresInHours: 721 },
    { expiresInHours: 1.5 },
    { expiresInHours: '24' },
    { tenantId: contoso },
    [],
    null,
    'text',
  ]) {
    test(`is refused as ${JSON.stringify(body)}`, () => {
      assert.equal(invitationRequest.safeParse(body).success, false);
    });
  }

  test('may last from an hour to 30 days', () => {
    for (const expiresInHours of [1, 720]) {
      assert.deepEqual(invitationRequest.parse({ expiresInHours }), { expiresInHours });
    }
  });
});

describe('create', () => {
  test('records the invitation and says so in the audit trail', async () => {
    const { invitations, store, audit } = anOffice();
    const { invitation } = await invitations.create({ tenant: contoso, expiresInHours: 24 });
    assert.deepEqual(invitation, {
      id: invitation.id,
      tenantId: contoso,
      createdAt: noon,
      expiresAt: noon + 24 * hours,
    });
    assert.deepEqual(store.rows.get(invitation.id), invitation);
    assert.deepEqual(audit.events, [
      { kind: 'invitation-created', at: noon, invitationId: invitation.id, tenantId: contoso },
    ]);
  });

  test('names no tenant where the request names none', async () => {
    const { invitations, audit } = anOffice();
    const { invitation } = await invitations.create({ expiresInHours: 72 });
    assert.ok(!('tenantId' in invitation));
    assert.deepEqual(audit.events, [{ kind: 'invitation-created', at: noon, invitationId: invitation.id }]);
  });

  test('leaves nothing behind when the link cannot be signed', async () => {
    const { clock, store, audit } = anOffice();
    const fails = failing('VAULT_UNAVAILABLE');
    const links = new Links({ current: fails, find: fails }, clock.now);
    const invitations = new Invitations({ store, links, audit, now: clock.now });
    await assert.rejects(invitations.create({ expiresInHours: 72 }), withCode('VAULT_UNAVAILABLE'));
    assert.equal(store.rows.size, 0);
    assert.deepEqual(audit.events, []);
  });
});

describe('open', () => {
  test('gives the invitation of a link until it expires', async () => {
    const { invitations, clock } = anOffice();
    const { invitation, signed } = await invitations.create({ expiresInHours: 1 });
    clock.advance(hours - 1000);
    assert.deepEqual(await invitations.open(signed), invitation);
    assert.deepEqual(await invitations.open(signed), invitation, 'opening it does not use it');

    clock.advance(1000);
    await assert.rejects(invitations.open(signed), withCode('INVITATION_EXPIRED'));
  });

  test('refuses one that a tenant has used', async () => {
    const { invitations, store } = anOffice();
    const { invitation, signed } = await invitations.create({ expiresInHours: 1 });
    await store.bind(invitation.id, contoso);
    await assert.rejects(invitations.open(signed), withCode('INVITATION_USED'));

    await store.release(invitation.id);
    assert.equal((await invitations.open(signed)).id, invitation.id);
  });

  test('refuses one that nobody recorded', async () => {
    const { invitations, links } = anOffice();
    const signed = await links.sign('invitation', { jti: crypto.randomUUID() }, noon + hours);
    await assert.rejects(invitations.open(signed), withCode('INVITATION_INVALID'));
  });

  test('refuses a link that is missing, cut off, or a state', async () => {
    const { invitations, links } = anOffice();
    const { invitation, signed } = await invitations.create({ expiresInHours: 1 });
    const state = await links.sign('state', { jti: invitation.id, inv: invitation.id, bnd: '' }, noon + hours);
    for (const link of [undefined, '', signed.slice(0, -3), state]) {
      await assert.rejects(invitations.open(link), withCode('INVITATION_INVALID'));
    }
  });
});
