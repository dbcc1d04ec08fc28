/**
 * Waits on a loopback port for the browser that comes back from Entra: RFC 8252 section 7.3. Entra leaves the port of
 * `http://localhost` out when it compares redirect URIs, so whichever is free serves:
 * https://learn.microsoft.com/entra/identity-platform/reply-url#localhost-exceptions
 */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { UsageError } from '../failure.ts';
import { type ConsentAnswer, readAnswer } from './consent-answer.ts';
import { answerPage, otherPage, refusedPage } from './consent-page.ts';

/** `localhost` is both, and a browser may try either one first. */
const addresses = ['127.0.0.1', '::1'] as const;

export class ConsentListener {
  readonly #state: string;
  readonly #servers: Server[] = [];
  readonly #answer = Promise.withResolvers<ConsentAnswer>();
  #port = 0;

  private constructor(state: string) {
    this.#state = state;
  }

  /**
   * @param port 0 takes one that is free.
   * @throws UsageError when another program has it.
   */
  static async open(port: number, state: string): Promise<ConsentListener> {
    const listener = new ConsentListener(state);
    try {
      for (const address of addresses) await listener.#listen(address, listener.#port || port);
    } catch (error) {
      await listener.close();
      throw error;
    }
    return listener;
  }

  get redirectUri(): string {
    return `http://localhost:${this.#port}`;
  }

  /** Resolves once. What is no answer to this consent gets its page and is waited out. */
  get answer(): Promise<ConsentAnswer> {
    return this.#answer.promise;
  }

  async close(): Promise<void> {
    await Promise.all(
      this.#servers.splice(0).map(async (server) => {
        // A browser opens connections ahead, and would hold them for minutes.
        server.closeIdleConnections();
        const closed = new Promise((resolve) => server.close(resolve));
        setTimeout(() => server.closeAllConnections(), 1_000).unref();
        await closed;
      }),
    );
  }

  async #listen(address: string, port: number): Promise<void> {
    const server = createServer((request, response) => this.#serve(request, response));
    const listening = Promise.withResolvers<void>();
    server.once('error', (error: NodeJS.ErrnoException) => {
      // A machine without IPv6 has no ::1, and no browser that goes there.
      if (address === '::1' && (error.code === 'EADDRNOTAVAIL' || error.code === 'EAFNOSUPPORT')) listening.resolve();
      else
        listening.reject(
          new UsageError(`--port: ${address} port ${port} cannot be listened on (${error.code}). Give another one.`),
        );
    });
    server.listen(port, address, () => {
      const bound = server.address();
      if (typeof bound === 'object' && bound !== null) this.#port = bound.port;
      this.#servers.push(server);
      listening.resolve();
    });
    await listening.promise;
  }

  #serve(request: IncomingMessage, response: ServerResponse): void {
    const url = URL.parse(request.url ?? '/', this.redirectUri);
    const send = (page: ReturnType<typeof otherPage>): void =>
      void response.writeHead(page.status, page.headers).end(page.body);
    if (url === null || url.pathname !== '/') return send(otherPage(404));
    if (request.method !== 'GET') return send(otherPage(405));
    // An image or a script of any page reaches this port too; browsers say so: https://www.w3.org/TR/fetch-metadata/
    if ((request.headers['sec-fetch-dest'] ?? 'document') !== 'document') return send(refusedPage('no-answer'));
    const answer = readAnswer(url.searchParams, this.#state);
    if (typeof answer === 'string') return send(refusedPage(answer));
    // The terminal goes on when the page has been handed over, so that the administrator sees the end of it.
    response.once('close', () => this.#answer.resolve(answer));
    send(answerPage(answer));
  }
}
