/** The answers that a fault puts in the place of an HTTP service's own. */

import type { CloudContext } from '../cloud.ts';
import type { AnswerFault, ServiceName } from './fault-rule.ts';
import type { FaultSurface } from './http-faults.ts';

export async function answerOf(
  cloud: CloudContext,
  service: ServiceName,
  request: Request,
  fault: AnswerFault,
  surface: FaultSurface,
): Promise<Response> {
  const response = await bodyOf(request, fault, surface);
  if (fault.retryAfter === undefined) return response;
  const { seconds, as } = fault.retryAfter;
  const date = new Date(cloud.now(service) + seconds * 1000);
  response.headers.set('retry-after', as === 'date' ? date.toUTCString() : String(seconds));
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

/** The same answer under another media type. */
export function underMediaType(response: Response, contentType: string): Response {
  // A copy: the headers of some responses cannot be changed.
  const headers = new Headers(response.headers);
  headers.set('content-type', contentType);
  return new Response(response.body, { status: response.status, statusText: response.statusText, headers });
}

/** JSON that never closes: what a client has to give up on by itself. */
export function neverEnding(): Response {
  let timer: NodeJS.Timeout | undefined;
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(Buffer.from('{"value":"'));
      timer = setInterval(() => controller.enqueue(Buffer.from('.')), 1000).unref();
    },
    cancel() {
      clearInterval(timer);
    },
  });
  return new Response(body, { headers: { 'content-type': 'application/json' } });
}

/** Reads what is left of a request's body and forgets it. A caller that goes away meanwhile is no error. */
export async function drain(request: Request): Promise<void> {
  if (request.bodyUsed || request.body === null || request.body.locked) return;
  await request.body.pipeTo(new WritableStream()).catch(() => {});
}
