/** What is wrong about the installation and the way to Microsoft, one row a fault. */

import { vendor } from '../../../local/cloud/seed.ts';
import { admin, all, clock, down, operator, rule, type SeededFault } from './seeds.ts';

export const installationFaults: readonly SeededFault[] = [
  {
    name: 'the identity has no role on the queues',
    seed: rule({ service: 'queue', fault: { kind: 'answer', status: 403 } }),
    ...{ check: 'storage', code: 'STORAGE_UNAVAILABLE', ...operator, withoutSince: true, answered: /403/ },
  },
  {
    name: 'this app’s clock is an hour behind',
    seed: all(clock('entra', 3600), clock('graph', 3600)),
    ...{ check: 'clock', code: 'CLOCK_WRONG', ...operator, answered: /Entra is 3[56]\d\d seconds ahead/ },
  },
  {
    name: 'what answers for Graph has a wrong clock',
    seed: clock('graph', -7200),
    ...{ check: 'clock', code: 'CLOCK_WRONG', ...operator, meaning: /in the place of Graph/ },
  },
  { name: 'Entra is away', seed: down('entra'), check: 'entra-connection', code: 'ENTRA_UNAVAILABLE', ...operator },
  { name: 'Graph is away', seed: down('graph'), check: 'graph-connection', code: 'GRAPH_UNAVAILABLE', ...operator },
  { name: 'SMTP is away', seed: down('smtp'), check: 'smtp-connection', code: 'SMTP_UNAVAILABLE', ...operator },
  { name: 'IMAP is away', seed: down('imap'), check: 'imap-connection', code: 'IMAP_UNAVAILABLE', ...operator },
  { name: 'POP3 is away', seed: down('pop'), check: 'pop-connection', code: 'POP_UNAVAILABLE', ...operator },
  { name: 'Key Vault is away', seed: down('vault'), check: 'vault', code: 'VAULT_UNAVAILABLE', ...operator },
  {
    name: 'the identity has no role on the vault',
    seed: rule({ service: 'vault', fault: { kind: 'answer', status: 403 } }),
    ...{ check: 'vault', code: 'VAULT_REFUSED', ...operator },
  },
  {
    name: 'Entra throttles token requests',
    seed: rule({
      service: 'entra',
      operation: 'token',
      fault: { kind: 'answer', status: 429, retryAfter: { seconds: 30 } },
    }),
    ...{ check: 'consent', code: 'ENTRA_THROTTLED', ...operator },
  },
  {
    name: 'a proxy answers in Entra’s place',
    seed: rule({ service: 'entra', operation: 'token', fault: { kind: 'answer', status: 502, body: 'html' } }),
    ...{ check: 'consent', code: 'ENTRA_UNAVAILABLE', ...operator, answered: /502/ },
  },
  {
    name: 'the registration is a public client',
    seed(world) {
      const registration = world.state.registrations.find(({ appId }) => appId === vendor.appId);
      if (registration) registration.publicClient = true;
      return () => delete registration?.publicClient;
    },
    ...{ check: 'credential', code: 'REGISTRATION_WRONG', ...operator, answered: /AADSTS700025/ },
  },
  {
    name: 'the registration is single-tenant',
    seed(world) {
      const registration = world.state.registrations.find(({ appId }) => appId === vendor.appId);
      if (registration) registration.audience = 'single-tenant';
      return () => {
        if (registration) registration.audience = 'multitenant';
      };
    },
    ...{ check: 'consent', code: 'APP_NOT_IN_TENANT', ...admin, answered: /AADSTS700016/, remedy: /single-tenant/ },
  },
];

/** By itself: a proof that Entra refused is not shown again for half a minute. */
export const unregisteredCertificate: SeededFault = {
  name: 'the certificate is not on the registration',
  seed(world) {
    const registration = world.state.registrations.find(({ appId }) => appId === vendor.appId);
    const certificates = registration?.certificates.splice(0) ?? [];
    return () => void registration?.certificates.push(...certificates);
  },
  ...{ check: 'credential', code: 'CREDENTIAL_REFUSED', ...operator, answered: /AADSTS700027/, remedy: /Upload/ },
};
