/** The submission server of Exchange Online, as an app sees it: port 587, STARTTLS, XOAUTH2, the limits of a mailbox. */

import { once } from 'node:events';
import type { AddressInfo, Socket } from 'node:net';
import { type SMTPServerOptions, SMTPServer, type SMTPServerSession } from 'smtp-server';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { CloudContext } from '../../cloud.ts';
import { type Listening, listenOnLoopback } from '../../serve.ts';
import { MailboxConnections } from '../mailbox-connections.ts';
import { serverName } from '../server-name.ts';
import type { MailListenOptions } from '../tls-listener.ts';
import { basicAuthentication } from './authentication.ts';
import { ExchangeConnection } from './connection.ts';
import {
  checkRecipients,
  checkSender,
  type Decision,
  submitMessage,
  tooLarge,
  tooManyConnections,
} from './submission.ts';

/** https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements */
const MOST_CONNECTIONS = 3;
/** What the real server announces: https://github.com/simonrob/email-oauth2-proxy/issues/68. */
const LARGEST_MESSAGE = 157_286_400;
/** `ConnectionInactivityTimeout`: https://learn.microsoft.com/powershell/module/exchangepowershell/set-receiveconnector. */
const IDLE_TIMEOUT = 5 * 60_000;

class ReplyError extends Error {
  override readonly name = 'ReplyError';
  readonly responseCode: number;

  constructor({ code, text }: Decision) {
    super(text);
    this.responseCode = code;
  }
}

class ExchangeServer extends SMTPServer {
  readonly #cloud: CloudContext;
  readonly #isDown: () => boolean;
  readonly #senders = new MailboxConnections(MOST_CONNECTIONS);
  readonly #connections = new WeakMap<SMTPServerSession, ExchangeConnection>();
  readonly sockets = new Set<Socket>();

  constructor(cloud: CloudContext, options: SMTPServerOptions, isDown: () => boolean) {
    super(options);
    this.#cloud = cloud;
    this.#isDown = isDown;
    // A client that breaks its connection is no fault of the server.
    this.on('error', () => {});
  }

  override connect(socket: Socket, options?: SMTPConnectionOptions | null): void {
    if (this.#isDown()) {
      socket.resetAndDestroy();
      return;
    }
    this.sockets.add(socket);
    const connection = new ExchangeConnection(this, socket, options, {
      cloud: this.#cloud,
      connections: this.#senders,
    });
    this.#connections.set(connection.session, connection);
    this.connections.add(connection);
    connection.on('error', () => {});
    connection.init();
  }

  /** Only passwords come here: XOAUTH2 is the connection's own. */
  override onAuth(...[, session, callback]: Parameters<SMTPServer['onAuth']>): void {
    this.#connection(session).record('AUTH', { ...basicAuthentication, reason: 'basic authentication' });
    callback(new ReplyError(basicAuthentication));
  }

  override onMailFrom(...[{ address }, session, callback]: Parameters<SMTPServer['onMailFrom']>): void {
    const connection = this.#connection(session);
    const { sender } = connection;
    answer(connection, sender && checkSender(this.#cloud, sender, address), callback);
  }

  override onRcptTo(...[{ address }, session, callback]: Parameters<SMTPServer['onRcptTo']>): void {
    const connection = this.#connection(session);
    const { sender } = connection;
    const others = session.envelope.rcptTo.filter((one) => one.address.toLowerCase() !== address.toLowerCase());
    answer(connection, sender && checkRecipients(this.#cloud, sender, others.length + 1), callback);
  }

  override onData(...[stream, session, callback]: Parameters<SMTPServer['onData']>): void {
    const connection = this.#connection(session);
    const recipients = session.envelope.rcptTo.map(({ address }) => address);
    const decide = async (): Promise<Decision> => {
      const chunks: Buffer[] = [];
      for await (const chunk of stream) if (!stream.sizeExceeded) chunks.push(chunk);
      if (stream.sizeExceeded) return tooLarge;
      const { sender } = connection;
      if (sender === undefined || !connection.isServed) return tooManyConnections;
      const isWaiting = () => connection.isOpen;
      return submitMessage(this.#cloud, { sender, recipients, raw: Buffer.concat(chunks), isWaiting });
    };
    decide()
      // The client left in the middle of the message, or this server is at fault: never a success.
      .catch((): Decision => ({
        code: 451,
        text: '4.7.0 Temporary server error. Please try again later',
        reason: 'not received',
      }))
      .then(async (decision) => {
        connection.record('submit', decision);
        await connection.hold();
        if (decision.code === 250) callback(null, decision.text);
        else callback(new ReplyError(decision));
      })
      .catch(() => {});
  }

  override onClose(session: SMTPServerSession): void {
    this.sockets.delete(this.#connection(session).tcp);
  }

  #connection(session: SMTPServerSession): ExchangeConnection {
    const connection = this.#connections.get(session);
    if (connection === undefined) throw new Error('A session without a connection.');
    return connection;
  }
}

function answer(
  connection: ExchangeConnection,
  refused: Decision | undefined,
  callback: (error?: Error) => void,
): void {
  if (refused === undefined) return callback();
  connection.record('submit', refused);
  callback(new ReplyError(refused));
}

export async function listenForSubmission(
  cloud: CloudContext,
  { service, port, tls, isDown }: MailListenOptions,
): Promise<Listening> {
  const server = new ExchangeServer(
    cloud,
    {
      ...tls,
      name: serverName,
      size: LARGEST_MESSAGE,
      authMethods: ['LOGIN', 'XOAUTH2'],
      disabledCommands: ['LHLO', 'WIZ', 'SHELL', 'KILL', 'XCLIENT', 'XFORWARD'],
      maxAllowedUnauthenticatedCommands: false,
      disableReverseLookup: true,
      hideDSN: false,
      socketTimeout: IDLE_TIMEOUT,
      closeTimeout: 1,
      logger: false,
    },
    isDown,
  );
  await listenOnLoopback(server.server, service, port);
  return {
    port: (server.server.address() as AddressInfo).port,
    async stop() {
      const closed = once(server.server, 'close');
      server.close();
      for (const socket of server.sockets) socket.destroy();
      await closed;
    },
  };
}
