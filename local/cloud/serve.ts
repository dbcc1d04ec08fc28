/** Puts a Hono application on a loopback port, with TLS where Microsoft's service has it. */

import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import type { Hono } from 'hono';

export interface Listening {
  port: number;
  stop(): Promise<void>;
}

class PortTakenError extends Error {
  override readonly name = 'PortTakenError';
}

/**
 * @param service what to call it in an error: `Entra`, `Key Vault` ...
 * @param port 0 lets the system choose.
 * @throws PortTakenError naming the port and what to do.
 */
export async function serve(
  service: string,
  app: Hono,
  port: number,
  tls?: { cert: string; key: string },
): Promise<Listening> {
  const respond = getRequestListener(app.fetch);
  const listener: RequestListener = (request, response) => void respond(request, response);
  const server: Server = tls ? createTlsServer(tls, listener) : createServer(listener);
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
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
