/** The mail part of the HTTP API over ports in memory. Every answer is held against the OpenAPI description. */

import assert from 'node:assert/strict';
import { type HttpFunctionOptions, HttpResponse } from '@azure/functions';
import { cancelMailJob } from '../../functions/cancel-mail-job.ts';
import { holdMailbox } from '../../functions/hold-mailbox.ts';
import { listMailJobs } from '../../functions/list-mail-jobs.ts';
import { listPoison } from '../../functions/list-poison.ts';
import { operations } from '../../functions/operations.ts';
import { readMailJob } from '../../functions/read-mail-job.ts';
import { readMailJobSchema } from '../../functions/read-mail-job-schema.ts';
import { readMailbox } from '../../functions/read-mailbox.ts';
import { readOpenApi } from '../../functions/read-open-api.ts';
import { releaseMailbox } from '../../functions/release-mailbox.ts';
import { replayMailJob } from '../../functions/replay-mail-job.ts';
import { setDelivery } from '../../functions/set-delivery.ts';
import { storeMailContent } from '../../functions/store-mail-content.ts';
import { submitMailJobs } from '../../functions/submit-mail-jobs.ts';
import { TenantpostError } from '../../shared/errors.ts';
import { log } from '../../shared/host/log.ts';
import { openApi } from '../../shared/mail/api/open-api.ts';
import { MailApi } from '../../shared/mail/operating/mail-api.ts';
import { MailboxGate } from '../../shared/mail/gate/mailbox-gate.ts';
import type { Outcome } from '../../shared/mail/outcome.ts';
import type { PoisonEntry } from '../../shared/mail/poison.ts';
import { noTracing } from '../../shared/tracing.ts';
import { contoso } from './app-identity.ts';
import { noon, settableClock } from './clock.ts';
import { anInvocation, aRequest, headersOf } from './invocation.ts';
import { MemoryContentStore } from './memory-content-store.ts';
import { MemoryMailStore } from './memory-mail-store.ts';
import { MemoryTenantStore } from './memory-tenant-store.ts';
import { OpenApi } from './open-api.ts';
import { recordingMetrics } from './recording-metrics.ts';
import { aTenant } from './tenant.ts';

const publicUrl = 'https://mail.example.com';

export const describedApi = new OpenApi(openApi(publicUrl, operations));

interface Asked {
  readonly params?: Record<string, string>;
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  /** A value as JSON; text and octets as they are. */
  readonly body?: unknown;
}

export interface ApiAnswer {
  readonly status: number;
  readonly headers: Record<string, string>;
  readonly body: Record<string, unknown>;
  /** What was logged. */
  readonly lines: readonly string[];
}

interface Queued {
  readonly text: string;
  readonly delay: number;
}

/** What a queue was given; a test may break it. */
class RecordingQueue {
  readonly queued: Queued[] = [];
  isDown = false;

  put(text: string, delay: number): Promise<void> {
    if (this.isDown) return Promise.reject(new TenantpostError('STORAGE_UNAVAILABLE', 'The queue is down.'));
    this.queued.push({ text, delay });
    return Promise.resolve();
  }
}

/** @param singleTenantId makes it an installation for that tenant. */
export function memoryMailApi(singleTenantId?: string) {
  const clock = settableClock();
  const store = new MemoryMailStore();
  const content = new MemoryContentStore();
  const tenants = new MemoryTenantStore(aTenant());
  const [graph, smtp] = [new RecordingQueue(), new RecordingQueue()];
  const queues: { graph: RecordingQueue; smtp?: RecordingQueue } = { graph, smtp };
  const published: Outcome[] = [];
  const mailTenants: string[] = [contoso];
  const metrics = recordingMetrics();
  const mailApi = new MailApi({
    store,
    queues,
    content,
    gate: new MailboxGate(store, clock.now, () => Promise.resolve()),
    limits: {
      messagesPerMinute: 30,
      bytesPer5Minutes: 150_000_000,
      recipientsPerDay: 10_000,
      concurrent: { graph: 4, smtp: 3 },
    },
    mailTenants: { after: (id) => Promise.resolve(mailTenants.sort().find((one) => one > id)) },
    tenants,
    events: { publish: (outcome) => Promise.resolve(void published.push(outcome)) },
    now: clock.now,
    log,
    metrics,
    tracing: noTracing,
    singleTenantId,
  });
  const services = { mailApi, publicUrl };
  const functions: Record<string, HttpFunctionOptions> = {
    submitMailJobs: submitMailJobs(services),
    listMailJobs: listMailJobs(services),
    readMailJob: readMailJob(services),
    cancelMailJob: cancelMailJob(services),
    replayMailJob: replayMailJob(services),
    listPoison: listPoison(services),
    storeMailContent: storeMailContent(services),
    readMailbox: readMailbox(services),
    holdMailbox: holdMailbox(services),
    releaseMailbox: releaseMailbox(services),
    setDelivery: setDelivery(services),
    readMailJobSchema: readMailJobSchema(),
    readOpenApi: readOpenApi(services),
  };

  /** Asks the function, and fails when its answer is not of its description. */
  async function ask(id: string, { params = {}, query = {}, headers = {}, body }: Asked = {}): Promise<ApiAnswer> {
    const options = functions[id];
    assert.ok(options, `no function ${id}`);
    const { context, lines } = anInvocation(id);
    const [method = 'GET'] = options.methods ?? [];
    const given = bodyOf(body);
    const init = { method, params, query, headers, ...(given === undefined ? {} : { body: { bytes: given } }) };
    const response = await options.handler(aRequest('/api/test', init), context);
    assert.ok(typeof response === 'object' && !(response instanceof HttpResponse));
    const written = headersOf({ headers: response.headers ?? {} });
    const text = typeof response.body === 'string' ? response.body : JSON.stringify(response.jsonBody);
    const value: unknown = JSON.parse(text);
    describedApi.requireAnswer(id, response.status ?? 0, written['content-type'] ?? 'application/json', value);
    assert.ok(typeof value === 'object' && value !== null);
    return { status: response.status ?? 0, headers: written, body: { ...value }, lines };
  }

  return { ask, functions, clock, store, content, tenants, queues, graph, smtp, published, mailTenants, metrics };
}

function bodyOf(body: unknown): Buffer | undefined {
  if (body === undefined) return undefined;
  if (body instanceof Uint8Array) return Buffer.from(body);
  return Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
}

/** By default the entry of `aMailJob()`, for a mailbox that Graph does not know. */
export function aPoisonEntry(overrides: Partial<PoisonEntry> = {}): PoisonEntry {
  return {
    tenantId: contoso,
    id: 'invoice-4711',
    transport: 'graph',
    at: noon,
    reason: { code: 'MAILBOX_NOT_FOUND', message: 'No such mailbox.', remedy: 'Check it.', owner: 'tenant admin' },
    text: '{}',
    ...overrides,
  };
}
