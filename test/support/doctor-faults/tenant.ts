/** What is wrong about the tenant, its consent and its record, one row a fault. */

import { admin, noConsent, operator, rule, type SeededFault, state, withoutRole } from './seeds.ts';

export const tenantFaults: readonly SeededFault[] = [
  {
    name: 'there is no such tenant',
    seed: () => {},
    tenant: () => '99999999-0000-4000-8000-000000000000',
    mailbox: null,
    ...{ check: 'tenant', code: 'TENANT_NOT_FOUND', ...operator, withoutSince: true, answered: /AADSTS90002/ },
  },
  {
    name: 'no tenant has the domain',
    seed: () => {},
    tenant: () => 'nobody.example',
    mailbox: null,
    ...{ check: 'tenant', code: 'TENANT_NOT_FOUND', ...operator, withoutSince: true, meaning: /verified this domain/ },
  },
  {
    name: 'the tenant is in a national cloud',
    seed: (_, { cloud }) => void (cloud.nationalCloud = 'microsoftonline.us'),
    ...{ check: 'tenant', code: 'TENANT_IN_OTHER_CLOUD', ...operator, answered: /AADSTS900382/ },
  },
  {
    name: 'no consent',
    seed: noConsent,
    ...{ check: 'consent', code: 'APP_NOT_IN_TENANT', ...admin, answered: /AADSTS7000229/ },
  },
  {
    name: 'consent is on its way',
    async seed(world, tenant) {
      tenant.app.consentedAt = Date.now();
      await state({ state: 'pending', code: 'APP_NOT_IN_TENANT' })(world, tenant);
      const { propagation } = world.state;
      const before = propagation.enterpriseApp;
      propagation.enterpriseApp = 600_000;
      return () => void (propagation.enterpriseApp = before);
    },
    ...{ check: 'consent', code: 'APP_NOT_IN_TENANT', ...admin, meaning: /a moment ago, and it has not arrived/ },
  },
  {
    name: 'the roles of a consent are on their way',
    seed(world, { app }) {
      app.consentedAt = Date.now();
      const { propagation } = world.state;
      const before = propagation.roles;
      propagation.roles = 600_000;
      return () => void (propagation.roles = before);
    },
    ...{ check: 'roles', code: 'ROLE_MISSING', ...admin, answered: /no roles/ },
  },
  {
    name: 'the app is disabled in the tenant',
    seed: (_, { app }) => void (app.accountEnabled = false),
    ...{ check: 'consent', code: 'APP_BLOCKED', ...admin, answered: /AADSTS7000112/, remedy: /Enabled for users/ },
  },
  {
    name: 'Conditional Access blocks the app',
    seed: rule(({ id }) => ({
      ...{ service: 'entra', operation: 'token', tenantId: id },
      fault: { kind: 'answer', status: 400, code: 'AADSTS53003' },
    })),
    ...{ check: 'consent', code: 'APP_BLOCKED', ...admin, answered: /AADSTS53003/, meaning: /Conditional Access/ },
  },
  {
    name: 'Mail.Send was not granted',
    seed: withoutRole('Mail.Send'),
    ...{ check: 'roles', code: 'ROLE_MISSING', ...admin, meaning: /lacks Mail\.Send\b/ },
  },
  {
    name: 'the permissions were granted as delegated',
    seed: (_, { app }) => void (app.grantedAppRoles = []),
    ...{ check: 'roles', code: 'ROLE_MISSING', ...admin, meaning: /Delegated in place of Application/ },
  },
  {
    name: 'SMTP.SendAsApp was not granted',
    seed: withoutRole('SMTP.SendAsApp'),
    ...{ check: 'roles', code: 'ROLE_MISSING', ...admin, meaning: /lacks SMTP\.SendAsApp\b/ },
  },
  {
    name: 'the tenant has no Exchange Online',
    seed: (_, { cloud }) =>
      void (cloud.unavailableResources = [{ resource: 'https://outlook.office365.com', state: 'missing' }]),
    ...{ check: 'exchange-consent', code: 'RESOURCE_NOT_IN_TENANT', ...admin, answered: /AADSTS500011/ },
  },
  {
    name: 'the tenant’s Exchange Online subscription has lapsed',
    seed: (_, { cloud }) =>
      void (cloud.unavailableResources = [{ resource: 'https://outlook.office365.com', state: 'disabled' }]),
    ...{ check: 'exchange-consent', code: 'RESOURCE_NOT_IN_TENANT', ...admin, answered: /AADSTS500014/ },
  },
  {
    name: 'this installation does not know the tenant',
    seed: (world, { id }) => world.forget(id),
    ...{ check: 'tenant-record', code: 'TENANT_UNKNOWN', ...operator, withoutSince: true, remedy: /verified/ },
  },
  {
    name: 'the tenant was invited and nobody came back',
    seed: state({ state: 'invited', rights: ['Mail.Send'] }),
    ...{ check: 'tenant-record', code: 'TENANT_NOT_CONSENTED', ...operator },
  },
  {
    name: 'the tenant was removed',
    seed: state({ state: 'removed' }),
    ...{ check: 'tenant-record', code: 'TENANT_REMOVED', ...operator, withoutSince: true },
  },
  {
    name: 'the tenant is mended, and the timer has not looked since',
    seed: state({ state: 'revoked', code: 'APP_NOT_IN_TENANT' }),
    ...{ check: 'tenant-record', code: 'APP_NOT_IN_TENANT', ...operator, verdict: 'warning', meaning: /is mended/ },
  },
];
