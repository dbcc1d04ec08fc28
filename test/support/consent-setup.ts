/** Consent over ports in memory, and an administrator who goes through it. */

import assert from 'node:assert/strict';
import { Consent, type ConsentReturn } from '../../shared/tenants/consent.ts';
import { Invitations } from '../../shared/tenants/invitations.ts';
import { Links } from '../../shared/tenants/links.ts';
import type { Tenant } from '../../shared/tenants/tenant.ts';
import type { Ask } from '../../shared/tenants/next-state.ts';
import { clientId, contoso, graphResource } from './app-identity.ts';
import { settableClock } from './clock.ts';
import { fixedDataKeys } from './fixed-data-keys.ts';
import { MemoryAuditTrail } from './memory-audit-trail.ts';
import { MemoryInvitationStore } from './memory-invitation-store.ts';
import { MemoryTenantStore } from './memory-tenant-store.ts';
import { aDirectory } from './tenant-directory.ts';
import { recordingLog } from './recording-log.ts';
import { aTenant } from './tenant.ts';

/**
 * @param overrides of what the invitations need, such as the resources that the installation uses.
 * @param ofConsent of what consent needs.
 */
export function aConsent(
  overrides: Partial<ConstructorParameters<typeof Invitations>[0]> = {},
  ofConsent: Partial<ConstructorParameters<typeof Consent>[0]> = {},
) {
  const clock = settableClock();
  const store = new MemoryInvitationStore();
  const audit = new MemoryAuditTrail();
  const links = new Links(fixedDataKeys(), clock.now);
  const tenants = new MemoryTenantStore();
  const invitations = new Invitations({
    ...{ store, tenants, links, audit, now: clock.now, directory: aDirectory() },
    installation: { resources: ['graph'], delivery: 'standard' },
    returnOrigins: ['https://portal.example.com'],
    ...overrides,
  });
  const log = recordingLog();
  const proved: (string | undefined)[][] = [];
  const proof = {
    answer: (id: string): Promise<Tenant> => Promise.resolve(aTenant({ id })),
    prove: (id: string, { invitationId }: Ask = {}): Promise<Tenant> => {
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
    log: log.log,
    tenants,
    endpoint: {
      authorityUrl: 'https://login.microsoftonline.com',
      clientId,
      redirectUri: 'https://mail.example.com/api/consent/callback',
      audiences: { graph: graphResource, outlook: 'https://outlook.office365.com' },
    },
    singleTenantId: overrides.singleTenantId,
    ...ofConsent,
  });
  return { tenants, clock, store, audit, links, log, invitations, proof, proved, consent };
}

export type ConsentSetup = ReturnType<typeof aConsent>;

/** An administrator who opened an invitation and stands before Entra's page. */
export async function begun(setup: ConsentSetup, tenant?: string) {
  const request = { expiresInHours: 72, ...(tenant === undefined ? {} : { tenant }) };
  const { invitation, signed } = await setup.invitations.create(request);
  const { location, browser } = await setup.consent.start(signed, undefined);
  setup.audit.events.length = 0;
  return { invitationId: invitation.id, signed, browser, state: stateIn(location) };
}

export function stateIn(location: string): string {
  const state = new URL(location).searchParams.get('state');
  assert.ok(state !== null);
  return state;
}

/** What Entra sends back; by default consent for Contoso. */
export const returned = (overrides: Partial<ConsentReturn>): ConsentReturn => ({
  error: undefined,
  errorDescription: undefined,
  tenant: contoso,
  state: undefined,
  browser: undefined,
  ...overrides,
});
