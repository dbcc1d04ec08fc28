/** SendMail with every port in memory: a test looks at what was sent, kept, put back and said. */

import assert from 'node:assert/strict';
import type { ErrorCode } from '../../shared/errors.ts';
import type { MailJob } from '../../shared/mail/mail-job.ts';
import { SendMail } from '../../shared/mail/send-mail.ts';
import type { SendReceipt } from '../../shared/mail/transport.ts';
import type { Tenant } from '../../shared/tenants/tenant.ts';
import type { Token } from '../../shared/tokens/token.ts';
import { contoso } from './app-identity.ts';
import { settableClock } from './clock.ts';
import { MemoryJobQueue } from './memory-job-queue.ts';
import { MemoryOutcomeStore } from './memory-outcome-store.ts';
import { MemoryTenantStore } from './memory-tenant-store.ts';
import { recordingLog } from './recording-log.ts';
import { aTenant } from './tenant.ts';
import { aToken } from './unsigned-token.ts';

/** @param known the tenants; by default Contoso, active. */
export function aMailRoom(...known: readonly Tenant[]) {
  const clock = settableClock();
  const tenants = new MemoryTenantStore(...(known.length > 0 ? known : [aTenant()]));
  const outcomes = new MemoryOutcomeStore();
  const queue = new MemoryJobQueue();
  const log = recordingLog();
  const sent: { job: MailJob; token: Token }[] = [];
  const refused: string[] = [];
  const stopped: [string, ErrorCode][] = [];
  const tokens = {
    get: (tenantId: string): Promise<Token> => Promise.resolve(aToken({ tenantId })),
    refused: ({ tenantId }: Token): Promise<void> => {
      refused.push(tenantId);
      return Promise.resolve();
    },
  };
  const transport = {
    answer: (): Promise<SendReceipt> => Promise.resolve({ requestId: 'request-1' }),
    send: (job: MailJob, token: Token): Promise<SendReceipt> => {
      sent.push({ job, token });
      return transport.answer();
    },
  };
  const proof = {
    stop: (tenant: Tenant, code: ErrorCode): Promise<Tenant> => {
      stopped.push([tenant.id, code]);
      return Promise.resolve(tenant);
    },
  };
  const sendMail = new SendMail({ tenants, tokens, proof, outcomes, queue, transport, now: clock.now, log: log.log });
  /** The row of `aMailJob()`. */
  const row = () => outcomes.row(contoso, 'invoice-4711');
  return { clock, tenants, outcomes, queue, log, sent, refused, stopped, tokens, proof, transport, sendMail, row };
}

export type MailRoom = ReturnType<typeof aMailRoom>;

/** The codes of the poison queue. */
export const poisonCodes = ({ queue }: MailRoom): ErrorCode[] => queue.poisoned.map(({ reason }) => reason.code);

/** That a delay is the one wanted, or up to a fifth longer. */
export function assertDelay(actual: number | undefined, wanted: number): void {
  assert.ok(actual !== undefined && actual >= wanted && actual <= wanted * 1.2, `${actual} for ${wanted}`);
}
