/** A server on a loopback port that speaks TLS from the first byte: IMAP and POP. */

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { createServer } from 'node:tls';
import { type Listening, listenOnLoopback, resetUnderTls } from '../serve.ts';
import { LineConnection } from './line-connection.ts';
import type { MailService } from './sign-in.ts';

export interface MailListenOptions {
  service: MailService;
  /** 0 lets the system choose. */
  port: number;
  tls: { cert: string; key: string };
  /** Whether new connections are reset before a byte is read. Asked once for each. */
  isDown: () => boolean;
}

/** How long a client may take for the handshake of TLS, in milliseconds. */
const HANDSHAKE_TIMEOUT = 30_000;

/** @param serve talks to one client, until it or the server has had enough. */
export async function listenWithTls(
  serve: (connection: LineConnection) => Promise<void>,
  { service, port, tls, isDown }: MailListenOptions,
): Promise<Listening> {
  const sockets = new Set<Socket>();
  const server = createServer({ ...tls, handshakeTimeout: HANDSHAKE_TIMEOUT }, (secured) => {
    const connection = new LineConnection(secured, () => resetUnderTls(secured, sockets));
    // A fault of the server itself ends one client's connection and no other's.
    serve(connection)
      .catch(() => {})
      .finally(() => connection.end());
  });
  server.on('connection', (socket: Socket) => {
    // Answers in several pieces would wait for the client's acknowledgement otherwise.
    socket.setNoDelay(true);
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    if (isDown()) socket.resetAndDestroy();
  });
  await listenOnLoopback(server, service, port);
  return {
    port: (server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server, 'close');
      server.close();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}
