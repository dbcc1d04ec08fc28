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
import { about, askOf, claimedTenant, claimOf } from './consent-claims.ts';
import { keptWords, readEntrasError } from './consent-error.ts';
import { consentUrl, type ConsentEndpoint } from './consent-url.ts';
import type { Binding, Invitation, InvitationStore } from './invitation.ts';
import type { Invitations } from './invitations.ts';
import type { LinkClaims, Links } from './links.ts';
import { tenantKnown } from './next-state.ts';
import type { ConsentProof } from './prove-consent.ts';
import type { Tenant, TenantStore } from './tenant.ts';

/** How long an administrator may take between the invitation page and the Accept button. */
const stateLives = 1 * hours;

export interface ConsentStart {
  /** Where to send the browser. */
  readonly location: string;
  /** The value of the cookie that binds the consent to this browser. */
  readonly browser: string;
  /** To be kept by the browser as well: v1 names no state when it reports an error. */
  readonly state: string;
}

/** The query of the callback and the cookies, as they came. */
export interface ConsentReturn {
  readonly error: string | undefined;
  readonly errorDescription: string | undefined;
  readonly tenant: string | undefined;
  readonly state: string | undefined;
  readonly browser: string | undefined;
  /** The state that this browser was sent away with last. */
  readonly begun?: string | undefined;
}

interface Dependencies {
  readonly invitations: Invitations;
  readonly store: InvitationStore;
  readonly links: Links;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly proof: Pick<ConsentProof, 'prove'>;
  readonly audit: AuditTrail;
  readonly now: Clock;
  readonly log: Log;
  readonly endpoint: ConsentEndpoint;
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
   * @throws TenantpostError `INVITATION_INVALID`, `INVITATION_EXPIRED`, `INVITATION_REVOKED`, `INVITATION_USED` or
   *   `TENANT_NOT_HOME`.
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
    const tenant = invitation.tenantId ?? this.#with.singleTenantId;
    return { location: consentUrl(this.#with.endpoint, tenant, invitation.rights, state), browser: bound, state };
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
      if (returned.error !== undefined) {
        known = await this.#begunWith(returned);
        throw await this.#declined(returned, returned.error);
      }
      const state = await this.#readState(returned);
      known = { invitationId: state.inv };
      const invitation = await this.#with.store.find(state.inv);
      if (invitation === undefined) throw new TenantpostError('INVITATION_INVALID', 'The invitation no longer exists.');
      const tenantId = claimedTenant(returned.tenant, invitation, this.#with.singleTenantId);
      known = claimOf(invitation, tenantId);
      await this.#consume(state, invitation);
      await this.#requireNew(tenantId, invitation);
      const binding = await this.#bind(tenantId, invitation);
      return await this.#prove(tenantId, invitation, binding);
    } catch (error) {
      await this.#refused(asTenantpostError(error), known, returned);
      throw error;
    }
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

  async #consume(state: LinkClaims<'state'>, { id }: Invitation): Promise<void> {
    if (await this.#with.store.consumeState(state.jti, this.#with.now() + stateLives)) return;
    throw new TenantpostError('CONSENT_STATE_USED', 'The state has been used already.', {
      detail: { invitationId: id },
    });
  }

  /**
   * An invitation that names no tenant brings in a tenant that nobody knows, and no other. The callback's `tenant` is what
   * the holder of the link says: anybody who has an open invitation can write another company's id there, and a token proves
   * only that this company has consented once, not that its people are at this browser. So he could be taken for that
   * company, bring one back that was removed, or change what is asked of it. What is left to him is to name a company that
   * has consented and never came back here; whoever hands out rights by `usedBy` must therefore name the tenant.
   */
  async #requireNew(tenantId: string, { tenantId: named, usedBy }: Invitation): Promise<void> {
    if ((named ?? this.#with.singleTenantId) !== undefined || usedBy === tenantId) return;
    const known = await this.#with.tenants.find(tenantId);
    // Nobody is kept out by what another one has only claimed.
    if (known !== undefined && known.claimed !== true) throw tenantKnown(tenantId);
  }

  async #bind(tenantId: string, { id }: Invitation): Promise<Binding> {
    const binding = await this.#with.store.bind(id, tenantId);
    if (binding === 'bound' || binding === 'bound-before') return binding;
    const isRevoked = binding === 'revoked';
    const message = isRevoked ? 'The invitation was taken back.' : 'Another tenant has used the invitation.';
    const code = isRevoked ? 'INVITATION_REVOKED' : 'INVITATION_USED';
    throw new TenantpostError(code, message, { detail: { invitationId: id } });
  }

  async #prove(tenantId: string, invitation: Invitation, binding: Binding): Promise<Tenant> {
    const { id } = invitation;
    const { audit, proof, now } = this.#with;
    try {
      await audit.append({ kind: 'consent-returned', at: now(), ...claimOf(invitation, tenantId) });
      return await proof.prove(tenantId, askOf(invitation, this.#with.singleTenantId));
    } catch (error) {
      // Only what this return has bound: an earlier one of the same tenant may have succeeded.
      if (binding === 'bound') await this.#release(id);
      else if (asTenantpostError(error).code === 'CONSENT_TENANT_KNOWN') {
        // A second tab, or a second click: the first has brought the tenant in with this very invitation.
        const known = await this.#with.tenants.find(tenantId);
        if (known !== undefined) return known;
      }
      throw error;
    }
  }

  async #release(id: string): Promise<void> {
    try {
      await this.#with.store.release(id);
    } catch (failure) {
      const because = asTenantpostError(failure).code;
      this.#with.log('error', 'invitation.not-released', { invitationId: id, because });
    }
  }

  /** Entra's own refusal. The state is spent if it was good, and tells the audit trail which invitation it was. */
  async #declined(returned: ConsentReturn, error: string): Promise<TenantpostError> {
    const claims = await this.#boundClaims(returned.state, returned.browser);
    if (claims) await this.#with.store.consumeState(claims.jti, this.#with.now() + stateLives);
    const { code, entra } = readEntrasError(error, returned.errorDescription ?? '');
    const isDeclined = code === 'CONSENT_DECLINED';
    const message = isDeclined ? 'The administrator declined.' : 'Entra reported an error instead of consent.';
    return new TenantpostError(code, message, { detail: { invitationId: claims?.inv, entra } });
  }

  /**
   * Whose an error is. One without a state, as v1 sends them, is told by the state that the browser kept: any page can send a
   * browser here with an error of its own making, so such a one spends nothing, and nobody's words are taken down.
   */
  async #begunWith({ state, begun, browser }: ConsentReturn): Promise<Partial<ConsentEvent>> {
    const claims = await this.#boundClaims(state ?? begun, browser);
    const invitation = claims && (await this.#with.store.find(claims.inv));
    return invitation === undefined ? {} : about(invitation);
  }

  async #boundClaims(state: string | undefined, browser: string | undefined) {
    const claims = state === undefined ? 'invalid' : await this.#with.links.read('state', state);
    return typeof claims === 'object' && isBoundTo(claims, browser) ? claims : undefined;
  }

  async #refused(
    error: TenantpostError,
    known: Partial<ConsentEvent>,
    returned: Pick<ConsentReturn, 'error' | 'errorDescription'> = { error: undefined, errorDescription: undefined },
  ): Promise<void> {
    const { audit, now, log } = this.#with;
    const { invitationId: proved, claimedTenant: claimed } = error.detail;
    const invitationId = proved ?? known.invitationId;
    // Only what came back with a state of ours was said by Entra to one of our administrators.
    const isEntras = returned.error !== undefined && typeof proved === 'string';
    const description = isEntras ? keptWords(returned.error, returned.errorDescription) : '';
    const isDeclined = error.code === 'CONSENT_DECLINED' && typeof invitationId === 'string';
    try {
      await audit.append({
        ...known,
        kind: isDeclined ? 'consent-declined' : 'consent-refused',
        at: now(),
        code: error.code,
        ...(typeof invitationId === 'string' ? { invitationId } : {}),
        ...(typeof claimed === 'string' ? { claimedTenant: claimed } : {}),
        ...(description === '' ? {} : { description }),
      });
    } catch (failure) {
      // The administrator is to read why consent was refused, not that our storage is down as well.
      log('error', 'consent.not-audited', { code: error.code, because: asTenantpostError(failure).code });
    }
  }
}
