/** Adds a tenant of a seed to a state: first itself, then what it consented to, then what Exchange knows of that. */

import { grantConsent } from '../entra/consents.ts';
import { findEnterpriseApp } from '../entra/enterprise-apps.ts';
import { changeableOrganization } from '../exchange/organization.ts';
import type { CloudState, EnterpriseApp, Mailbox } from '../state.ts';
import { addressIn, appRoleOf, stableGuid } from './names.ts';
import type { SeedTenant } from './tenant.ts';

const DAY = 24 * 60 * 60 * 1000;

export function addTenant(state: CloudState, seed: SeedTenant): void {
  const { domain, id = stableGuid('tenant', domain), administrators, nationalCloud, unavailableResources } = seed;
  state.tenants.push({
    id,
    domain,
    displayName: seed.displayName ?? titleOf(domain.split('.')[0] ?? domain),
    administrators: administrators.map((name) => addressIn(domain, name)),
    ...(nationalCloud !== undefined && { nationalCloud }),
    ...(unavailableResources !== undefined && { unavailableResources }),
  });
  for (const mailbox of seed.mailboxes) {
    state.mailboxes.push(mailboxOf(id, domain, typeof mailbox === 'string' ? { name: mailbox } : mailbox));
  }
}

type SeedMailbox = Partial<Exclude<SeedTenant['mailboxes'][number], string>> & { name: string };

function mailboxOf(tenantId: string, domain: string, seed: SeedMailbox): Mailbox {
  const { name, id, displayName, licensed = true, ...exchange } = seed;
  const address = addressIn(domain, name);
  return {
    tenantId,
    id: id ?? stableGuid('mailbox', address),
    address,
    displayName: displayName ?? titleOf(address.split('@')[0] ?? address),
    ...(!licensed && { licensed }),
    ...(Object.keys(exchange).length > 0 && { exchange }),
  };
}

const titleOf = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

/** Given long ago, so that nothing of them is still on its way. */
export function addConsents(state: CloudState, { domain, consents }: SeedTenant): void {
  const longAgo = { state, now: () => Date.now() - DAY };
  const tenantId = idOf(state, domain);
  for (const one of consents) {
    const consent = typeof one === 'string' ? { app: one, enabled: true } : one;
    const registration = state.registrations.find(({ displayName }) => displayName === consent.app);
    if (registration === undefined) continue;
    const app = grantConsent(longAgo, registration, tenantId);
    app.objectId = consent.objectId ?? stableGuid('enterprise application', domain, consent.app);
    if (consent.permissions !== undefined) app.grantedAppRoles = consent.permissions.map(appRoleOf);
    if (!consent.enabled) app.accountEnabled = false;
  }
}

export function addExchange(state: CloudState, { domain, exchange }: SeedTenant): void {
  const tenantId = idOf(state, domain);
  const { smtpAuthEnabled, securityDefaults, maxRecipientsPerMessage, apps } = exchange;
  const organization = changeableOrganization(state, tenantId);
  organization.smtpClientAuthenticationDisabled = !smtpAuthEnabled;
  if (securityDefaults) organization.securityDefaults = true;
  if (maxRecipientsPerMessage !== undefined) organization.maxRecipientsPerMessage = maxRecipientsPerMessage;
  for (const { app, ...rights } of apps) {
    const registration = state.registrations.find(({ displayName }) => displayName === app);
    const enterpriseApp = registration && findEnterpriseApp({ state, now: Date.now }, registration.appId, tenantId);
    if (enterpriseApp !== undefined) addExchangeApp(state, { domain, app, enterpriseApp }, rights);
  }
}

function addExchangeApp(
  state: CloudState,
  { domain, app, enterpriseApp }: { domain: string; app: string; enterpriseApp: EnterpriseApp },
  rights: Omit<SeedTenant['exchange']['apps'][number], 'app'>,
): void {
  const { tenantId, appId } = enterpriseApp;
  const objectId = rights.objectId ?? enterpriseApp.objectId;
  state.exchangeServicePrincipals.push({ tenantId, appId, objectId, displayName: app });
  for (const name of rights.fullAccess) {
    const mailbox = addressIn(domain, name);
    state.mailboxPermissions.push({ tenantId, mailbox, user: objectId, accessRights: ['FullAccess'] });
  }
  for (const name of rights.sendAs) {
    const mailbox = addressIn(domain, name);
    state.recipientPermissions.push({ tenantId, mailbox, trustee: objectId, accessRights: ['SendAs'] });
  }
  for (const { role, filter } of rights.roles) {
    const name = `${role}-${app}`;
    if (filter !== undefined) state.managementScopes.push({ tenantId, name, recipientRestrictionFilter: filter });
    state.roleAssignments.push({
      tenantId,
      name,
      app: objectId,
      role,
      ...(filter !== undefined && { scope: { kind: 'CustomResourceScope', managementScope: name } }),
    });
  }
}

const idOf = (state: CloudState, domain: string): string =>
  state.tenants.find((tenant) => tenant.domain === domain)?.id ?? '';
