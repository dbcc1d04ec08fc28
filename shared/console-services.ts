/** The composition of the console and its figures, from what services.ts makes. */

import { StorageQueueDepths } from './adapters/storage/queue-depths.ts';
import type { StorageClients } from './adapters/storage/storage-clients.ts';
import { TableConsoleSessions } from './adapters/storage/table-console-sessions.ts';
import { TableMailFigures } from './adapters/storage/table-mail-figures.ts';
import { TableMailRetention } from './adapters/storage/table-mail-retention.ts';
import { TableMailStore } from './adapters/storage/table-mail-store.ts';
import { ConsoleSessions } from './checks/console-sessions.ts';
import type { CredentialReport } from './checks/credential-report.ts';
import { Overview } from './checks/overview.ts';
import { ReadTenantFigures } from './checks/tenant-figures.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import type { Log } from './log.ts';
import { limitsOf } from './mail-services.ts';
import { queues, tables } from './names.ts';
import type { InvitationStore } from './tenants/invitation.ts';
import type { Links } from './tenants/links.ts';
import type { TenantStore } from './tenants/tenant.ts';

export interface ConsoleServices {
  readonly overview: Overview;
  readonly tenantFigures: ReadTenantFigures;
  readonly consoleSessions: ConsoleSessions;
}

interface Dependencies {
  readonly storage: StorageClients;
  readonly tenants: Pick<TenantStore, 'list'>;
  readonly credentials: () => Promise<CredentialReport>;
  readonly links: Links;
  readonly invitations: InvitationStore;
  readonly now: Clock;
  readonly log: Log;
}

export function buildConsole(config: Config, { storage, now, log, ...others }: Dependencies): ConsoleServices {
  const { eventsQueue } = config.mail;
  const table = storage.table(tables.mail);
  const mail = new TableMailFigures(table, new TableMailRetention(table));
  const limits = limitsOf(config);
  return {
    overview: new Overview({
      tenants: others.tenants,
      queues: new StorageQueueDepths(storage, [
        ...Object.values(queues),
        ...(eventsQueue === undefined ? [] : [eventsQueue]),
      ]),
      mail,
      credentials: others.credentials,
      limits,
      now,
    }),
    tenantFigures: new ReadTenantFigures({ mail, store: new TableMailStore(table), limits, now }),
    consoleSessions: new ConsoleSessions({
      links: others.links,
      spent: others.invitations,
      store: new TableConsoleSessions(storage.table(tables.invitations)),
      now,
      log,
    }),
  };
}
