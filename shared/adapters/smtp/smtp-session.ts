/** One connection to Exchange's submission server, signed in for a mailbox: nodemailer's, held to all or nothing. */

import { Readable } from 'node:stream';
import SMTPConnection, { type SMTPConnectionCustomAuthContext } from 'nodemailer/lib/smtp-connection';
import { type SmtpFailure, smtpFailure } from './smtp-failure.ts';
import { SmtpTranscript } from './smtp-transcript.ts';

export interface SmtpServer {
  readonly host: string;
  readonly port: number;
}

export interface SmtpCredentials {
  readonly mailbox: string;
  readonly accessToken: string;
}

export interface SmtpEnvelope {
  readonly from: string;
  readonly to: readonly string[];
  readonly isEightBit: boolean;
}

/** What went wrong, for smtp-error.ts to say what it means. */
export class SmtpSessionError extends Error {
  override readonly name = 'SmtpSessionError';
  readonly failure: SmtpFailure;

  constructor(failure: SmtpFailure) {
    super('An SMTP session failed.', { cause: failure.cause });
    this.failure = failure;
  }
}

/** Ours: nodemailer takes another one for a method of its own, and would ask for a second token where this one is refused. */
const xoauth2 = 'MAILBOX-XOAUTH2';

/** From looking up the name to the end of the TLS handshake, in milliseconds. For the rest the caller's signal sets the time. */
const connectWithin = 30_000;

/** How much of a message is handed over at a time. */
const slice = 64 * 1024;

export class SmtpSession {
  readonly #accessToken: string;
  readonly #connection: SMTPConnection;
  readonly #transcript: SmtpTranscript;
  #extensions: readonly string[] = [];
  #maxSize = Number.POSITIVE_INFINITY;

  private constructor(connection: SMTPConnection, transcript: SmtpTranscript, accessToken: string) {
    this.#connection = connection;
    this.#transcript = transcript;
    this.#accessToken = accessToken;
    // Whoever waits for the connection hears of its end there; nobody waiting is no reason to end the process.
    connection.on('error', () => {});
  }

  /** @throws SmtpSessionError */
  static async open(server: SmtpServer, { mailbox, accessToken }: SmtpCredentials, signal: AbortSignal) {
    const { host, port } = server;
    const transcript = new SmtpTranscript();
    const connection: SMTPConnection = new SMTPConnection({
      host,
      port,
      // No worker's host name in the Received field of every mail; RFC 5321 section 4.1.4 takes an address for it.
      name: '[127.0.0.1]',
      secure: false,
      requireTLS: true,
      // Said outright: NODE_TLS_REJECT_UNAUTHORIZED would turn it off.
      tls: { rejectUnauthorized: true, minVersion: 'TLSv1.2' },
      connectionTimeout: connectWithin,
      greetingTimeout: connectWithin,
      socketCloseTimeout: 0,
      logger: transcript,
      transactionLog: true,
      customAuth: { [xoauth2]: (context) => session.#authenticate(context, mailbox) },
    });
    const session = new SmtpSession(connection, transcript, accessToken);
    await session.#until(signal, (done) => connection.connect(done));
    await session.#until(signal, (done) => connection.login({ method: xoauth2, user: mailbox }, done));
    return session;
  }

  /** Whether it can be used with this token: it is signed in with it, and has not ended. */
  isFor(accessToken: string): boolean {
    return this.#accessToken === accessToken && !this.#connection.destroyed;
  }

  /** @param extension by its keyword in the answer to EHLO. */
  offers(extension: string): boolean {
    return this.#extensions.includes(extension);
  }

  /** RFC 1870: in octets, before the dots at line starts are doubled. */
  get maxSize(): number {
    return this.#maxSize;
  }

  /** @throws SmtpSessionError. The session is closed then. */
  async send(envelope: SmtpEnvelope, message: Buffer, signal: AbortSignal): Promise<void> {
    const { from, to, isEightBit } = envelope;
    this.#transcript.begin();
    const body = Readable.from(this.#onceAllAreTaken(message, to.length), { objectMode: false });
    await this.#until(
      signal,
      (done) => {
        const outgoing = { from, to: [...to], size: message.length, use8BitMime: isEightBit };
        this.#connection.send(outgoing, body, (error) => done(error));
      },
      body,
    );
    if (body.readableEnded) return;
    // A server that says yes before it has everything has not said it of this message.
    this.close();
    throw new SmtpSessionError({ step: 'connect', isWhole: true, network: 'EPROTOCOL' });
  }

  /** Ends it in order. The server may take its time; it is not waited for. */
  quit(): void {
    if (this.#connection.destroyed) return;
    this.#connection.quit();
    setTimeout(() => this.#connection.close(), 2_000).unref();
  }

  /** Ends it at once. */
  close(): void {
    this.#connection.close();
  }

  /**
   * nodemailer begins to read it when DATA is answered with 354. What has been read until then is no message: RFC 5321
   * section 4.1.1.4 makes one of it with the final dot only, which goes out when this ends. RFC 2920 section 3.1 would end an
   * unwanted message with a dot, and send it empty to those that were taken.
   */
  *#onceAllAreTaken(message: Buffer, recipients: number): Generator<Buffer> {
    const taken = this.#transcript.recipients.filter((reply) => reply.startsWith('2'));
    if (taken.length !== recipients) throw new Error('Not every recipient was taken.');
    for (let at = 0; at < message.length; at += slice) yield message.subarray(at, at + slice);
  }

  async #authenticate(context: SMTPConnectionCustomAuthContext, mailbox: string): Promise<void> {
    this.#extensions = context.extensions;
    this.#maxSize = context.maxAllowedSize || Number.POSITIVE_INFINITY;
    const response = Buffer.from(`user=${mailbox}\x01auth=Bearer ${this.#accessToken}\x01\x01`).toString('base64');
    let reply = await context.sendCommand(`AUTH XOAUTH2 ${response}`);
    // The reason of a refusal in base64, after which the server waits for an empty line:
    // https://developers.google.com/workspace/gmail/imap/xoauth2-protocol#error_response_1
    if (reply.status === 334) reply = await context.sendCommand('');
    if (reply.status !== 235) throw new Error('AUTH was refused.');
  }

  /** @param body of the message that is being sent, if one is. */
  async #until(
    signal: AbortSignal,
    begin: (done: (error?: Error | null) => void) => void,
    body?: Readable,
  ): Promise<void> {
    const connection = this.#connection;
    const ended = Promise.withResolvers<void>();
    const done = (error?: Error | null): void => (error ? ended.reject(error) : ended.resolve());
    // nodemailer ends a connection before it says why, in the same turn.
    const over = (): void => void setImmediate(() => ended.reject(new Error('The connection ended.')));
    const late = (): void => ended.reject(Object.assign(new Error('Out of time.'), { code: 'ETIMEDOUT' }));
    connection.once('error', done);
    connection.once('end', over);
    signal.addEventListener('abort', late);
    try {
      if (signal.aborted) late();
      else begin(done);
      await ended.promise;
    } catch (cause) {
      connection.close();
      const isWhole = body?.readableEnded ?? false;
      throw new SmtpSessionError(smtpFailure(cause, this.#transcript.recipients, isWhole));
    } finally {
      connection.off('error', done);
      connection.off('end', over);
      signal.removeEventListener('abort', late);
    }
  }
}
