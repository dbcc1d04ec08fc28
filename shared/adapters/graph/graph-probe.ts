/** What Graph lets the app do with a mailbox, asked by requests that cannot send, make or change anything. */

import type { MailboxProbe, MailboxRights } from '../../checks/ports.ts';
import { TenantpostError } from '../../errors.ts';
import type { Token } from '../../tokens/token.ts';
import { GraphClient } from './graph-client.ts';

interface Dependencies {
  /** Root of Graph, for example `https://graph.microsoft.com`. */
  readonly url: string;
  /** A token straight from Entra, whatever roles it carries. */
  readonly freshToken: (tenantId: string) => Promise<Token>;
}

/**
 * Graph takes MIME as base64 text, and this is none: it cannot be read, so there is nothing that could be sent or kept. What
 * is wrong with it is said by Exchange, behind the question whose mailbox it is and who may send from it:
 * https://learn.microsoft.com/graph/api/user-sendmail#example-4-send-a-new-message-using-mime-format
 */
const noMessage = { contentType: 'text/plain', text: '*' } as const;

/** What Exchange says of a message that it has begun to read. */
const isAboutMessage = /^(?:ErrorMimeContentInvalid|ErrorInvalidRecipients)/;

export class GraphProbe implements MailboxProbe, MailboxRights {
  readonly #client: GraphClient;
  readonly #freshToken: Dependencies['freshToken'];

  constructor({ url, freshToken }: Dependencies) {
    this.#client = new GraphClient(url);
    this.#freshToken = freshToken;
  }

  async maySend(tenantId: string, mailbox: string): Promise<void> {
    await this.send(await this.#freshToken(tenantId), mailbox);
  }

  async send(token: Token, mailbox: string): Promise<string> {
    try {
      const request = { operation: 'sendMail', method: 'POST', path: 'sendMail', body: noMessage } as const;
      const { status } = await this.#client.request(mailbox, token, request);
      // Whoever takes this for a message is not Graph.
      throw new TenantpostError('GRAPH_UNAVAILABLE', 'Something answered in the place of Graph.', {
        detail: { operation: 'sendMail', status },
      });
    } catch (error) {
      return acceptedBy(ofGraph(nothingWasSent(error)));
    }
  }

  /** https://learn.microsoft.com/graph/api/user-list-messages; of a message nothing but its id is asked for. */
  async read(token: Token, mailbox: string): Promise<string> {
    const path = 'messages?$top=1&$select=id';
    try {
      const { status } = await this.#client.request(mailbox, token, { operation: 'listMessages', method: 'GET', path });
      return String(status);
    } catch (error) {
      throw ofGraph(error);
    }
  }
}

/** A lost answer to a send is "nobody knows". Here it is known that there was nothing to send. */
function nothingWasSent(error: unknown): unknown {
  if (!(error instanceof TenantpostError) || error.code !== 'SEND_UNCONFIRMED') return error;
  const { message, detail } = error;
  return new TenantpostError('GRAPH_UNAVAILABLE', message, { detail, cause: error });
}

/** Graph names every refusal (https://learn.microsoft.com/graph/errors). One without a name is a proxy's or another server's. */
function ofGraph(error: unknown): unknown {
  if (!(error instanceof TenantpostError)) return error;
  const { status, serviceCode } = error.detail;
  if (serviceCode !== undefined || (status !== 403 && status !== 404)) return error;
  const { detail } = error;
  return new TenantpostError('GRAPH_UNAVAILABLE', 'Something answered in the place of Graph.', {
    detail,
    cause: error,
  });
}

function acceptedBy(error: unknown): string {
  const { status, serviceCode } = error instanceof TenantpostError ? error.detail : {};
  if (status === 400 && typeof serviceCode === 'string' && isAboutMessage.test(serviceCode)) {
    return `${status} ${serviceCode}`;
  }
  throw error;
}
