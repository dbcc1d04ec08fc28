/** SendMail with every port in memory: a test looks at what was sent, kept, put back and said. */

import assert from 'node:assert/strict';
import { minutes } from '../../shared/clock.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import type { Carrier, Claimed, Finding, SendReceipt } from '../../shared/mail/carrier.ts';
import type { MailJob } from '../../shared/mail/job/mail-job.ts';
import { MailboxGate } from '../../shared/mail/gate/mailbox-gate.ts';
import type { DraftProgress, Outcome } from '../../shared/mail/outcome.ts';
import { SendMail, type SendMailDependencies } from '../../shared/mail/sending/send-mail.ts';
import { noTracing } from '../../shared/tracing.ts';
import type { Tenant } from '../../shared/tenants/tenant.ts';
import type { Token } from '../../shared/tokens/token.ts';
import { contoso } from './app-identity.ts';
import { settableClock } from './clock.ts';
import { MemoryContentStore } from './memory-content-store.ts';
import { MemoryJobQueue } from './memory-job-queue.ts';
import { MemoryMailStore } from './memory-mail-store.ts';
import { MemoryTenantStore } from './memory-tenant-store.ts';
import { recordingLog } from './recording-log.ts';
import { recordingMetrics } from './recording-metrics.ts';
import { aTenant } from './tenant.ts';
import { aToken } from './unsigned-token.ts';

export const mailboxLimits = {
  messagesPerMinute: 30,
  bytesPer5Minutes: 150_000_000,
  recipientsPerDay: 10_000,
  concurrent: { graph: 4, smtp: 3 },
};

/** @param known the tenants; by default Contoso, active. */
export function aMailRoom(...known: readonly Tenant[]) {
  return aMailRoomWith({}, ...known);
}

/** @param changes what SendMail has otherwise than usual. */
export function aMailRoomWith(changes: Partial<SendMailDependencies>, ...known: readonly Tenant[]) {
  const clock = settableClock();
  const tenants = new MemoryTenantStore(...(known.length > 0 ? known : [aTenant()]));
  const outcomes = new MemoryMailStore();
  const queue = new MemoryJobQueue();
  const content = new MemoryContentStore();
  const log = recordingLog();
  const metrics = recordingMetrics();
  const tracing = noTracing;
  const sent: { job: MailJob; token: Token }[] = [];
  const asked: (DraftProgress | undefined)[] = [];
  const discarded: (DraftProgress | undefined)[] = [];
  const refused: string[] = [];
  const stopped: [string, ErrorCode][] = [];
  const published: Outcome[] = [];
  const tokens = {
    get: (tenantId: string): Promise<Token> => Promise.resolve(aToken({ tenantId })),
    refused: ({ tenantId }: Token): Promise<void> => {
      refused.push(tenantId);
      return Promise.resolve();
    },
  };
  /** `answer` is what sending comes to, `finding` what the mailbox says of a send that may have happened. */
  const carrier = {
    transport: 'graph' as 'graph' | 'smtp',
    resource: 'graph' as const,
    answer: (_claimed: Claimed): Promise<SendReceipt> => Promise.resolve({ requestId: 'request-1' }),
    finding: (): Promise<Finding> => Promise.resolve({ kind: 'unsure' }),
    send: (claimed: Claimed): Promise<SendReceipt> => {
      sent.push({ job: claimed.mail.job, token: claimed.token });
      return carrier.answer(claimed);
    },
    find: ({ progress }: Claimed): Promise<Finding> => {
      asked.push(progress);
      return carrier.finding();
    },
    discard: ({ progress }: Omit<Claimed, 'record'>): Promise<void> => {
      discarded.push(progress);
      return Promise.resolve();
    },
  } satisfies Carrier & Record<string, unknown>;
  const proof = {
    stop: (tenant: Tenant, code: ErrorCode): Promise<Tenant> => {
      stopped.push([tenant.id, code]);
      return Promise.resolve(tenant);
    },
  };
  const events = {
    publish: (outcome: Outcome): Promise<void> => {
      published.push(outcome);
      return Promise.resolve();
    },
  };
  const wait = (milliseconds: number): Promise<void> => {
    clock.advance(milliseconds);
    return Promise.resolve();
  };
  const sendMail = new SendMail({
    tenants,
    tokens,
    proof,
    store: outcomes,
    gate: new MailboxGate(outcomes, clock.now, () => Promise.resolve()),
    limits: mailboxLimits,
    content,
    queue,
    carrier,
    events,
    times: { messageLock: 10 * minutes, settle: 5 * minutes },
    delivery: 'standard',
    now: clock.now,
    wait,
    log: log.log,
    metrics,
    tracing,
    logUnexpected: () => log.log('error', 'unexpected'),
    ...changes,
  });
  /** The row of `aMailJob()`. */
  const row = () => outcomes.row(contoso, 'invoice-4711');
  return {
    ...{
      clock,
      tenants,
      outcomes,
      queue,
      content,
      log,
      metrics,
      tracing,
      sent,
      asked,
      discarded,
      refused,
      stopped,
      published,
    },
    ...{ tokens, proof, carrier, events, sendMail, row },
  };
}

export type MailRoom = ReturnType<typeof aMailRoom>;

/** The codes of what is in poison, in the order in which it came there. */
export const poisonCodes = ({ outcomes }: MailRoom): ErrorCode[] => outcomes.poisoned.map(({ reason }) => reason.code);

/** That a delay is the one wanted, or up to a fifth longer. */
export function assertDelay(actual: number | undefined, wanted: number): void {
  assert.ok(actual !== undefined && actual >= wanted && actual <= wanted * 1.2, `${actual} for ${wanted}`);
}
