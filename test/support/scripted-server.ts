/** An https server of this process that answers as a test tells it to, down to the bytes and the cut of the connection. */

import { once } from 'node:events';
import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import type { SecureContextOptions, TLSSocket } from 'node:tls';
import { z } from 'zod';
import { makeServerCertificate } from '../../local/cloud/certificate-authority.ts';
import { trust } from '../../local/trust.ts';

export interface ReceivedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Script {
  /** When a TCP connection stands. */
  connected?: (socket: Socket) => void;
  /** When its TLS stands and nothing of a request has been read. */
  secured?: (socket: TLSSocket) => void;
  /** When a request's head has been read, and nothing of its body. @returns whether that was the answer. */
  begun?: (request: IncomingMessage, response: ServerResponse) => boolean;
  /** When a whole request has been read. */
  answer?: (response: ServerResponse, request: ReceivedRequest, socket: Socket) => void;
  /** Replaces what the server shows, which this process trusts. */
  tls?: SecureContextOptions;
}

export interface ScriptedServer {
  /** Origin: `https://localhost:PORT`. */
  readonly url: string;
  /** TCP connections that stood. */
  readonly connections: number;
  /** Requests of which a head was read. */
  readonly begun: number;
  /** Requests that were read to the end. */
  readonly requests: readonly ReceivedRequest[];
  stop(): Promise<void>;
}

const shown = await makeServerCertificate();
trust(shown.ca);

export async function startScriptedServer(script: Script): Promise<ScriptedServer> {
  const requests: ReceivedRequest[] = [];
  const sockets = new Set<Socket>();
  const seen = { connections: 0, begun: 0 };
  const server = createServer({ cert: shown.cert, key: shown.key, ...script.tls }, (incoming, response) => {
    seen.begun += 1;
    if (script.begun?.(incoming, response) === true) return;
    void text(incoming).then((body) => {
      const { method = '', url: path = '', headers, socket } = incoming;
      const request = { method, path, headers, body };
      requests.push(request);
      script.answer?.(response, request, socket);
    });
  });
  server.on('connection', (socket: Socket) => {
    seen.connections += 1;
    sockets.add(socket);
    // Connections are cut here, from either end, and that is no fault of the test.
    socket.on('error', () => socket.destroy());
    script.connected?.(socket);
  });
  // Before the listener by which the server begins to read requests.
  server.prependListener('secureConnection', (socket: TLSSocket) => {
    socket.on('error', () => socket.destroy());
    script.secured?.(socket);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return {
    url: `https://localhost:${port}`,
    requests,
    get connections() {
      return seen.connections;
    },
    get begun() {
      return seen.begun;
    },
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
