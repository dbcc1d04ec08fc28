/** Puts an HTTP service on a loopback port, with TLS where Microsoft's service has it. */

import { once } from 'node:events';
import { createServer, IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server as TcpServer, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';

/** For what is done to the connection itself. */
export interface Connection {
  readonly incoming: IncomingMessage;
  /** The request's content, where somebody has read it before. */
  readonly content?: Buffer;
  /** A reset, not an orderly end: what a lost connection looks like. */
  reset(): void;
}

/** Answers one request, as the `fetch` of a Hono application does. */
export type Respond = (request: Request, connection: Connection) => Response | Promise<Response>;

export interface ServeOptions {
  /** 0 lets the system choose. */
  port: number;
  tls?: { cert: string; key: string } | undefined;
  /** Whether new connections are reset before a byte is read. */
  isDown?: () => boolean;
}

export interface Listening {
  port: number;
  stop(): Promise<void>;
}

class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/**
 * @param service what to call it in an error: `Entra`, `Key Vault` ...
 * @throws PortTakenError naming the port and what to do.
 */
export async function serve(service: string, respond: Respond, options: ServeOptions): Promise<Listening> {
  const { port, tls, isDown = () => false } = options;
  const sockets = new Set<Socket>();
  const listen = getRequestListener((request, { incoming }) => {
    if (!(incoming instanceof IncomingMessage)) throw new TypeError('Only HTTP/1.1 is served here.');
    return respond(request, { incoming, reset: () => resetUnderTls(incoming.socket, sockets) });
  });
  const listener: RequestListener = (request, response) => void listen(request, response);
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  server.on('connection', (socket: Socket) => {
    if (isDown()) {
      socket.resetAndDestroy();
      return;
    }
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await listenOnLoopback(server, service, port);
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      // Those that are idle, and those still shaking hands, which `closeAllConnections` does not know of.
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/**
 * @param service what to call it in an error.
 * @throws PortTakenError naming the port and what to do.
 */
export async function listenOnLoopback(server: TcpServer, service: string, port: number): Promise<void> {
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw cause;
    throw new PortTakenError(
      `Port ${port}, wanted for ${service}, is taken. Stop what listens there, or choose another with --port.`,
      { cause },
    );
  }
}

/** Only the socket under TLS can be reset, and only by its port can it be told which one that is. */
export function resetUnderTls({ remotePort }: Socket, sockets: ReadonlySet<Socket>): void {
  for (const socket of sockets) if (socket.remotePort === remotePort) socket.resetAndDestroy();
}
