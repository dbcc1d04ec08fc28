/** The host's HTTP side on 127.0.0.1: functions under their routes, and the admin route that runs any function. */

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Admin } from './admin.ts';
import { ConfigurationError } from './describe-issues.ts';
import { BadRequestError, readBody, requestUrl, toHttpData, writeResult } from './http-convert.ts';
import { writeHomepage } from './homepage.ts';
import type { HttpRouter } from './http-router.ts';
import type { Invoker } from './invoke.ts';
import { type Keys, presentedKey } from './keys.ts';
import type { Logger } from './log.ts';

export interface HttpServerOptions {
  router: HttpRouter;
  keys: Keys;
  invoker: Invoker;
  admin: Admin;
  homepage: 'shown' | 'disabled';
  log: Logger;
}

const address = z.object({ port: z.number() });

export class HttpServer {
  readonly #options: HttpServerOptions;
  readonly #server: Server;
  /** Responses that are not yet with the client; each resolves when it is, or when the client has gone. */
  readonly #open = new Set<Promise<void>>();
  #closing = false;

  constructor(options: HttpServerOptions) {
    this.#options = options;
    this.#server = createServer((request, response) => void this.#answer(request, response));
  }

  /**
   * @param port 0 lets the system choose.
   * @throws ConfigurationError when the port is taken.
   */
  async listen(port: number): Promise<number> {
    this.#server.listen(port, '127.0.0.1');
    try {
      await once(this.#server, 'listening');
    } catch (cause) {
      if (!(cause instanceof Error) || !('code' in cause) || cause.code !== 'EADDRINUSE') throw cause;
      throw new ConfigurationError(`Port ${port} is taken. Stop what listens there, or choose another with --port.`, {
        cause,
      });
    }
    return address.parse(this.#server.address()).port;
  }

  /** Takes no new request, and resolves when those under way are answered. */
  async close(): Promise<void> {
    this.#closing = true;
    const closed = once(this.#server, 'close');
    this.#server.close();
    while (this.#open.size > 0) await Promise.race(this.#open);
    // Connections that browsers open in advance and never use, and those that are kept alive, would hold this up.
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const open = new Promise<void>((done) => response.once('close', done)).finally(() => this.#open.delete(open));
    this.#open.add(open);
    // Without a listener an 'error' would end the process: one answer must not take the others with it.
    response.on('error', (error) => this.#options.log.warn(`A response could not be written: ${error.message}`));
    try {
      await this.#route(request, response);
    } catch (error) {
      if (error instanceof BadRequestError) return empty(response, error.status);
      // A client that went away is no fault of the host.
      if (request.destroyed && !request.complete) return;
      this.#options.log.error('A request could not be answered.', error);
      empty(response, 500);
    }
  }

  async #route(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { router, keys, invoker, admin, homepage } = this.#options;
    // On a connection that is kept alive requests still arrive when the host stops listening.
    if (this.#closing) return empty(response, 503);
    const url = requestUrl(request);
    const key = presentedKey(request.headers['x-functions-key'], url);
    const adminFunction = /^\/admin\/functions\/([^/]+)\/?$/i.exec(url.pathname)?.[1];
    if (adminFunction !== undefined) {
      if (!(await keys.isMaster(key))) return empty(response, 401);
      if (request.method !== 'POST') return empty(response, 404);
      return empty(response, admin.run(adminFunction, await readBody(request)));
    }

    // A wrong method is 404 too, never 405, and comes before the key (seen on host 4.1037).
    const match = router.match(request.method ?? '', url.pathname);
    if (!match && url.pathname === '/') return writeHomepage(response, homepage === 'disabled');
    if (!match) return empty(response, 404);
    const { definition, trigger, params } = match;
    if (!(await keys.allows(definition.name, trigger.authLevel, key))) return empty(response, 401);
    const result = await invoker.invoke(definition, {
      data: { http: toHttpData(request, url, params, await readBody(request)) },
      // Method and template: the address itself may carry a key or a secret of the app.
      reason: `${request.method ?? ''} /${match.route}`,
    });
    if (result.succeeded) writeResult(response, result.returnValue);
    else empty(response, 500);
  }
}

/** As the real host: what it answers by itself has no body. */
function empty(response: ServerResponse, status: number): void {
  if (response.headersSent) return void response.destroy();
  response.writeHead(status).end();
}
