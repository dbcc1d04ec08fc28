/** The console's services over ports in memory. */

import {
  ConsoleSessions,
  type ConsoleSession,
  type ConsoleSessionStore,
} from '../../shared/checks/console-sessions.ts';
import { Overview, type OverviewOptions } from '../../shared/checks/overview.ts';
import type { MailFigures, QueueDepth, TenantMail } from '../../shared/checks/overview-sources.ts';
import { ReadTenantFigures } from '../../shared/checks/tenant-figures.ts';
import type { ConsoleServices } from '../../shared/console-services.ts';
import type { Clock } from '../../shared/clock.ts';
import type { Log } from '../../shared/log.ts';
import type { MailStore } from '../../shared/mail/mail-store.ts';
import type { InvitationStore } from '../../shared/tenants/invitation.ts';
import type { Links } from '../../shared/tenants/links.ts';
import { mailboxLimits } from './mail-room.ts';

export class MemoryConsoleSessions implements ConsoleSessionStore {
  readonly rows = new Map<string, number>();

  insert({ id, startedAt }: ConsoleSession): Promise<void> {
    this.rows.set(id, startedAt);
    return Promise.resolve();
  }

  has(id: string): Promise<boolean> {
    return Promise.resolve(this.rows.has(id));
  }

  remove(id: string): Promise<void> {
    this.rows.delete(id);
    return Promise.resolve();
  }

  removeAll(startedBefore = Infinity): Promise<number> {
    const old = [...this.rows].filter(([, startedAt]) => startedAt < startedBefore);
    for (const [id] of old) this.rows.delete(id);
    return Promise.resolve(old.length);
  }
}

/** A test puts in what is to be read, by tenant. */
export class MemoryMailFigures implements MailFigures {
  readonly tenants = new Map<string, TenantMail>();
  /** Each read, by tenant. */
  readonly reads: string[] = [];

  read(tenantId: string): Promise<TenantMail> {
    this.reads.push(tenantId);
    return Promise.resolve(this.tenants.get(tenantId) ?? { gates: [], failures: [], complete: true });
  }

  after(tenantId: string): Promise<string | undefined> {
    return Promise.resolve([...this.tenants.keys()].sort().find((one) => one > tenantId));
  }
}

interface Parts {
  readonly tenants: OverviewOptions['tenants'];
  readonly credentials: OverviewOptions['credentials'];
  readonly invitations: InvitationStore;
  readonly links: Links;
  readonly store: Pick<MailStore, 'list'>;
  readonly now: Clock;
  readonly log: Log;
}

export function memoryConsole({ tenants, credentials, invitations, links, store, now, log }: Parts) {
  const sessions = new MemoryConsoleSessions();
  const figures = new MemoryMailFigures();
  const queues: QueueDepth[] = [];
  const limits = mailboxLimits;
  const services: ConsoleServices = {
    overview: new Overview({
      ...{ tenants, credentials, limits, now },
      queues: { read: () => Promise.resolve(queues) },
      mail: figures,
    }),
    tenantFigures: new ReadTenantFigures({ mail: figures, store, limits, now }),
    consoleSessions: new ConsoleSessions({ links, spent: invitations, store: sessions, now, log }),
  };
  return { services, sessions, figures, queues };
}
