/** The composition of the doctor, from what services.ts makes. */

import { setTimeout as sleep } from 'node:timers/promises';
import { GraphProbe } from './adapters/graph/graph-probe.ts';
import { reachHttps } from './adapters/probes/https-probe.ts';
import { ImapServer } from './adapters/probes/imap-server.ts';
import { PopServer } from './adapters/probes/pop-server.ts';
import { realMessage } from './adapters/probes/real-message.ts';
import { SmtpServer } from './adapters/probes/smtp-server.ts';
import { lookUpTenant } from './adapters/probes/tenant-look-up.ts';
import type { StorageClients } from './adapters/storage/storage-clients.ts';
import { TableCheckHistory } from './adapters/storage/table-check-history.ts';
import type { CredentialOptions } from './checks/credential-check.ts';
import { Doctor } from './checks/doctor.ts';
import type { FreshToken, MailServers } from './checks/ports.ts';
import { protocols } from './checks/protocol.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { logUnexpected } from './host/log.ts';
import type { Log } from './log.ts';
import { carrierOf } from './mail-services.ts';
import type { MailApi } from './mail/operating/mail-api.ts';
import { recentMail } from './mail/operating/recent-mail.ts';
import { tables } from './names.ts';
import type { TenantStore } from './tenants/tenant.ts';
import type { DataKeys } from './tokens/data-key.ts';

export interface DoctorServices {
  readonly doctor: Doctor;
}

interface Dependencies {
  readonly storage: StorageClients;
  readonly tenants: Pick<TenantStore, 'find'>;
  readonly freshToken: FreshToken;
  readonly credential: CredentialOptions;
  readonly askStorage: () => Promise<void>;
  readonly askVault: () => Promise<void>;
  readonly mailApi: Pick<MailApi, 'mailboxes' | 'list'>;
  readonly dataKeys: DataKeys;
  readonly now: Clock;
  readonly log: Log;
}

export function buildDoctor(config: Config, parts: Dependencies): DoctorServices {
  const { cloud, resources, clientId, authorityUrl, graphUrl, singleTenantId } = config;
  const { storage, tenants, freshToken, credential, askStorage, askVault, mailApi, dataKeys, now, log } = parts;
  const servers = serversOf(config);
  const send = (transport: 'graph' | 'smtp') => realMessage(carrierOf(transport, config, dataKeys, now));
  const doctor = new Doctor({
    settings: {
      ...{ cloud, resources, clientId, authorityUrl, graphUrl, singleTenantId },
      served: protocols.filter((protocol) => servers[protocol] !== undefined),
    },
    credential,
    askStorage,
    askVault,
    // Both answer anybody: of Entra's own configuration, and that a token is missing.
    reachEntra: () => reachHttps(`${authorityUrl}/organizations/v2.0/.well-known/openid-configuration`),
    reachGraph: () => reachHttps(`${graphUrl}/v1.0/`),
    lookUp: (name) => lookUpTenant(authorityUrl, name),
    freshToken,
    findTenant: (id) => tenants.find(id),
    mailboxRights: new GraphProbe({ url: graphUrl, freshToken: (id) => freshToken(id, 'graph') }),
    servers,
    limitsOf: async (tenantId, mailbox) => (await mailApi.mailboxes.read(tenantId, mailbox)).view,
    recentMail: (tenantId, mailbox) => recentMail(mailApi, tenantId, mailbox, now()),
    sendMessage: { graph: send('graph'), ...(servers.smtp === undefined ? {} : { smtp: send('smtp') }) },
    history: new TableCheckHistory(storage.table(tables.checks)),
    now,
    wait: (milliseconds) => sleep(milliseconds, undefined, { ref: false }),
    unexpected: logUnexpected,
    log,
  });
  return { doctor };
}

function serversOf({ mailHosts: { smtp, imap, pop } }: Config): MailServers {
  return {
    ...(smtp === undefined ? {} : { smtp: new SmtpServer(smtp) }),
    ...(imap === undefined ? {} : { imap: new ImapServer(imap) }),
    ...(pop === undefined ? {} : { pop: new PopServer(pop) }),
  };
}
