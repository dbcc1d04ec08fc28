import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { hours } from '../../../../shared/clock.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { Consent, type ConsentReturn } from '../../../../shared/tenants/consent.ts';
import { Invitations } from '../../../../shared/tenants/invitation.ts';
import { Links } from '../../../../shared/tenants/links.ts';
import type { Tenant } from '../../../../shared/tenants/tenant.ts';
import { clientId, contoso, fabrikam, graphResource } from '../../../support/app-identity.ts';
import { noon, settableClock } from '../../../support/clock.ts';
import { failing, withCode } from '../../../support/failing.ts';
import { fixedDataKey } from '../../../support/fixed-data-key.ts';
import { MemoryAuditTrail } from '../../../support/memory-audit-trail.ts';
import { MemoryInvitationStore } from '../../../support/memory-invitation-store.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';

const redirectUri = 'https://mail.example.com/api/consent/callback';

function aConsent() {
  const clock = settableClock();
  const store = new MemoryInvitationStore();
  const audit = new MemoryAuditTrail();
  const links = new Links(fixedDataKey(), clock.now);
  const invitations = new Invitations({ store, links, audit, now: clock.now });
  const proved: (string | undefined)[][] = [];
  const proof = {
    answer: (id: string): Promise<Tenant> => Promise.resolve(aTenant({ id })),
    prove: (id: string, invitationId?: string): Promise<Tenant> => {
      proved.push([id, invitationId]);
      return proof.answer(id);
    },
  };
  const consent = new Consent({
    invitations,
    store,
    links,
    proof,
    audit,
    now: clock.now,
    authorityUrl: 'https://login.microsoftonline.com',
    clientId,
    redirectUri,
    graphResource,
  });
  return { clock, store, audit, links, invitations, proof, proved, consent };
}

type Setup = ReturnType<typeof aConsent>;

/** An administrator who opened an invitation and stands before Entra's page. */
async function begun(setup: Setup, tenant?: string) {
  const request = { expiresInHours: 72, ...(tenant === undefined ? {} : { tenant }) };
  const { invitation, signed } = await setup.invitations.create(request);
  const { location, browser } = await setup.consent.start(signed, undefined);
  setup.audit.events.length = 0;
  return { invitationId: invitation.id, signed, browser, state: stateIn(location) };
}

function stateIn(location: string): string {
  const state = new URL(location).searchParams.get('state');
  assert.ok(state !== null);
  return state;
}

/** What Entra sends back; by default consent for Contoso. */
const returned = (overrides: Partial<ConsentReturn>): ConsentReturn => ({
  error: undefined,
  errorDescription: undefined,
  tenant: contoso,
  state: undefined,
  browser: undefined,
  ...overrides,
});

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
    const { invitations, consent, store, clock } = aConsent();
    const used = await invitations.create({ expiresInHours: 72 });
    await store.bind(used.invitation.id, fabrikam);
    const short = await invitations.create({ expiresInHours: 1 });
    clock.advance(hours);
    await assert.rejects(consent.start(undefined, undefined), withCode('INVITATION_INVALID'));
    await assert.rejects(consent.start('junk', undefined), withCode('INVITATION_INVALID'));
    await assert.rejects(consent.start(short.signed, undefined), withCode('INVITATION_EXPIRED'));
    await assert.rejects(consent.start(used.signed, undefined), withCode('INVITATION_USED'));
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
      assert.deepEqual(setup.audit.events, [{ kind: 'consent-returned', at: noon, invitationId, tenantId: contoso }]);
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

describe('finish, refused', () => {
  interface Refusal {
    readonly code: ErrorCode;
    /** The tenant that the invitation names. */
    readonly invited?: string;
    /** Changes what Entra sends, or what has happened meanwhile. */
    readonly change: (setup: Setup, entry: Awaited<ReturnType<typeof begun>>) => Promise<Partial<ConsentReturn>>;
    /** Whether the audit row can name the invitation, and the tenant. */
    readonly names: { invitation: boolean; tenant: boolean };
  }
  const nobody = { invitation: false, tenant: false };
  const invitationOnly = { invitation: true, tenant: false };

  const refusals: Record<string, Refusal> = {
    'without a state': {
      code: 'CONSENT_STATE_MISSING',
      change: async () => ({ state: undefined }),
      names: nobody,
    },
    'with a state that is none of ours': {
      code: 'CONSENT_STATE_INVALID',
      change: async (_, { state }) => ({ state: `${state.slice(0, -4)}AAAA` }),
      names: nobody,
    },
    'with an empty state': {
      code: 'CONSENT_STATE_INVALID',
      change: async () => ({ state: '' }),
      names: nobody,
    },
    'with an invitation in place of the state': {
      code: 'CONSENT_STATE_INVALID',
      change: async (_, { signed }) => ({ state: signed }),
      names: nobody,
    },
    'an hour after consent was begun': {
      code: 'CONSENT_STATE_EXPIRED',
      change: async ({ clock }) => {
        clock.advance(hours);
        return {};
      },
      names: nobody,
    },
    'without the cookie': {
      code: 'CONSENT_OTHER_BROWSER',
      change: async () => ({ browser: undefined }),
      names: invitationOnly,
    },
    'with the cookie of another browser': {
      code: 'CONSENT_OTHER_BROWSER',
      change: async () => ({ browser: 'b'.repeat(43) }),
      names: invitationOnly,
    },
    'with the digest in place of the cookie': {
      code: 'CONSENT_OTHER_BROWSER',
      change: async (_, { browser }) => ({ browser: createHash('sha256').update(browser).digest('base64url') }),
      names: invitationOnly,
    },
    'when the invitation no longer exists': {
      code: 'INVITATION_INVALID',
      change: async ({ store }, { invitationId }) => {
        store.rows.delete(invitationId);
        return {};
      },
      names: invitationOnly,
    },
    'without a tenant': {
      code: 'CONSENT_TENANT_MISSING',
      change: async () => ({ tenant: undefined }),
      names: invitationOnly,
    },
    'with a tenant that is no GUID': {
      code: 'CONSENT_TENANT_MISSING',
      change: async () => ({ tenant: 'contoso.com' }),
      names: invitationOnly,
    },
    'for another tenant than the one invited': {
      code: 'CONSENT_WRONG_TENANT',
      invited: fabrikam,
      change: async () => ({}),
      names: invitationOnly,
    },
    'with a state that was used before': {
      code: 'CONSENT_STATE_USED',
      change: async ({ consent, audit }, { state, browser }) => {
        await consent.finish(returned({ state, browser }));
        audit.events.length = 0;
        return {};
      },
      names: { invitation: true, tenant: true },
    },
    'when another tenant was first with the invitation': {
      code: 'INVITATION_USED',
      change: async ({ store }, { invitationId }) => {
        await store.bind(invitationId, fabrikam);
        return {};
      },
      names: { invitation: true, tenant: true },
    },
    'when the proof finds no such tenant': {
      code: 'TENANT_NOT_FOUND',
      change: async ({ proof }) => {
        proof.answer = failing('TENANT_NOT_FOUND');
        return {};
      },
      names: { invitation: true, tenant: true },
    },
  };

  for (const [what, { code, invited, change, names }] of Object.entries(refusals)) {
    test(`${what}: ${code}, and one audit row says so`, async () => {
      const setup = aConsent();
      const entry = await begun(setup, invited);
      const changed = await change(setup, entry);
      setup.proved.length = 0;
      const { state, browser } = entry;

      await assert.rejects(setup.consent.finish(returned({ state, browser, ...changed })), withCode(code));

      const [row, ...more] = setup.audit.events.filter(({ kind }) => kind !== 'consent-returned');
      assert.deepEqual(more, []);
      assert.deepEqual(row, {
        kind: 'consent-refused',
        at: setup.clock.now(),
        code,
        ...(names.invitation ? { invitationId: entry.invitationId } : {}),
        ...(names.tenant ? { tenantId: contoso } : {}),
      });
      assert.equal(setup.proved.length, code === 'TENANT_NOT_FOUND' ? 1 : 0, 'nothing is proved that is not believed');
    });
  }

  test('leaves the state good while it was refused before it counted', async () => {
    const setup = aConsent();
    const { state, browser } = await begun(setup);
    for (const wrong of [{ browser: undefined }, { tenant: undefined }]) {
      await assert.rejects(setup.consent.finish(returned({ state, browser, ...wrong })));
    }
    assert.equal((await setup.consent.finish(returned({ state, browser }))).state, 'active');
  });

  test('keeps a used state known for as long as it could be shown again', async () => {
    const setup = aConsent();
    const { state, browser } = await begun(setup);
    await setup.consent.finish(returned({ state, browser }));
    const [expiresAt] = [...setup.store.usedStates.values()];
    assert.ok(expiresAt !== undefined && expiresAt >= noon + hours);
  });
});

describe('finish, with an error of Entra', () => {
  const declined = 'AADSTS65004: User declined to consent to access the app.';

  for (const [what, error, errorDescription, code] of [
    ['declined by version 2', 'consent_required', declined, 'CONSENT_DECLINED'],
    ['declined by version 1', 'permission_denied', 'The admin canceled the request', 'CONSENT_DECLINED'],
    ['failed', 'access_denied', 'AADSTS650051: The service principal name is already present.', 'CONSENT_FAILED'],
    ['failed without a description', 'server_error', undefined, 'CONSENT_FAILED'],
  ] as const) {
    test(`is ${what}: ${code}, although everything else is in order`, async () => {
      const setup = aConsent();
      const { invitationId, state, browser } = await begun(setup);
      await assert.rejects(setup.consent.finish(returned({ error, errorDescription, state, browser })), withCode(code));
      assert.deepEqual(setup.proved, []);
      assert.equal(setup.store.rows.get(invitationId)?.usedBy, undefined);
      assert.deepEqual(setup.audit.events, [
        {
          kind: code === 'CONSENT_DECLINED' ? 'consent-declined' : 'consent-refused',
          at: noon,
          code,
          invitationId,
          description: errorDescription === undefined ? error : `${error}: ${errorDescription}`,
        },
      ]);
    });
  }

  test('spends the state', async () => {
    const setup = aConsent();
    const { state, browser } = await begun(setup);
    await assert.rejects(setup.consent.finish(returned({ error: 'consent_required', state, browser })));
    await assert.rejects(setup.consent.finish(returned({ state, browser })), withCode('CONSENT_STATE_USED'));
  });

  test('lets the invitation be opened again', async () => {
    const setup = aConsent();
    const { signed, state, browser } = await begun(setup);
    await assert.rejects(setup.consent.finish(returned({ error: 'consent_required', state, browser })));
    const again = await setup.consent.start(signed, browser);
    assert.equal((await setup.consent.finish(returned({ state: stateIn(again.location), browser }))).state, 'active');
  });

  test('is recorded without an invitation where the state is missing or not ours', async () => {
    for (const state of [undefined, 'junk']) {
      const setup = aConsent();
      await assert.rejects(
        setup.consent.finish(returned({ error: 'access_denied', errorDescription: 'why', state })),
        withCode('CONSENT_FAILED'),
      );
      assert.deepEqual(setup.audit.events, [
        { kind: 'consent-refused', at: noon, code: 'CONSENT_FAILED', description: 'access_denied: why' },
      ]);
    }
  });

  test('leaves no more than 500 characters of its text in the audit trail', async () => {
    const setup = aConsent();
    const long = { error: 'e'.repeat(400), errorDescription: 'd'.repeat(100_000) };
    await assert.rejects(setup.consent.finish(returned(long)), withCode('CONSENT_FAILED'));
    const [row] = setup.audit.events;
    assert.equal(row?.description, `${'e'.repeat(400)}: ${'d'.repeat(98)}`);
  });

  test('puts only the AADSTS number of its text into the detail, which may be logged', async () => {
    const setup = aConsent();
    const { invitationId, state } = await begun(setup);
    const errorDescription = 'AADSTS65001: anna@contoso.example may not.';
    await assert.rejects(setup.consent.finish(returned({ error: 'x', errorDescription, state })), (error: unknown) => {
      assert.ok(error instanceof Error && 'detail' in error);
      assert.deepEqual(error.detail, { invitationId, entra: 'AADSTS65001' });
      assert.doesNotMatch(error.message, /anna/);
      return true;
    });
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
});
