/** Requests to one mailbox by Microsoft's own client, with every retry and redirect of that client taken out of its chain. */

import {
  AuthenticationHandler,
  Client,
  type Context,
  type GraphRequest as ClientRequest,
  type Middleware,
  ResponseType,
} from '@microsoft/microsoft-graph-client';
import { TenantpostError } from '../../errors.ts';
import type { Token } from '../../tokens/token.ts';
import { openTelemetryTracing } from '../opentelemetry-tracing.ts';
import { type GraphAnswer, graphError, requestIdOf } from './graph-error.ts';
import { type GraphOperation, sends } from './graph-error-rows.ts';
import { type OneAnswer, oneRequest } from './one-request.ts';

export interface GraphBody {
  /** MIME goes as base64 text: https://learn.microsoft.com/graph/outlook-send-mime-message */
  readonly contentType: 'application/json' | 'text/plain';
  readonly text: string;
}

export interface GraphRequest {
  readonly operation: GraphOperation;
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE';
  /** Below the mailbox, percent-encoded. */
  readonly path: string;
  readonly body?: GraphBody;
}

const tracing = openTelemetryTracing();

export class GraphClient {
  readonly #url: string;

  /** @param url root of Graph, for example `https://graph.microsoft.com`. */
  constructor(url: string) {
    this.#url = url;
  }

  /**
   * @returns a success; of a send without its body.
   * @throws TenantpostError by graph-error-rows.ts, and as `oneRequest`.
   */
  request(mailbox: string, token: Token, request: GraphRequest): Promise<GraphAnswer> {
    const facts = {
      'http.request.method': request.method,
      'server.address': new URL(this.#url).hostname,
      'tenantpost.graph.operation': request.operation,
      'tenantpost.tenant.id': token.tenantId,
    };
    return tracing.within('graph request', { kind: 'client', facts }, () => this.#request(mailbox, token, request));
  }

  async #request(mailbox: string, token: Token, request: GraphRequest): Promise<GraphAnswer> {
    const isSend = sends.includes(request.operation);
    const answer = await this.#answer(mailbox, token, request, isSend);
    const { status, headers, ok } = answer;
    tracing.note({ 'http.response.status_code': status, 'tenantpost.request.id': requestIdOf(headers) });
    // Any 2xx is success whatever its body says: reading it could only turn a mail that left into an error.
    if (isSend && ok) {
      answer.discard();
      return { status, headers, text: '' };
    }
    if (ok) return { status, headers, text: await answer.text() };
    const text = await answer.text().catch(() => '');
    throw graphError(request.operation, token.tenantId, { status, headers, text });
  }

  async #answer(mailbox: string, token: Token, request: GraphRequest, isSend: boolean): Promise<OneAnswer> {
    const wire = new Wire(isSend);
    const clientRequestId = crypto.randomUUID();
    tracing.note({ 'client-request-id': clientRequestId });
    const authentication = new AuthenticationHandler({ getAccessToken: () => Promise.resolve(token.value) });
    authentication.setNext(wire);
    const client = Client.initWithMiddleware({
      baseUrl: `${this.#url}/`,
      // The client adds the token only for hosts that it knows; without this a custom one would get none, silently.
      customHosts: new Set([new URL(this.#url).hostname]),
      middleware: authentication,
    });
    const prepared = client
      .api(`/users/${encodeURIComponent(mailbox)}/${request.path}`)
      .header('client-request-id', clientRequestId)
      // Asked for with every request: https://learn.microsoft.com/graph/outlook-immutable-id
      .header('Prefer', 'IdType="ImmutableId"')
      .header('Content-Type', request.body?.contentType ?? 'application/json')
      .responseType(ResponseType.RAW);
    try {
      await sent(prepared, request);
    } catch (cause) {
      // The client turns a failed request into an error of its own that has lost the cause.
      throw wire.failure ?? cause;
    }
    if (wire.answer === undefined) throw new Error('The Graph client ended without an answer.');
    return wire.answer;
  }
}

function sent(prepared: ClientRequest, { method, body }: GraphRequest): Promise<unknown> {
  switch (method) {
    case 'GET':
      return prepared.get();
    case 'POST':
      return prepared.post(body?.text ?? '');
    case 'PATCH':
      return prepared.patch(body?.text ?? '');
    case 'DELETE':
      return prepared.delete();
  }
}

/** The end of the client's chain. */
class Wire implements Middleware {
  readonly #isSend: boolean;
  failure: TenantpostError | undefined;
  answer: OneAnswer | undefined;

  constructor(isSend: boolean) {
    this.#isSend = isSend;
  }

  async execute(context: Context): Promise<void> {
    const { request, options: { method = 'GET', headers, body = null } = {} } = context;
    const isText = typeof request === 'string' && (body === null || typeof body === 'string');
    if (!isText) throw new Error('The Graph client asked for something else than text.');
    const wanted = { method, headers: Object.fromEntries(new Headers(headers)), body };
    try {
      this.answer = await oneRequest(request, wanted, this.#isSend);
    } catch (error) {
      if (error instanceof TenantpostError) this.failure = error;
      throw error;
    }
    // The client wants one to go on, and makes of it what nobody asked for.
    context.response = new Response(null, { status: 204 });
  }
}
