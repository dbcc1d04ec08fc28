/** The composition of everything that has to do with mail, from what services.ts makes. */

import { setTimeout as sleep } from 'node:timers/promises';
import { BlobContentStore } from './adapters/storage/blob-content-store.ts';
import { BlobOldContent } from './adapters/storage/blob-old-content.ts';
import { GraphCarrier } from './adapters/graph/graph-carrier.ts';
import { QueueEvents } from './adapters/storage/queue-events.ts';
import { QueueJobQueue } from './adapters/storage/queue-job-queue.ts';
import { SmtpCarrier } from './adapters/smtp/smtp-carrier.ts';
import type { StorageClients } from './adapters/storage/storage-clients.ts';
import { TableMailRetention } from './adapters/storage/table-mail-retention.ts';
import { TableMailStore } from './adapters/storage/table-mail-store.ts';
import { type Clock, seconds } from './clock.ts';
import type { Config } from './config.ts';
import { logUnexpected } from './host/log.ts';
import type { Log } from './log.ts';
import type { Measuring } from './mail/sending/measure-end.ts';
import type { Carrier } from './mail/carrier.ts';
import { noEvents } from './mail/events.ts';
import type { JobQueue } from './mail/job-queue.ts';
import { CollectPoison } from './mail/operating/collect-poison.ts';
import { MailApi } from './mail/operating/mail-api.ts';
import type { TransportName } from './mail/outcome.ts';
import { Retention } from './mail/operating/retention.ts';
import type { Limits } from './mail/gate/gate-state.ts';
import { MailboxGate } from './mail/gate/mailbox-gate.ts';
import { SendMail } from './mail/sending/send-mail.ts';
import { containers, sendQueues, tables } from './names.ts';
import type { ConsentProof } from './tenants/prove-consent.ts';
import type { TenantStore } from './tenants/tenant.ts';
import type { DataKeys } from './tokens/data-key.ts';
import { sealing } from './tokens/sealing.ts';
import type { TokenSource } from './tokens/token-source.ts';

/** Of each transport that this installation serves: SMTP needs tokens for Outlook. */
interface ByTransport<T> {
  readonly graph: T;
  readonly smtp?: T;
}

interface MailOfTransport {
  readonly send: SendMail;
  /** Takes what the Functions host has moved to its own poison queues. */
  readonly collectPoison: CollectPoison;
}

export interface MailServices {
  readonly mail: ByTransport<MailOfTransport>;
  readonly mailApi: MailApi;
  readonly retention: Retention;
}

interface Dependencies extends Measuring {
  readonly storage: StorageClients;
  readonly tenants: Pick<TenantStore, 'find' | 'setDelivery'>;
  readonly tokens: Pick<TokenSource, 'get' | 'refused'>;
  readonly proof: Pick<ConsentProof, 'stop'>;
  readonly dataKeys: DataKeys;
  readonly now: Clock;
  readonly log: Log;
}

/** https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits */
const bytesPer5Minutes = 150_000_000;

/**
 * Graph as above; SMTP by
 * https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements
 */
const concurrent = { graph: 4, smtp: 3 };

export function buildMail(config: Config, { storage, dataKeys, ...others }: Dependencies): MailServices {
  const { delivery, settleSeconds, messageLockSeconds, ...rest } = config.mail;
  const { now, log } = others;
  const table = storage.table(tables.mail);
  const container = storage.container(containers.mailContent);
  const store = new TableMailStore(table);
  const rows = new TableMailRetention(table);
  const shared = {
    ...others,
    store,
    gate: new MailboxGate(store, now, sleep),
    content: new BlobContentStore(container),
    events: rest.eventsQueue === undefined ? noEvents : new QueueEvents(storage.queue(rest.eventsQueue)),
    limits: limitsOf(config),
    times: { messageLock: messageLockSeconds * seconds, settle: settleSeconds * seconds },
    delivery,
    wait: (milliseconds: number) => sleep(milliseconds),
    logUnexpected,
    singleTenantId: config.singleTenantId,
  };

  const queueNamed = (name: string): JobQueue => new QueueJobQueue(storage.queue(name));
  const intakes = byTransport(config, (transport) => queueNamed(sendQueues[transport].intake));
  return {
    mail: byTransport(config, (transport) => {
      const own = { ...shared, queue: queueNamed(sendQueues[transport].due) };
      return {
        send: new SendMail({ ...own, carrier: carrierOf(transport, config, dataKeys, now) }),
        collectPoison: new CollectPoison({ ...own, transport }),
      };
    }),
    mailApi: new MailApi({ ...shared, queues: intakes, mailTenants: rows }),
    retention: new Retention({
      rows,
      content: new BlobOldContent(container),
      positions: rows,
      retentionDays: rest.retentionDays,
      now,
      log,
    }),
  };
}

export function limitsOf({ mail: { messagesPerMinute, recipientsPerDay } }: Config): Limits {
  return { messagesPerMinute, recipientsPerDay, bytesPer5Minutes, concurrent };
}

function byTransport<T>({ resources, mailHosts }: Config, make: (transport: TransportName) => T): ByTransport<T> {
  const hasSmtp = resources.includes('outlook') && mailHosts.smtp !== undefined;
  return { graph: make('graph'), ...(hasSmtp ? { smtp: make('smtp') } : {}) };
}

export function carrierOf(
  transport: TransportName,
  { graphUrl, mailHosts }: Config,
  dataKeys: DataKeys,
  now: Clock,
): Carrier {
  if (transport === 'smtp') return new SmtpCarrier(mailHosts.smtp ?? '', now);
  return new GraphCarrier({ url: graphUrl, sealing: sealing(dataKeys, 'seal uploads') });
}
