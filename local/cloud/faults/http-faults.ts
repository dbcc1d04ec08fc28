/** Puts the fault panel and the journal before an HTTP service: each request is matched, hit or let through, and noted. */

import type { IncomingMessage } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import type { CloudContext } from '../cloud.ts';
import type { RequestFacts } from '../journal.ts';
import type { Respond } from '../serve.ts';
import type { FaultTarget, Hit } from './fault-panel.ts';
import type { AnswerFault, ServiceName } from './fault-rule.ts';

/** What a service tells of itself, so that a fault looks like its own. */
export interface FaultSurface {
  /** What a request asks for, read from its URL and headers alone. Nothing of it is believed for anything but a rule. */
  describe(request: Request): Omit<FaultTarget, 'service'>;
  /** The service's error answer, in its own form, without `Retry-After`. */
  refuse(request: Request, fault: AnswerFault): Response | Promise<Response>;
}

export function withFaults(
  cloud: CloudContext,
  service: ServiceName,
  respond: Respond,
  surface: FaultSurface,
): Respond {
  return (request, env) =>
    cloud.journal.during(factsOf(request), async (entries) => {
      const target = { service, ...surface.describe(request) };
      const hit = cloud.faults.take(target);
      if (hit === undefined) return respond(request, env);
      const note = (status: number, reason: string): void =>
        cloud.journal.record({ ...entryOf(target), status, reason, fault: hit.id });
      const { fault } = hit;
      if (fault.kind === 'slow' || fault.kind === 'content-type') {
        if (fault.kind === 'slow') await sleep(fault.milliseconds);
        const response = await respond(request, env);
        for (const entry of entries()) entry.fault = hit.id;
        if (fault.kind === 'content-type') response.headers.set('content-type', fault.contentType);
        return response;
      }
      if ('when' in fault && fault.when === 'after') {
        const accepted = await respond(request, env);
        if (!accepted.ok) {
          hit.release();
          return accepted;
        }
        await accepted.body?.cancel();
        for (const entry of entries()) entry.fault = hit.id;
        return carryOut(request, env.incoming, hit, surface);
      }
      note(fault.kind === 'answer' ? fault.status : 0, `fault: ${fault.kind}`);
      return carryOut(request, env.incoming, hit, surface);
    });
}

async function carryOut(
  request: Request,
  incoming: IncomingMessage,
  { fault }: Hit,
  surface: FaultSurface,
): Promise<Response> {
  switch (fault.kind) {
    case 'answer':
      // Read to its end first: a client that still writes when the answer comes sees a reset in its place.
      if (!request.bodyUsed) await request.arrayBuffer();
      return answer(request, fault, surface);
    case 'endless':
      return new Response(drip(), { headers: { 'content-type': 'application/json' } });
    case 'silence':
      return RESPONSE_ALREADY_SENT;
    default:
      // A reset, not an orderly end: what a lost connection looks like.
      incoming.socket.resetAndDestroy();
      return RESPONSE_ALREADY_SENT;
  }
}

async function answer(request: Request, fault: AnswerFault, surface: FaultSurface): Promise<Response> {
  const response = await bodyOf(request, fault, surface);
  if (fault.retryAfter !== undefined) {
    const { seconds, as } = fault.retryAfter;
    const value = as === 'date' ? new Date(Date.now() + seconds * 1000).toUTCString() : String(seconds);
    response.headers.set('retry-after', value);
  }
  return response;
}

function bodyOf(request: Request, fault: AnswerFault, surface: FaultSurface): Response | Promise<Response> {
  const { status } = fault;
  switch (fault.body) {
    case 'service':
      return surface.refuse(request, fault);
    case 'html':
      return new Response(`<html><body><h1>${status}</h1></body></html>`, {
        status,
        headers: { 'content-type': 'text/html' },
      });
    case 'text':
      return new Response(`${status}`, { status, headers: { 'content-type': 'text/plain' } });
    case 'empty':
      return new Response(null, { status });
  }
}

/** JSON that never closes: what a client has to give up on by itself. */
function drip(): ReadableStream<Uint8Array> {
  let timer: NodeJS.Timeout | undefined;
  return new ReadableStream({
    start(controller) {
      controller.enqueue(Buffer.from('{"value":"'));
      timer = setInterval(() => controller.enqueue(Buffer.from('.')), 1000).unref();
    },
    cancel() {
      clearInterval(timer);
    },
  });
}

function entryOf({ service, operation, tenantId, mailbox }: FaultTarget) {
  return { service, operation, ...(tenantId !== undefined && { tenantId }), ...(mailbox !== undefined && { mailbox }) };
}

function factsOf(request: Request): RequestFacts {
  const clientRequestId = request.headers.get('client-request-id') ?? request.headers.get('x-ms-client-request-id');
  return {
    method: request.method,
    authorization: /^\S+/.exec(request.headers.get('authorization') ?? '')?.[0].toLowerCase() ?? 'none',
    ...(clientRequestId !== null && { clientRequestId: clientRequestId.slice(0, 64) }),
  };
}
