/** Graph's sendMail by Microsoft's own client, with every retry of that client taken out of its chain. */

import {
  AuthenticationHandler,
  Client,
  type Context,
  type Middleware,
  ResponseType,
} from '@microsoft/microsoft-graph-client';
import { TenantpostError } from '../errors.ts';
import type { MailJob } from '../mail/mail-job.ts';
import type { SendReceipt, Transport } from '../mail/transport.ts';
import type { Token } from '../tokens/token.ts';
import { graphError } from './graph-error.ts';
import { graphMessage } from './graph-message.ts';

/** Longer than Graph ever takes for a small message; after it nobody knows whether it left. */
const answerWithin = 100_000;

export class GraphTransport implements Transport {
  readonly #url: string;

  /** @param url root of Graph, for example `https://graph.microsoft.com`. */
  constructor(url: string) {
    this.#url = url;
  }

  async send(job: MailJob, token: Token): Promise<SendReceipt> {
    const response = await this.#post(job, token);
    const requestId = response.headers.get('request-id') ?? undefined;
    // Any 2xx is success whatever its body says: reading it could only turn a mail that left into an error.
    if (response.ok) {
      response.body?.cancel().catch(() => undefined);
      return { requestId };
    }
    throw graphError(job.tenant, { status: response.status, headers: response.headers, text: await bodyOf(response) });
  }

  async #post(job: MailJob, token: Token): Promise<Response> {
    const wire = new OneRequest();
    const authentication = new AuthenticationHandler({ getAccessToken: () => Promise.resolve(token.value) });
    authentication.setNext(wire);
    const client = Client.initWithMiddleware({
      baseUrl: `${this.#url}/`,
      // The client adds the token only for hosts that it knows; without this a custom one would get none, silently.
      customHosts: new Set([new URL(this.#url).hostname]),
      middleware: authentication,
    });
    const request = client
      .api(`/users/${encodeURIComponent(job.from)}/sendMail`)
      .header('client-request-id', crypto.randomUUID())
      .responseType(ResponseType.RAW);
    try {
      const response: unknown = await request.post(graphMessage(job));
      if (response instanceof Response) return response;
    } catch (cause) {
      // The client turns a failed request into an error of its own that has lost the cause.
      throw wire.failure ?? cause;
    }
    throw new TenantpostError('SEND_UNCONFIRMED', 'The Graph client returned something else than an answer.');
  }
}

/** The end of the client's chain: one request, no retry, no redirect. A retried sendMail is a second mail. */
class OneRequest implements Middleware {
  failure: TenantpostError | undefined;

  async execute(context: Context): Promise<void> {
    try {
      context.response = await fetch(context.request, {
        ...context.options,
        redirect: 'manual',
        signal: AbortSignal.timeout(answerWithin),
      });
    } catch (cause) {
      this.failure = networkError(cause);
      throw cause;
    }
  }
}

/** Failures before a connection stood: the request cannot have reached Graph. */
const neverLeft = new Set([
  'ENOTFOUND',
  'EAI_AGAIN',
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

function networkError(cause: unknown): TenantpostError {
  const reason = networkCode(cause);
  if (neverLeft.has(reason)) {
    return new TenantpostError('GRAPH_UNAVAILABLE', 'No connection to Graph could be made.', {
      cause,
      detail: { network: reason },
    });
  }
  return new TenantpostError('SEND_UNCONFIRMED', 'The connection to Graph broke before its answer came.', {
    cause,
    detail: { network: reason },
  });
}

/** undici wraps what happened as the `cause` of its "fetch failed". */
function networkCode(error: unknown): string {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('code' in at && typeof at.code === 'string') return at.code;
    if (at.name === 'TimeoutError') return 'TIMEOUT';
  }
  return 'UNKNOWN';
}

async function bodyOf(response: Response): Promise<string> {
  try {
    return await response.text();
  } catch {
    return '';
  }
}
