import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { hours } from '../../../../shared/clock.ts';
import { clientId, contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { aConsent, begun, returned, stateIn } from '../../../support/consent-setup.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';

describe('start', () => {
  test('sends the browser to the admin consent endpoint for any organisation', async () => {
    const { invitations, consent } = aConsent();
    const { signed } = await invitations.create({ expiresInHours: 72 });
    const { location } = await consent.start(signed, undefined);
    assert.equal(
      location,
      'https://login.microsoftonline.com/organizations/v2.0/adminconsent' +
        `?client_id=${clientId}` +
        '&scope=https%3A%2F%2Fgraph.microsoft.com%2F.default' +
        '&redirect_uri=https%3A%2F%2Fmail.example.com%2Fapi%2Fconsent%2Fcallback' +
        `&state=${stateIn(location)}`,
    );
  });

  test('sends the browser to the tenant that the invitation names', async () => {
    const { invitations, consent } = aConsent();
    const { signed } = await invitations.create({ tenant: contoso, expiresInHours: 72 });
    const { location } = await consent.start(signed, undefined);
    assert.equal(new URL(location).pathname, `/${contoso}/v2.0/adminconsent`);
  });

  test('puts the invitation and a digest of the cookie, and not the cookie, into the state', async () => {
    const setup = aConsent();
    const { invitation, signed } = await setup.invitations.create({ expiresInHours: 72 });
    const { location, browser } = await setup.consent.start(signed, undefined);
    assert.match(browser, /^[\w-]{43}$/);
    const claims = await setup.links.read('state', stateIn(location));
    assert.ok(typeof claims === 'object');
    assert.equal(claims.inv, invitation.id);
    assert.equal(claims.bnd, createHash('sha256').update(browser).digest('base64url'));
    assert.ok(!location.includes(browser));
  });

  test('keeps the cookie that a browser has, so that a second tab does not spoil the first', async () => {
    const { invitations, consent } = aConsent();
    const { signed } = await invitations.create({ expiresInHours: 72 });
    const first = await consent.start(signed, undefined);
    const second = await consent.start(signed, first.browser);
    assert.equal(second.browser, first.browser);
    assert.notEqual(stateIn(second.location), stateIn(first.location));
  });

  test('gives a new cookie to a browser whose cookie is none of ours', async () => {
    const { invitations, consent } = aConsent();
    const { signed } = await invitations.create({ expiresInHours: 72 });
    const given = new Set<string>();
    for (const cookie of [undefined, '', 'short', `${'a'.repeat(43)}\n`, 'a'.repeat(44), '<'.repeat(43)]) {
      const { browser } = await consent.start(signed, cookie);
      assert.match(browser, /^[\w-]{43}$/);
      assert.notEqual(browser, cookie);
      given.add(browser);
    }
    assert.equal(given.size, 6);
  });

  test('stands in the audit trail', async () => {
    const { invitations, consent, audit } = aConsent();
    const one = await invitations.create({ tenant: contoso, expiresInHours: 72 });
    const other = await invitations.create({ expiresInHours: 72 });
    audit.events.length = 0;
    await consent.start(one.signed, undefined);
    await consent.start(other.signed, undefined);
    assert.deepEqual(audit.events, [
      { kind: 'consent-started', at: noon, invitationId: one.invitation.id, tenantId: contoso },
      { kind: 'consent-started', at: noon, invitationId: other.invitation.id },
    ]);
  });

  test('is refused without a good invitation', async () => {
    const { invitations, consent, store, clock, audit } = aConsent();
    const used = await invitations.create({ expiresInHours: 72 });
    await store.bind(used.invitation.id, fabrikam);
    const short = await invitations.create({ expiresInHours: 1 });
    clock.advance(hours);
    await assert.rejects(consent.start(undefined, undefined), withCode('INVITATION_INVALID'));
    await assert.rejects(consent.start('junk', undefined), withCode('INVITATION_INVALID'));
    await assert.rejects(consent.start(short.signed, undefined), withCode('INVITATION_EXPIRED'));
    await assert.rejects(consent.start(used.signed, undefined), withCode('INVITATION_USED'));
    const refused = audit.events.filter(({ kind }) => kind === 'consent-refused').map(({ code }) => code);
    assert.deepEqual(refused, ['INVITATION_INVALID', 'INVITATION_INVALID', 'INVITATION_EXPIRED', 'INVITATION_USED']);
  });
});

describe('finish, with consent', () => {
  test('gives the tenant that the proof gives, active or pending, and binds the invitation to it', async () => {
    for (const tenant of [aTenant(), aPendingTenant()]) {
      const setup = aConsent();
      const { invitationId, state, browser } = await begun(setup);
      setup.proof.answer = () => Promise.resolve(tenant);
      assert.equal(await setup.consent.finish(returned({ state, browser })), tenant);
      assert.deepEqual(setup.proved, [[contoso, invitationId]]);
      assert.equal(setup.store.rows.get(invitationId)?.usedBy, contoso);
      assert.deepEqual(setup.audit.events, [
        { kind: 'consent-returned', at: noon, invitationId, claimedTenant: contoso },
      ]);
    }
  });

  test('takes the tenant in capitals as the same', async () => {
    const setup = aConsent();
    const { state, browser } = await begun(setup, contoso);
    const tenant = await setup.consent.finish(returned({ state, browser, tenant: contoso.toUpperCase() }));
    assert.equal(tenant.id, contoso);
  });

  test('works in both tabs of one browser, for one tenant', async () => {
    const setup = aConsent();
    const first = await begun(setup);
    const second = await setup.consent.start(first.signed, first.browser);
    assert.equal((await setup.consent.finish(returned(first))).state, 'active');
    const again = await setup.consent.finish(returned({ state: stateIn(second.location), browser: second.browser }));
    assert.equal(again.state, 'active');
  });
});

describe('finish, when the proof fails', () => {
  test('releases the invitation, so that its link can be opened again', async () => {
    const setup = aConsent();
    const { invitationId, signed, state, browser } = await begun(setup);
    setup.proof.answer = failing('APP_BLOCKED');
    await assert.rejects(setup.consent.finish(returned({ state, browser })), withCode('APP_BLOCKED'));
    assert.equal(setup.store.rows.get(invitationId)?.usedBy, undefined);
    assert.deepEqual(setup.audit.kinds(), ['consent-returned', 'consent-refused']);

    setup.proof.answer = (id) => Promise.resolve(aTenant({ id }));
    const again = await setup.consent.start(signed, browser);
    assert.equal((await setup.consent.finish(returned({ state: stateIn(again.location), browser }))).state, 'active');
  });

  test('does not release an invitation that the tenant had used before, or it could be used for a second tenant', async () => {
    const setup = aConsent();
    const first = await begun(setup);
    const second = await setup.consent.start(first.signed, first.browser);
    const third = await setup.consent.start(first.signed, first.browser);
    await setup.consent.finish(returned(first));
    setup.proof.answer = failing('APP_BLOCKED');
    const { browser } = first;
    await assert.rejects(setup.consent.finish(returned({ state: stateIn(second.location), browser })));
    assert.equal(setup.store.rows.get(first.invitationId)?.usedBy, contoso);

    setup.proof.answer = (id) => Promise.resolve(aTenant({ id }));
    await assert.rejects(
      setup.consent.finish(returned({ state: stateIn(third.location), browser, tenant: fabrikam })),
      withCode('INVITATION_USED'),
    );
  });

  test('shows an error that nobody foresaw as itself, and records it as UNEXPECTED', async () => {
    const setup = aConsent();
    const { state, browser } = await begun(setup);
    const fault = new TypeError('a fault');
    setup.proof.answer = () => Promise.reject(fault);
    await assert.rejects(setup.consent.finish(returned({ state, browser })), (error) => error === fault);
    assert.equal(setup.audit.events.at(-1)?.code, 'UNEXPECTED');
  });
});

describe('finish, when the audit trail fails', () => {
  test('on the return, releases the invitation: nothing has been proved yet', async () => {
    const setup = aConsent();
    const { invitationId, state, browser } = await begun(setup);
    setup.audit.append = failing('STORAGE_UNAVAILABLE');
    await assert.rejects(setup.consent.finish(returned({ state, browser })), withCode('STORAGE_UNAVAILABLE'));
    assert.deepEqual(setup.proved, []);
    assert.equal(setup.store.rows.get(invitationId)?.usedBy, undefined);
  });

  test('on the return of a second tab, leaves the invitation to the tenant that used it in the first', async () => {
    const setup = aConsent();
    const first = await begun(setup);
    const second = await setup.consent.start(first.signed, first.browser);
    await setup.consent.finish(returned(first));
    setup.audit.append = failing('STORAGE_UNAVAILABLE');
    const { browser } = first;
    await assert.rejects(setup.consent.finish(returned({ state: stateIn(second.location), browser })));
    assert.equal(setup.store.rows.get(first.invitationId)?.usedBy, contoso);
  });

  for (const [what, append, because] of [
    ['storage trouble', failing('STORAGE_UNAVAILABLE'), 'STORAGE_UNAVAILABLE'],
    ['an error that nobody foresaw', () => Promise.reject(new TypeError('secret')), 'UNEXPECTED'],
  ] as const) {
    test(`on a refusal, with ${what}, the refusal is what the administrator gets, and the log has what is missing`, async () => {
      const setup = aConsent();
      const { state } = await begun(setup);
      setup.audit.append = append;
      await assert.rejects(
        setup.consent.finish(returned({ state, browser: undefined })),
        withCode('CONSENT_OTHER_BROWSER'),
      );
      assert.deepEqual(setup.log.lines, [
        { level: 'error', event: 'consent.not-audited', detail: { code: 'CONSENT_OTHER_BROWSER', because } },
      ]);
    });
  }

  test('on a decline, that is what the administrator gets, and the invitation is free again', async () => {
    const setup = aConsent();
    const { invitationId, state, browser } = await begun(setup);
    setup.audit.append = failing('STORAGE_UNAVAILABLE');
    const declined = { error: 'permission_denied', errorDescription: 'The admin canceled', state, browser };
    await assert.rejects(setup.consent.finish(returned(declined)), withCode('CONSENT_DECLINED'));
    assert.equal(setup.store.rows.get(invitationId)?.usedBy, undefined);
    assert.doesNotMatch(JSON.stringify(setup.log.lines), /canceled/);
  });
});
