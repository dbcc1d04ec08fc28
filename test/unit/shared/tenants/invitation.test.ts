import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { hours } from '../../../../shared/clock.ts';
import type { Installation } from '../../../../shared/tenants/default-rights.ts';
import { stateOf } from '../../../../shared/tenants/invitation.ts';
import { invitationRequest } from '../../../../shared/tenants/invitation-request.ts';
import { Links } from '../../../../shared/tenants/links.ts';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import { contoso } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { aConsent } from '../../../support/consent-setup.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { failureOf } from '../../../support/failure-of.ts';
import { aTenant, anInvitation } from '../../../support/tenant.ts';

const anOffice = aConsent;

describe('a request for an invitation', () => {
  test('without a tenant is for whichever tenant consents, for three days', () => {
    assert.deepEqual(invitationRequest.parse({}), { expiresInHours: 72 });
  });

  test('names its tenant by id, in small letters from then on', () => {
    assert.equal(invitationRequest.parse({ tenant: contoso.toUpperCase() }).tenant, contoso);
  });

  for (const body of [
    { tenant: 'contoso' },
    { tenant: 'contoso.com/' },
    { tenant: 'common' },
    { rights: [] },
    { rights: ['Mail.Read'] },
    { mailboxes: ['anna'] },
    { mailboxes: Array.from({ length: 101 }, (_, at) => `m${at}@contoso.example`) },
    { scoped: true, mailboxes: ['anna@contoso.example'] },
    { scoped: true, tenant: contoso },
    { returnUrl: 7 },
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
      rights: ['Mail.Send'],
      scoped: false,
    });
    assert.deepEqual(store.rows.get(invitation.id), invitation);
    assert.deepEqual(audit.events, [
      { kind: 'invitation-created', at: noon, invitationId: invitation.id, tenantId: contoso },
      { kind: 'tenant-invited', at: noon, invitationId: invitation.id, tenantId: contoso },
    ]);
  });

  test('names no tenant where the request names none', async () => {
    const { invitations, audit } = anOffice();
    const { invitation } = await invitations.create({ expiresInHours: 72 });
    assert.ok(!('tenantId' in invitation));
    assert.deepEqual(audit.events, [{ kind: 'invitation-created', at: noon, invitationId: invitation.id }]);
  });

  test('leaves nothing behind when the link cannot be signed', async () => {
    const fails = failing('VAULT_UNAVAILABLE');
    const links = new Links({ current: fails, find: fails }, () => noon);
    const { invitations, store, audit } = anOffice({ links });
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

describe('create, for a tenant by its domain', () => {
  test('names the tenant that has the domain, and remembers how it was asked for', async () => {
    const { invitations } = anOffice();
    const { invitation } = await invitations.create({ tenant: 'contoso.example', expiresInHours: 1 });
    assert.deepEqual([invitation.tenantId, invitation.domain], [contoso, 'contoso.example']);
  });

  test('is refused when no tenant has it, and nothing is recorded', async () => {
    const { invitations, store, audit } = anOffice();
    const request = { tenant: 'nobody.example', expiresInHours: 1 };
    await assert.rejects(invitations.create(request), withCode('TENANT_NOT_FOUND'));
    assert.deepEqual([store.rows.size, audit.events.length], [0, 0]);
  });
});

describe('the rights asked for', () => {
  const asked = async (installation: Installation, known?: Tenant) => {
    const { invitations, tenants } = anOffice({ installation });
    if (known) tenants.rows.set(known.id, known);
    return (await invitations.create({ tenant: contoso, expiresInHours: 1 })).invitation.rights;
  };

  test('are by default what the installation is set up for', async () => {
    const graph = ['graph'] as const;
    const both = ['graph', 'outlook'] as const;
    assert.deepEqual(await asked({ resources: graph, delivery: 'standard' }), ['Mail.Send']);
    assert.deepEqual(await asked({ resources: graph, delivery: 'exactly-once' }), ['Mail.Send', 'Mail.ReadWrite']);
    assert.deepEqual(await asked({ resources: both, delivery: 'standard' }), ['Mail.Send', 'SMTP.SendAsApp']);
  });

  test('are those of before for a tenant that is known, with what its delivery needs', async () => {
    const installation = { resources: ['graph', 'outlook'], delivery: 'standard' } as const;
    const known = aTenant({ rights: ['Mail.Send', 'IMAP.AccessAsApp'], delivery: 'exactly-once' });
    assert.deepEqual(await asked(installation, known), ['Mail.Send', 'Mail.ReadWrite', 'IMAP.AccessAsApp']);
  });

  test('are refused where the installation has no tokens for them, or none of them proves the consent', async () => {
    const { invitations, store } = anOffice();
    for (const rights of [['Mail.Send', 'SMTP.SendAsApp'], ['Mail.ReadWrite']] as const) {
      const { code, detail } = await failureOf(invitations.create({ rights, expiresInHours: 1 }));
      assert.deepEqual([code, detail['field']], ['REQUEST_INVALID', '/rights']);
    }
    assert.equal(store.rows.size, 0);
  });
});

describe('the tenant that an invitation names', () => {
  const request = { tenant: contoso, expiresInHours: 1, mailboxes: ['anna@contoso.example'] };

  for (const known of [undefined, { id: contoso, state: 'removed', since: noon - hours } as const]) {
    test(`is invited from then on when it ${known ? 'was removed' : 'is not known'}`, async () => {
      const { invitations, tenants } = anOffice();
      if (known) tenants.rows.set(contoso, known);
      await invitations.create(request);
      const rights = ['Mail.Send'];
      const expected = { id: contoso, state: 'invited', since: noon, rights, mailboxes: request.mailboxes };
      assert.deepEqual(tenants.rows.get(contoso), expected);
    });
  }

  test('stays as it is while it works: what is asked anew takes nothing away', async () => {
    for (const known of [aTenant({ rights: ['Mail.Send'] }), aTenant({ state: 'revoked', code: 'ROLE_MISSING' })]) {
      const { invitations, tenants } = anOffice();
      tenants.rows.set(contoso, known);
      await invitations.create({ ...request, rights: ['Mail.Send', 'Mail.ReadWrite'] });
      assert.deepEqual(tenants.rows.get(contoso), known);
    }
  });
});

describe('revoke', () => {
  test('takes an invitation back: its link opens no more, twice does no harm, and the audit trail has it once', async () => {
    const { invitations, audit } = anOffice();
    const { invitation, signed } = await invitations.create({ expiresInHours: 1 });
    assert.equal((await invitations.revoke(invitation.id)).revokedAt, noon);
    assert.equal((await invitations.revoke(invitation.id)).revokedAt, noon);
    await assert.rejects(invitations.open(signed), withCode('INVITATION_REVOKED'));
    assert.deepEqual(audit.kinds(), ['invitation-created', 'invitation-revoked']);
  });

  test('is refused for one that was used, and for one that nobody made', async () => {
    const { invitations, store } = anOffice();
    const { invitation } = await invitations.create({ expiresInHours: 1 });
    await store.bind(invitation.id, contoso);
    await assert.rejects(invitations.revoke(invitation.id), withCode('INVITATION_USED'));
    await assert.rejects(invitations.revoke(crypto.randomUUID()), withCode('INVITATION_NOT_FOUND'));
  });
});

test('the state of an invitation is told by what happened to it first, and then by the time', () => {
  const valid = anInvitation();
  assert.equal(stateOf(valid, noon), 'valid');
  assert.equal(stateOf(valid, valid.expiresAt), 'expired');
  assert.equal(stateOf({ ...valid, revokedAt: noon }, valid.expiresAt), 'revoked');
  assert.equal(stateOf({ ...valid, usedBy: contoso }, valid.expiresAt), 'used');
});
