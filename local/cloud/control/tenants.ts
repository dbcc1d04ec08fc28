/** Tenants, and what their administrators allow the apps: consent, its withdrawal, single permissions, disabling. */

import type { Hono } from 'hono';
import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import { grantAppRole, grantConsent, removeAppRole, setEnabled, withdrawConsent } from '../entra/consents.ts';
import { findEnterpriseApp } from '../entra/enterprise-apps.ts';
import { findRegistration } from '../entra/registrations.ts';
import { findTenant } from '../entra/tenant-path.ts';
import type { EnterpriseApp, Registration, Tenant } from '../state.ts';
import { appRole } from '../state/app-role.ts';
import { directoryState } from '../state/directory.ts';
import { change } from './merge-patch.ts';
import { noSuch, Problem } from './problem.ts';
import { parse, readJson } from './read-body.ts';
import { created, done, ok, part, resource } from './resource.ts';

/** Its mailboxes live in its domain, so that stays. */
const editable = directoryState.tenants.element.omit({ id: true, domain: true, signingKey: true });

const domain = z.string().regex(/^(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*$/, 'must be a domain in small letters');
const newTenant = editable.extend({
  id: z.guid().exactOptional(),
  displayName: z.string().min(1),
  domain,
  administrators: z.array(z.string()).exactOptional(),
});

const appChange = z.strictObject({
  enabled: z.boolean().exactOptional(),
  addRoles: z.array(appRole).exactOptional(),
  removeRoles: z.array(appRole).exactOptional(),
});

export function tenantRoutes(app: Hono, cloud: CloudContext): void {
  const { state } = cloud;
  resource(app, '/tenants', {
    GET: (c) => ok(c, { tenants: state.tenants.map((tenant) => tenantView(cloud, tenant)) }),
    POST: async (c) => {
      const tenant = addTenant(cloud, await readJson(c));
      return created(c, `/tenants/${tenant.id}`, tenantView(cloud, tenant));
    },
  });
  resource(app, '/tenants/:tenant', {
    GET: (c) => ok(c, tenantView(cloud, requireTenant(cloud, part(c, 'tenant')))),
    PATCH: async (c) => {
      const tenant = requireTenant(cloud, part(c, 'tenant'));
      change(tenant, editable, await readJson(c));
      return ok(c, tenantView(cloud, tenant));
    },
  });
  resource(app, '/tenants/:tenant/apps/:appId', {
    GET: (c) => ok(c, appView(cloud, requireApp(cloud, part(c, 'tenant'), part(c, 'appId')))),
    // No body: what is granted is what the registration asks for.
    PUT: (c) => ok(c, appView(cloud, consent(cloud, part(c, 'tenant'), part(c, 'appId')))),
    PATCH: async (c) => {
      const changed = changeApp(cloud, part(c, 'tenant'), part(c, 'appId'), await readJson(c));
      return ok(c, appView(cloud, changed));
    },
    DELETE: (c) => {
      withdraw(cloud, part(c, 'tenant'), part(c, 'appId'));
      return done(c);
    },
  });
}

/** @throws Problem 404 */
export function requireTenant({ state }: CloudContext, idOrDomain: string): Tenant {
  const tenant = findTenant(state, idOrDomain);
  if (tenant === undefined) throw noSuch('tenant', idOrDomain);
  return tenant;
}

export function addTenant({ state }: CloudContext, given: unknown): Tenant {
  const { id = crypto.randomUUID(), ...rest } = parse(newTenant, given);
  const taken = [id, rest.domain].find((name) => findTenant(state, name) !== undefined);
  if (taken !== undefined) throw new Problem(409, `"${taken}" is a tenant already.`);
  const tenant = { administrators: [`admin@${rest.domain}`], ...rest, id: id.toLowerCase() };
  state.tenants.push(tenant);
  return tenant;
}

/** As if the tenant's administrator had pressed Accept. */
export function consent(cloud: CloudContext, tenantId: string, appId: string): EnterpriseApp {
  const tenant = requireTenant(cloud, tenantId);
  const registration = requireRegistration(cloud, appId);
  if (registration.audience === 'single-tenant' && registration.homeTenantId !== tenant.id) {
    throw new Problem(409, `${registration.displayName} is for its home tenant alone.`);
  }
  return grantConsent(cloud, registration, tenant.id);
}

export function changeApp(cloud: CloudContext, tenantId: string, appId: string, given: unknown): EnterpriseApp {
  const { enabled, addRoles = [], removeRoles = [] } = parse(appChange, given);
  const app = requireApp(cloud, tenantId, appId);
  for (const role of addRoles) grantAppRole(cloud, app, role);
  for (const role of removeRoles) removeAppRole(app, role);
  if (enabled !== undefined) setEnabled(app, enabled);
  return app;
}

export function withdraw(cloud: CloudContext, tenantId: string, appId: string): void {
  const app = requireApp(cloud, tenantId, appId);
  withdrawConsent(cloud, app.appId, app.tenantId);
}

/** @throws Problem 404 */
export function requireRegistration({ state }: CloudContext, appId: string): Registration {
  const registration = findRegistration(state, appId);
  if (registration === undefined) throw noSuch('registration', appId);
  return registration;
}

function requireApp(cloud: CloudContext, tenantId: string, appId: string): EnterpriseApp {
  const tenant = requireTenant(cloud, tenantId);
  const app = findEnterpriseApp(cloud, appId.toLowerCase(), tenant.id);
  if (app === undefined) throw new Problem(404, `${tenant.displayName} has no enterprise application "${appId}".`);
  return app;
}

/** Without the key that signs its tokens. */
export function tenantView(cloud: CloudContext, { signingKey: _secret, ...tenant }: Tenant) {
  const apps = cloud.state.enterpriseApps.filter(({ tenantId }) => tenantId === tenant.id);
  return { ...tenant, apps: apps.map((app) => appView(cloud, app)) };
}

export function appView({ state, now }: CloudContext, app: EnterpriseApp) {
  const { enterpriseApp, roles } = state.propagation;
  const has = (at: number, milliseconds: number): boolean => now('entra') - at >= milliseconds;
  return {
    appId: app.appId,
    displayName: findRegistration(state, app.appId)?.displayName ?? app.appId,
    objectId: app.objectId,
    consentedAt: new Date(app.consentedAt).toISOString(),
    enabled: app.accountEnabled !== false,
    /** Whether the token endpoint sees it by now. */
    arrived: has(app.consentedAt, enterpriseApp),
    roles: app.grantedAppRoles.map(({ resource: of, role, grantedAt = app.consentedAt }) => ({
      resource: of,
      role,
      arrived: has(grantedAt, roles),
    })),
  };
}
