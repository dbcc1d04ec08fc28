/** What is wrong in the settings of an installation, or in what they point at: one host each, and what it is asked. */

import { createServer, type Server } from 'node:tls';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { makeServerCertificate } from '../../../local/cloud/certificate-authority.ts';
import { addSecret } from '../../../local/cloud/entra/client-secrets.ts';
import { vendor } from '../../../local/cloud/seed.ts';
import type { Tenant } from '../../../shared/tenants/tenant.ts';
import type { DoctorWorld, TestTenant } from '../doctor-world.ts';
import { operator, type SeededFault } from './seeds.ts';

export interface AskedFault extends Omit<SeededFault, 'seed'> {
  readonly recorded?: Partial<Tenant>;
  /** What is made wrong only now. */
  readonly then?: () => void | Promise<void>;
}

export interface WrongSettings {
  readonly settings: Record<string, string>;
  /** In their order. */
  readonly faults: readonly AskedFault[];
  readonly stop: () => void;
}

const graphOnly = { rights: ['Mail.Send'] } as const satisfies Partial<Tenant>;

/** A server whose certificate nobody here trusts. */
async function stranger(): Promise<{ readonly address: string; readonly server: Server }> {
  const { cert, key } = await makeServerCertificate();
  const server = createServer({ cert, key });
  server.on('tlsClientError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { address: `localhost:${(server.address() as AddressInfo).port}`, server };
}

/** A client secret of the app's, and what takes it away. */
function secret(world: DoctorWorld) {
  const registration = world.state.registrations.find(({ appId }) => appId === vendor.appId);
  if (registration === undefined) throw new Error('The seed holds no registration.');
  const { keyId, value } = addSecret(registration);
  const own = () => registration.secrets?.find((one) => one.keyId === keyId);
  return {
    // Empty counts as not set: the certificate's name goes with no secret.
    settings: {
      TENANTPOST_CREDENTIAL: 'secret',
      TENANTPOST_CLIENT_SECRET: value,
      TENANTPOST_CERTIFICATE_NAME: '',
    },
    expire: () => void Object.assign(own() ?? {}, { endsAt: Date.now() - 1000 }),
    remove: () => void (registration.secrets = registration.secrets?.filter((one) => one.keyId !== keyId) ?? []),
  };
}

export async function graphUnresolved(): Promise<WrongSettings> {
  return {
    settings: { TENANTPOST_GRAPH_URL: 'https://graph.invalid' },
    faults: [
      {
        name: 'the host name of Graph is wrong',
        ...{ check: 'graph-connection', code: 'NAME_UNRESOLVED', ...operator, answered: /ENOTFOUND|EAI_AGAIN/ },
      },
    ],
    stop: () => {},
  };
}

export async function entraUntrusted(): Promise<WrongSettings> {
  const { address, server } = await stranger();
  return {
    settings: { TENANTPOST_AUTHORITY_URL: `https://${address}` },
    faults: [
      {
        name: 'a proxy opens the connection to Entra',
        ...{ check: 'entra-connection', code: 'TLS_UNTRUSTED', ...operator, answered: /CERT|UNABLE_TO/ },
      },
    ],
    stop: () => server.close(),
  };
}

/** Each tenant is asked for one protocol, so that each fault is met alone. */
export async function mailServersWrong(world: DoctorWorld): Promise<WrongSettings> {
  const { address, server } = await stranger();
  const { settings, expire } = secret(world);
  const asked = (right: 'SMTP.SendAsApp' | 'IMAP.AccessAsApp' | 'POP.AccessAsApp') => ({
    recorded: { rights: ['Mail.Send', right] } satisfies Partial<Tenant>,
  });
  return {
    settings: {
      ...settings,
      TENANTPOST_SMTP_HOST: 'smtp.invalid:587',
      TENANTPOST_IMAP_HOST: address,
      TENANTPOST_POP_HOST: 'localhost:1',
    },
    faults: [
      {
        name: 'the host name of SMTP is wrong',
        ...asked('SMTP.SendAsApp'),
        ...{ check: 'smtp-connection', code: 'NAME_UNRESOLVED', ...operator },
      },
      {
        name: 'a stranger answers for IMAP',
        ...asked('IMAP.AccessAsApp'),
        ...{ check: 'imap-connection', code: 'TLS_UNTRUSTED', ...operator },
      },
      {
        name: 'a firewall closes the port of POP3',
        ...asked('POP.AccessAsApp'),
        ...{ check: 'pop-connection', code: 'POP_UNAVAILABLE', ...operator, answered: /ECONNREFUSED/ },
      },
      {
        name: 'the client secret has expired',
        recorded: graphOnly,
        then: expire,
        ...{
          check: 'credential',
          code: 'CREDENTIAL_REFUSED',
          ...operator,
          answered: /AADSTS7000222/,
          meaning: /expired/,
        },
      },
    ],
    stop: () => server.close(),
  };
}

export async function singleTenantGraphOnly(world: DoctorWorld, home: TestTenant): Promise<WrongSettings> {
  const { settings, remove } = secret(world);
  return {
    settings: { ...settings, TENANTPOST_SINGLE_TENANT_ID: home.id, TENANTPOST_RESOURCES: 'graph' },
    faults: [
      {
        name: 'the installation serves another tenant alone',
        recorded: graphOnly,
        ...{ check: 'tenant', code: 'TENANT_NOT_HOME', ...operator },
      },
      {
        name: 'the tenant is asked for SMTP, of which this installation has no tokens',
        tenant: () => home.id,
        ...{ check: 'configuration', code: 'TRANSPORT_OFF', ...operator, remedy: /TENANTPOST_RESOURCES/ },
      },
      {
        name: 'the client secret is none of the registration’s',
        tenant: () => home.id,
        mailbox: null,
        async then() {
          remove();
          await world.record({ id: home.id, state: 'active', since: Date.now(), ...graphOnly });
        },
        ...{ check: 'credential', code: 'CREDENTIAL_REFUSED', ...operator, answered: /AADSTS7000215/ },
      },
    ],
    stop: () => {},
  };
}
