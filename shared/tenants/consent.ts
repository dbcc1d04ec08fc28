/**
 * Admin consent through a browser: there by an invitation, back by Entra's redirect. What comes back is a claim, since it
 * travels through a browser; only a token of the tenant turns it into consent.
 *
 * https://learn.microsoft.com/entra/identity-platform/v2-admin-consent
 */

import { randomBytes } from 'node:crypto';
import { type Clock, hours } from '../clock.ts';
import { asTenantpostError, TenantpostError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AuditTrail, ConsentEvent } from './audit.ts';
import { digestOf, isBoundTo } from './browser-binding.ts';
import { requireHome } from '../home-tenant.ts';
import type { Binding, Invitation, Invitations, InvitationStore } from './invitation.ts';
import type { LinkClaims, Links } from './links.ts';
import type { ConsentProof } from './prove-consent.ts';
import { type Tenant, tenantId as tenantIdSchema } from './tenant.ts';

/** How long an administrator may take between the invitation page and the Accept button. */
const stateLives = 1 * hours;

export interface ConsentStart {
  /** Where to send the browser. */
  readonly location: string;
  /** The value of the cookie that binds the consent to this browser. */
  readonly browser: string;
}

/** The query of the callback and the cookie, as they came. */
export interface ConsentReturn {
  readonly error: string | undefined;
  readonly errorDescription: string | undefined;
  readonly tenant: string | undefined;
  readonly state: string | undefined;
  readonly browser: string | undefined;
}

interface Dependencies {
  readonly invitations: Invitations;
  readonly store: InvitationStore;
  readonly links: Links;
  readonly proof: Pick<ConsentProof, 'prove'>;
  readonly audit: AuditTrail;
  readonly now: Clock;
  readonly log: Log;
  readonly authorityUrl: string;
  readonly clientId: string;
  readonly redirectUri: string;
  /** Identifier URI of Graph in this cloud. */
  readonly graphResource: string;
  /** The only tenant that can consent, when the registration is single-tenant. */
  readonly singleTenantId?: string | undefined;
}

export class Consent {
  readonly #with: Dependencies;

  constructor(dependencies: Dependencies) {
    this.#with = dependencies;
  }

  /**
   * @param signed the invitation of the link.
   * @param browser the cookie, if this browser has one already: two tabs of one browser may both consent.
   * @throws TenantpostError `INVITATION_INVALID`, `INVITATION_EXPIRED`, `INVITATION_USED` or `TENANT_NOT_HOME`.
   */
  async start(signed: string | undefined, browser: string | undefined): Promise<ConsentStart> {
    const { invitations, links, audit, now } = this.#with;
    let known: Partial<ConsentEvent> = {};
    let invitation: Invitation;
    try {
      invitation = await invitations.open(signed);
      known = about(invitation);
      // Made before the installation was bound to one tenant.
      if (invitation.tenantId !== undefined) requireHome(invitation.tenantId, this.#with.singleTenantId);
    } catch (error) {
      await this.#refused(asTenantpostError(error), known);
      throw error;
    }
    const bound =
      browser !== undefined && /^[\w-]{43}$/.test(browser) ? browser : randomBytes(32).toString('base64url');
    const claims = { jti: crypto.randomUUID(), inv: invitation.id, bnd: digestOf(bound) };
    const state = await links.sign('state', claims, now() + stateLives);
    await audit.append({ kind: 'consent-started', at: now(), ...about(invitation) });
    return { location: this.#consentUrl(invitation, state), browser: bound };
  }

  /**
   * Judges what Entra's redirect brought. Every call leaves an audit row, whatever it ends with.
   *
   * @returns the tenant, `active` or `pending`.
   * @throws TenantpostError with a `CONSENT_...`, `INVITATION_...` or token code; no tenant has become active then.
   */
  async finish(returned: ConsentReturn): Promise<Tenant> {
    let known: Partial<ConsentEvent> = {};
    try {
      // `error` comes first: error redirects carry `admin_consent=True` as well.
      if (returned.error !== undefined) throw await this.#declined(returned);
      const state = await this.#readState(returned);
      known = { invitationId: state.inv };
      const invitation = await this.#with.store.find(state.inv);
      if (invitation === undefined) throw new TenantpostError('INVITATION_INVALID', 'The invitation no longer exists.');
      const tenantId = claimedTenant(returned.tenant, invitation, this.#with.singleTenantId);
      known = claimOf(invitation, tenantId);
      const binding = await this.#consume(state, tenantId, invitation);
      return await this.#prove(tenantId, invitation, binding);
    } catch (error) {
      await this.#refused(asTenantpostError(error), known, returned);
      throw error;
    }
  }

  #consentUrl(invitation: Invitation, state: string): string {
    const { authorityUrl, clientId, redirectUri, graphResource, singleTenantId } = this.#with;
    // The v2 endpoint takes `organizations` for an unknown tenant, and refuses `common`.
    const tenant = invitation.tenantId ?? singleTenantId ?? 'organizations';
    const url = new URL(`${authorityUrl}/${tenant}/v2.0/adminconsent`);
    url.search = new URLSearchParams({
      client_id: clientId,
      scope: `${graphResource}/.default`,
      redirect_uri: redirectUri,
      state,
    }).toString();
    return url.href;
  }

  async #readState({ state, browser }: ConsentReturn): Promise<LinkClaims<'state'>> {
    if (state === undefined) throw new TenantpostError('CONSENT_STATE_MISSING', 'The callback came without a state.');
    const claims = await this.#with.links.read('state', state);
    if (claims === 'invalid') throw new TenantpostError('CONSENT_STATE_INVALID', 'The state is not one of ours.');
    if (claims === 'expired') throw new TenantpostError('CONSENT_STATE_EXPIRED', 'The state has expired.');
    if (!isBoundTo(claims, browser)) {
      throw new TenantpostError('CONSENT_OTHER_BROWSER', 'Consent was begun in another browser.', {
        detail: { invitationId: claims.inv },
      });
    }
    return claims;
  }

  async #consume(state: LinkClaims<'state'>, tenantId: string, invitation: Invitation): Promise<Binding> {
    if (!(await this.#with.store.consumeState(state.jti, this.#with.now() + stateLives))) {
      throw new TenantpostError('CONSENT_STATE_USED', 'The state has been used already.', {
        detail: { invitationId: invitation.id },
      });
    }
    const binding = await this.#with.store.bind(invitation.id, tenantId);
    if (binding !== 'taken') return binding;
    throw new TenantpostError('INVITATION_USED', 'Another tenant has used the invitation.', {
      detail: { invitationId: invitation.id },
    });
  }

  async #prove(tenantId: string, invitation: Invitation, binding: Binding): Promise<Tenant> {
    const { id } = invitation;
    const { audit, proof, now } = this.#with;
    try {
      await audit.append({ kind: 'consent-returned', at: now(), ...claimOf(invitation, tenantId) });
      return await proof.prove(tenantId, id);
    } catch (error) {
      // Only what this return has bound: an earlier one of the same tenant may have succeeded.
      if (binding === 'bound') await this.#release(id);
      throw error;
    }
  }

  async #release(id: string): Promise<void> {
    try {
      await this.#with.store.release(id);
    } catch (failure) {
      this.#with.log('error', 'invitation.not-released', {
        invitationId: id,
        because: asTenantpostError(failure).code,
      });
    }
  }

  /** Entra's own refusal. The state is spent if it was good, and tells the audit trail which invitation it was. */
  async #declined(returned: ConsentReturn): Promise<TenantpostError> {
    const claims = returned.state === undefined ? 'invalid' : await this.#with.links.read('state', returned.state);
    const ours = typeof claims === 'object' && isBoundTo(claims, returned.browser) ? claims : undefined;
    if (ours) await this.#with.store.consumeState(ours.jti, this.#with.now() + stateLives);
    const description = returned.errorDescription ?? '';
    // v2 reports a refusal as consent_required with AADSTS65004, v1 as permission_denied.
    const declined = description.includes('AADSTS65004') || returned.error === 'permission_denied';
    return new TenantpostError(
      declined ? 'CONSENT_DECLINED' : 'CONSENT_FAILED',
      declined ? 'The administrator declined.' : 'Entra reported an error instead of consent.',
      { detail: { invitationId: ours?.inv, entra: /AADSTS\d+/.exec(description)?.[0] } },
    );
  }

  async #refused(
    error: TenantpostError,
    known: Partial<ConsentEvent>,
    returned: Pick<ConsentReturn, 'error' | 'errorDescription'> = { error: undefined, errorDescription: undefined },
  ): Promise<void> {
    const { audit, now, log } = this.#with;
    const { invitationId = known.invitationId, claimedTenant: claimed } = error.detail;
    // Only what came back with a state of ours was said by Entra to one of our administrators.
    const isEntras = returned.error !== undefined && typeof invitationId === 'string';
    const said = isEntras ? [returned.error, returned.errorDescription] : [];
    const description = said.filter((text) => text !== undefined).join(': ');
    try {
      await audit.append({
        ...known,
        kind: isEntras && error.code === 'CONSENT_DECLINED' ? 'consent-declined' : 'consent-refused',
        at: now(),
        code: error.code,
        ...(typeof invitationId === 'string' ? { invitationId } : {}),
        ...(typeof claimed === 'string' ? { claimedTenant: claimed } : {}),
        ...(description === '' ? {} : { description: description.slice(0, 500) }),
      });
    } catch (failure) {
      // The administrator is to read why consent was refused, not that our storage is down as well.
      log('error', 'consent.not-audited', { code: error.code, because: asTenantpostError(failure).code });
    }
  }
}

function claimedTenant(
  claimed: string | undefined,
  invitation: Invitation,
  singleTenantId: string | undefined,
): string {
  const tenant = tenantIdSchema.safeParse(claimed);
  if (!tenant.success) {
    throw new TenantpostError('CONSENT_TENANT_MISSING', 'The callback names no tenant.', {
      detail: { invitationId: invitation.id },
    });
  }
  if (singleTenantId !== undefined && tenant.data !== singleTenantId) {
    throw new TenantpostError('TENANT_NOT_HOME', 'Another tenant consented than the one that the app works in.', {
      detail: { invitationId: invitation.id, claimedTenant: tenant.data },
    });
  }
  if (invitation.tenantId !== undefined && invitation.tenantId !== tenant.data) {
    throw new TenantpostError('CONSENT_WRONG_TENANT', 'Another tenant consented than the one invited.', {
      detail: { invitationId: invitation.id, claimedTenant: tenant.data },
    });
  }
  return tenant.data;
}

/** What stands under a tenant in the audit trail was said of it by an operator or by Entra, never by a callback alone. */
function claimOf(invitation: Invitation, claimed: string): Partial<ConsentEvent> {
  return invitation.tenantId === undefined
    ? { invitationId: invitation.id, claimedTenant: claimed }
    : about(invitation);
}

function about(invitation: Invitation): Pick<ConsentEvent, 'invitationId' | 'tenantId'> {
  return {
    invitationId: invitation.id,
    ...(invitation.tenantId === undefined ? {} : { tenantId: invitation.tenantId }),
  };
}
