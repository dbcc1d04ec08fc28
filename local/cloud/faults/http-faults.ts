/** Puts the fault panel and the journal before an HTTP service: each request is matched, hit or let through, and noted. */

import { buffer } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { CloudContext } from '../cloud.ts';
import type { JournalEntry } from '../journal.ts';
import type { Connection, Respond } from '../serve.ts';
import { answerOf, drain, neverEnding, underMediaType } from './fault-answer.ts';
import type { FaultTarget, Hit } from './fault-panel.ts';
import type { AnswerFault, Fault, ServiceName } from './fault-rule.ts';
import { requestFacts } from './request-facts.ts';

/** What a service tells of itself, so that a fault looks like its own. */
export interface FaultSurface {
  /** What a request asks for, read from its URL and headers alone. Nothing of it is believed for anything but a rule. */
  describe(request: Request): Omit<FaultTarget, 'service'>;
  /** The service's error answer, in its own form, without `Retry-After`. */
  refuse(request: Request, fault: AnswerFault): Response | Promise<Response>;
}

/** Every request leaves one entry in the journal, with the rule's id where a rule changed what the caller saw. */
export function withFaults(
  cloud: CloudContext,
  service: ServiceName,
  respond: Respond,
  surface: FaultSurface,
): Respond {
  return (request, connection) =>
    cloud.journal.during(requestFacts(request), async (entries) => {
      const target = { service, ...describe(surface, request) };
      const response = await new Handling(cloud, target, surface, request, connection, entries).run(respond);
      return dated(response, cloud.now(service));
    });
}

/** A service whose clock is wrong says so in every answer: RFC 9110 section 6.6.1. Node would write the time of this machine. */
function dated(response: Response, now: number): Response {
  if (response === RESPONSE_ALREADY_SENT || response.headers.has('date')) return response;
  const date = new Date(now).toUTCString();
  try {
    response.headers.set('date', date);
    return response;
  } catch {
    // Those of a redirect cannot be changed.
    const headers = new Headers(response.headers);
    headers.set('date', date);
    return new Response(response.body, { status: response.status, headers });
  }
}

/** A path that cannot be decoded is the service's to refuse. */
function describe(surface: FaultSurface, request: Request): Omit<FaultTarget, 'service'> {
  try {
    return surface.describe(request);
  } catch (error) {
    if (error instanceof URIError) return { operation: 'other' };
    throw error;
  }
}

/** One request and what becomes of it. */
class Handling {
  readonly #cloud: CloudContext;
  readonly #target: FaultTarget;
  readonly #surface: FaultSurface;
  readonly #request: Request;
  readonly #connection: Connection;
  readonly #entries: () => readonly JournalEntry[];

  constructor(
    cloud: CloudContext,
    target: FaultTarget,
    surface: FaultSurface,
    request: Request,
    connection: Connection,
    entries: () => readonly JournalEntry[],
  ) {
    this.#cloud = cloud;
    this.#target = target;
    this.#surface = surface;
    this.#request = request;
    this.#connection = connection;
    this.#entries = entries;
  }

  async run(respond: Respond): Promise<Response> {
    const hit = this.#cloud.faults.take(this.#target);
    if (hit === undefined) return this.#own(respond);
    return comesBefore(hit.fault) ? this.#before(hit, respond) : this.#after(hit, respond);
  }

  /** The service's own answer; one that forgot the journal is noted here. */
  async #own(respond: Respond): Promise<Response> {
    try {
      const response = await this.#watched(respond);
      if (this.#entries().length === 0) this.#record(response.status);
      return response;
    } catch (error) {
      const name = error instanceof Error ? error.name : typeof error;
      if (this.#entries().length === 0) this.#record(500, `unexpected ${name}`);
      throw error;
    } finally {
      this.#excuse();
    }
  }

  async #watched(respond: Respond): Promise<Response> {
    const { watches } = this.#cloud.faults;
    const { incoming } = this.#connection;
    const content = watches.wantsContent(this.#target) ? await buffer(incoming) : undefined;
    const request = { ...this.#target, remotePort: incoming.socket.remotePort };
    const text = content?.toString() ?? '';
    await watches.tell('before', request, text);
    const response = await respond(this.#request, { ...this.#connection, ...(content && { content }) });
    await watches.tell('after', { ...request, status: response.status }, text);
    return response;
  }

  /** A body that its caller breaks off is no fault of the service, whatever became of what it could not read. */
  #excuse(): void {
    const { incoming } = this.#connection;
    if (incoming.complete || !incoming.destroyed) return;
    for (const entry of this.#entries().filter(({ status }) => status >= 500)) {
      delete entry.code;
      Object.assign(entry, { status: 0, reason: 'the caller went away' } satisfies Partial<JournalEntry>);
    }
  }

  async #before({ id, fault }: Hit, respond: Respond): Promise<Response> {
    if (fault.kind === 'slow') {
      await this.#wait(fault.milliseconds);
      if (this.#callerIsGone()) {
        this.#record(0, 'fault: slow, and the caller did not wait', id);
        return RESPONSE_ALREADY_SENT;
      }
      const response = await this.#own(respond);
      this.#mark(id);
      return response;
    }
    this.#record(statusOf(fault), `fault: ${fault.kind}`, id);
    return this.#instead(fault);
  }

  async #after(hit: Hit, respond: Respond): Promise<Response> {
    const { id, fault } = hit;
    let own: Response;
    try {
      own = await this.#own(respond);
    } catch (error) {
      hit.release();
      throw error;
    }
    if (fault.kind !== 'content-type' && own.status >= 400) {
      hit.release();
      return own;
    }
    this.#mark(id);
    if (fault.kind === 'content-type') return underMediaType(own, fault.contentType);
    if (fault.kind === 'slow') {
      await this.#wait(fault.milliseconds);
      return own;
    }
    await own.body?.cancel();
    return this.#instead(fault);
  }

  async #instead(fault: Fault): Promise<Response> {
    switch (fault.kind) {
      case 'answer':
        // Read to its end first: a client that still writes when the answer comes sees a reset in its place.
        await drain(this.#request);
        return answerOf(this.#cloud, this.#target.service, this.#request, fault, this.#surface);
      case 'endless':
        void drain(this.#request);
        return neverEnding();
      case 'silence':
        void drain(this.#request);
        return RESPONSE_ALREADY_SENT;
      default:
        this.#connection.reset();
        return RESPONSE_ALREADY_SENT;
    }
  }

  /** Not kept alive by it: a process that has nothing else to do ends. */
  #wait(milliseconds: number): Promise<void> {
    return sleep(milliseconds, undefined, { ref: false });
  }

  #callerIsGone(): boolean {
    return this.#connection.incoming.socket.destroyed;
  }

  #mark(id: string): void {
    for (const entry of this.#entries()) entry.fault = id;
  }

  #record(status: number, reason?: string, fault?: string): void {
    const { service, operation, tenantId, mailbox } = this.#target;
    this.#cloud.journal.record({
      service,
      operation,
      status,
      ...(tenantId !== undefined && { tenantId }),
      ...(mailbox !== undefined && { mailbox }),
      ...(reason !== undefined && { reason }),
      ...(fault !== undefined && { fault }),
    });
  }
}

function comesBefore(fault: Fault): boolean {
  return 'when' in fault ? fault.when === 'before' : fault.kind === 'down';
}

/** What the journal says of an answer that the service had no part in. */
function statusOf(fault: Fault): number {
  if (fault.kind === 'answer') return fault.status;
  return fault.kind === 'endless' ? 200 : 0;
}
