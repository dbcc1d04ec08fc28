/** An installation whose registration is single-tenant: Contoso is its home, and everything else is refused. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { requireHome } from '../../../shared/home-tenant.ts';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { aConsent, begun, type ConsentSetup, returned, stateIn } from '../../support/consent-setup.ts';
import { failureOf } from '../../support/failure-of.ts';

/** The same stores and links, read by an installation that is bound to Contoso. */
function bound({ store, tenants, links, audit, clock, proof, log, ...setup }: ConsentSetup) {
  const stores = { store, tenants, links, audit, now: clock.now };
  const { invitations, consent } = aConsent({ ...stores, singleTenantId: contoso }, { ...stores, proof, log: log.log });
  return { ...setup, store, audit, proof, log, invitations, consent };
}

const request = (tenant?: string) => ({ expiresInHours: 72, ...(tenant === undefined ? {} : { tenant }) });
const kinds = ({ audit }: Pick<ConsentSetup, 'audit'>) => audit.events.map(({ kind, code }) => [kind, code]);

describe('the home tenant', () => {
  test('is the only one that is let through, in whatever case', () => {
    assert.doesNotThrow(() => requireHome(contoso, contoso));
    assert.doesNotThrow(() => requireHome(contoso.toUpperCase(), contoso));
    assert.throws(() => requireHome(fabrikam, contoso), { code: 'TENANT_NOT_HOME', detail: { tenantId: fabrikam } });
  });

  test('is nobody in particular for a multitenant registration', () => {
    assert.doesNotThrow(() => requireHome(fabrikam, undefined));
  });
});

describe('an invitation', () => {
  test('for another tenant is TENANT_NOT_HOME with the field, and nothing is stored', async () => {
    const { invitations, store, audit } = bound(aConsent());
    const { code, message, detail, meaning } = await failureOf(invitations.create(request(fabrikam)));
    assert.deepEqual([code, meaning.httpStatus], ['TENANT_NOT_HOME', 400]);
    assert.deepEqual(detail, { tenantId: fabrikam, field: '/tenant', expected: `the home tenant ${contoso}` });
    assert.match(message, /single-tenant/);
    assert.deepEqual([store.rows.size, audit.events.length], [0, 0]);
  });

  for (const tenant of [contoso, undefined]) {
    test(`${tenant === undefined ? 'without a tenant' : 'for the home tenant'} is bound to the home tenant`, async () => {
      const { invitations, store, audit } = bound(aConsent());
      const { invitation } = await invitations.create(request(tenant));
      assert.equal(invitation.tenantId, contoso);
      assert.equal(store.rows.get(invitation.id)?.tenantId, contoso);
      assert.deepEqual(
        audit.events.map(({ kind, tenantId }) => [kind, tenantId]),
        [
          ['invitation-created', contoso],
          ['tenant-invited', contoso],
        ],
      );
    });
  }
});

describe('consent', () => {
  test('begins at the home tenant, and never at organizations, which Entra answers with AADSTS50194', async () => {
    const setup = aConsent();
    // Made before the installation was bound.
    const { signed } = await setup.invitations.create(request());
    const { location } = await bound(setup).consent.start(signed, undefined);
    assert.equal(new URL(location).pathname, `/${contoso}/v2.0/adminconsent`);
  });

  test('does not begin with an invitation for another tenant, and that is audited', async () => {
    const setup = aConsent();
    const { invitation, signed } = await setup.invitations.create(request(fabrikam));
    setup.audit.events.length = 0;
    const { code } = await failureOf(bound(setup).consent.start(signed, undefined));
    assert.equal(code, 'TENANT_NOT_HOME');
    assert.deepEqual(kinds(setup), [['consent-refused', 'TENANT_NOT_HOME']]);
    assert.equal(setup.audit.events[0]?.invitationId, invitation.id);
  });

  for (const invited of [contoso, undefined]) {
    const how = invited === undefined ? 'an old invitation for whichever tenant' : 'an invitation for the home tenant';
    test(`of another tenant with ${how} is TENANT_NOT_HOME: nothing is proved and the invitation stays`, async () => {
      const setup = aConsent();
      const { browser, state, invitationId } = await begun(setup, invited);
      const { code, detail } = await failureOf(
        bound(setup).consent.finish(returned({ tenant: fabrikam, state, browser })),
      );
      assert.deepEqual([code, detail['claimedTenant']], ['TENANT_NOT_HOME', fabrikam]);
      assert.deepEqual(setup.proved, []);
      assert.equal(setup.store.rows.get(invitationId)?.usedBy, undefined);
      assert.deepEqual(kinds(setup), [['consent-refused', 'TENANT_NOT_HOME']]);
    });
  }

  test('of the home tenant is proved', async () => {
    const setup = bound(aConsent());
    const { signed } = await setup.invitations.create(request());
    const { location, browser } = await setup.consent.start(signed, undefined);
    const state = stateIn(location);
    const tenant = await setup.consent.finish(returned({ tenant: contoso.toUpperCase(), state, browser }));
    assert.equal(tenant.id, contoso);
    assert.equal(setup.proved[0]?.[0], contoso);
  });
});
