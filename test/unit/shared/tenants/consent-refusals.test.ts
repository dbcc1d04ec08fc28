/** Consent.finish, where what came back is not believed, or is an error of Entra. */

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import { hours } from '../../../../shared/clock.ts';
import { type ErrorCode, TenantpostError } from '../../../../shared/errors.ts';
import type { ConsentReturn } from '../../../../shared/tenants/consent.ts';
import { contoso, fabrikam } from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { aConsent, begun, type ConsentSetup, returned, stateIn } from '../../../support/consent-setup.ts';
import { failing, withCode } from '../../../support/failing.ts';

describe('finish, refused', () => {
  interface Refusal {
    readonly code: ErrorCode;
    /** The tenant that the invitation names. */
    readonly invited?: string;
    /** Changes what Entra sends, or what has happened meanwhile. */
    readonly change: (setup: ConsentSetup, entry: Awaited<ReturnType<typeof begun>>) => Promise<Partial<ConsentReturn>>;
    /** Whether the audit row can name the invitation, and the tenant: as the one it is about, or only as claimed. */
    readonly names: { invitation: boolean; tenant: boolean | 'claimed' };
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
      names: { invitation: true, tenant: 'claimed' },
    },
    'with a state that was used before': {
      code: 'CONSENT_STATE_USED',
      change: async ({ consent, audit }, { state, browser }) => {
        await consent.finish(returned({ state, browser }));
        audit.events.length = 0;
        return {};
      },
      names: { invitation: true, tenant: 'claimed' },
    },
    'when another tenant was first with the invitation': {
      code: 'INVITATION_USED',
      change: async ({ store }, { invitationId }) => {
        await store.bind(invitationId, fabrikam);
        return {};
      },
      names: { invitation: true, tenant: 'claimed' },
    },
    'when the operator has taken the invitation back': {
      code: 'INVITATION_REVOKED',
      change: async ({ store }, { invitationId }) => {
        await store.revoke(invitationId, noon);
        return {};
      },
      names: { invitation: true, tenant: 'claimed' },
    },
    'when the proof finds no such tenant': {
      code: 'TENANT_NOT_FOUND',
      change: async ({ proof }) => {
        proof.answer = failing('TENANT_NOT_FOUND');
        return {};
      },
      names: { invitation: true, tenant: 'claimed' },
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
        ...(names.tenant === true ? { tenantId: contoso } : {}),
        ...(names.tenant === 'claimed' ? { claimedTenant: contoso } : {}),
      });
      assert.equal(setup.proved.length, code === 'TENANT_NOT_FOUND' ? 1 : 0, 'nothing is proved that is not believed');
    });
  }

  test('for another tenant than the one invited has the claim in its detail as that, and not as the tenant', async () => {
    const setup = aConsent();
    const { invitationId, state, browser } = await begun(setup, fabrikam);
    await assert.rejects(setup.consent.finish(returned({ state, browser })), (error: unknown) => {
      assert.ok(error instanceof TenantpostError);
      assert.deepEqual(error.detail, { invitationId, claimedTenant: contoso });
      return withCode('CONSENT_WRONG_TENANT')(error);
    });
  });

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
    ['failed', 'access_denied', 'AADSTS50020: User account is of another organisation.', 'CONSENT_FAILED'],
    ['clashing', 'access_denied', 'AADSTS650051: The name is already present.', 'CONSENT_NAME_CLASH'],
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

  test('stands among the events of the tenant that the invitation names', async () => {
    const setup = aConsent();
    const { invitationId, state, browser } = await begun(setup, contoso);
    await assert.rejects(setup.consent.finish(returned({ error: 'server_error', state, browser })));
    const [event] = setup.audit.events;
    assert.deepEqual([event?.tenantId, event?.invitationId], [contoso, invitationId]);
  });

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

  test('without a state, as v1 reports one, is about the invitation that this browser began with, and spends nothing', async () => {
    const setup = aConsent();
    const { invitationId, state, browser } = await begun(setup, contoso);
    const said = { error: 'permission_denied', errorDescription: 'The admin canceled the request', tenant: undefined };
    const came = returned({ ...said, browser, begun: state });
    await assert.rejects(setup.consent.finish(came), withCode('CONSENT_DECLINED'));
    const about = { invitationId, tenantId: contoso };
    assert.deepEqual(setup.audit.events, [{ kind: 'consent-declined', at: noon, code: 'CONSENT_DECLINED', ...about }]);
    assert.equal(setup.store.usedStates.size, 0);
    // Whoever made the administrator's browser come by with an error has not ended his consent.
    assert.equal((await setup.consent.finish(returned({ state, browser }))).state, 'active');
  });

  test('without a state, in a browser that began with none of ours, is about nobody', async () => {
    const setup = aConsent();
    const { state } = await begun(setup, contoso);
    for (const kept of [undefined, 'junk', state]) {
      setup.audit.events.length = 0;
      const came = returned({ error: 'permission_denied', browser: 'b'.repeat(43), begun: kept });
      await assert.rejects(setup.consent.finish(came), withCode('CONSENT_DECLINED'));
      assert.deepEqual(setup.audit.events, [{ kind: 'consent-refused', at: noon, code: 'CONSENT_DECLINED' }]);
    }
  });

  test("is no word of Entra's where the state is missing, not ours, or of another browser", async () => {
    for (const wrong of ['missing', 'junk', 'other browser']) {
      const setup = aConsent();
      const { state, browser } = await begun(setup);
      const came = { missing: { browser }, junk: { browser, state: 'junk' }, 'other browser': { state } }[wrong];
      const said = { error: 'permission_denied', errorDescription: 'call anna@customer.example', ...came };
      await assert.rejects(setup.consent.finish(returned(said)), withCode('CONSENT_DECLINED'));
      assert.deepEqual(setup.audit.events, [{ kind: 'consent-refused', at: noon, code: 'CONSENT_DECLINED' }]);
      assert.equal(setup.store.usedStates.size, 0, 'and spends no state');
    }
  });

  test('leaves no more than 500 characters of its text in the audit trail', async () => {
    const setup = aConsent();
    const { state, browser } = await begun(setup);
    const long = { error: 'e'.repeat(400), errorDescription: 'd'.repeat(100_000), state, browser };
    await assert.rejects(setup.consent.finish(returned(long)), withCode('CONSENT_FAILED'));
    const [row] = setup.audit.events;
    assert.equal(row?.description, `${'e'.repeat(400)}: ${'d'.repeat(98)}`);
  });

  test('puts only the AADSTS number of its text into the detail, which may be logged', async () => {
    const setup = aConsent();
    const { invitationId, state, browser } = await begun(setup);
    const errorDescription = 'AADSTS65001: anna@contoso.example may not.';
    await assert.rejects(
      setup.consent.finish(returned({ error: 'x', errorDescription, state, browser })),
      (error: unknown) => {
        assert.ok(error instanceof Error && 'detail' in error);
        assert.deepEqual(error.detail, { invitationId, entra: 'AADSTS65001' });
        assert.doesNotMatch(error.message, /anna/);
        return true;
      },
    );
  });
});
