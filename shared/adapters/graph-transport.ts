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
import { neverConnected } from './connect-failures.ts';
import { graphError, requestIdOf } from './graph-error.ts';
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
    // The last look before a mail leaves: whatever went wrong before, no tenant's token sends another tenant's mail.
    if (token.tenantId !== job.tenant || token.resource !== 'graph') {
      throw new TenantpostError('TOKEN_WRONG', `A mail of tenant ${job.tenant} came with another token.`);
    }
    const response = await this.#post(job, token);
    // Any 2xx is success whatever its body says: reading it could only turn a mail that left into an error.
    if (response.ok) {
      response.body?.cancel().catch(() => undefined);
      return { requestId: requestIdOf(response.headers) };
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
      await request.post(graphMessage(job));
    } catch (cause) {
      // The client turns a failed request into an error of its own that has lost the cause.
      throw wire.failure ?? cause;
    }
    // The answer as it came, and not what the client makes of it.
    if (wire.response) return wire.response;
    throw new TenantpostError('SEND_UNCONFIRMED', 'The Graph client ended without an answer.');
  }
}

/** The end of the client's chain: one request, no retry, no redirect. A retried sendMail is a second mail. */
class OneRequest implements Middleware {
  failure: TenantpostError | undefined;
  response: Response | undefined;

  async execute(context: Context): Promise<void> {
    try {
      this.response = await fetch(context.request, {
        ...context.options,
        redirect: 'manual',
        signal: AbortSignal.timeout(answerWithin),
      });
      context.response = this.response;
    } catch (cause) {
      this.failure = networkError(cause);
      throw cause;
    }
  }
}

function networkError(cause: unknown): TenantpostError {
  const [code, message] = neverConnected(cause)
    ? (['GRAPH_UNAVAILABLE', 'No connection to Graph could be made.'] as const)
    : (['SEND_UNCONFIRMED', 'The connection to Graph broke before its answer came.'] as const);
  return new TenantpostError(code, message, { cause, detail: { network: networkCode(cause) } });
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
