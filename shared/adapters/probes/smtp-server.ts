/** Exchange's submission server, asked without a message: STARTTLS, XOAUTH2, and whether the mailbox may be the sender. */

import SMTPConnection, { type SMTPConnectionCustomAuthContext } from 'nodemailer/lib/smtp-connection';
import type { MailServer, Reached, SignIn } from '../../checks/ports.ts';
import type { Token } from '../../tokens/token.ts';
import { connectionFailure } from './connection-failure.ts';
import { type MailEndpoint, mailEndpoint, strictTls, xoauth2 } from './mail-endpoint.ts';

const within = 10_000;

/** Ours: nodemailer takes another one for a method of its own, and would ask for a second token where this one is refused. */
const mechanism = 'MAILBOX-XOAUTH2';

interface Replies {
  auth?: Reply;
  mail?: Reply;
}

interface Reply {
  readonly code: number;
  readonly text: string;
}

export class SmtpServer implements MailServer {
  readonly setting = 'TENANTPOST_SMTP_HOST';
  readonly address: string;
  readonly #endpoint: MailEndpoint;

  constructor(address: string) {
    this.address = address;
    this.#endpoint = mailEndpoint(address);
  }

  async reach(): Promise<Reached> {
    const connection = this.#connection({});
    try {
      await until(connection, (done) => connection.connect(done));
      return { kind: 'reached', answered: 'STARTTLS, greeted' };
    } catch (error) {
      return connectionFailure(withItsCode(error));
    } finally {
      connection.close();
    }
  }

  async signIn(token: Token, mailbox: string): Promise<SignIn> {
    const replies: Replies = {};
    const connection = this.#connection({
      [mechanism]: (context) => dialog(context, mailbox, token, replies),
    });
    try {
      await until(connection, (done) => connection.connect(done));
      await until(connection, (done) => connection.login({ method: mechanism, user: mailbox }, done));
      connection.quit();
    } catch (error) {
      if (replies.auth === undefined)
        return { kind: 'unavailable', answered: connectionFailure(withItsCode(error)).answered };
    } finally {
      connection.close();
    }
    return signInOf(replies);
  }

  #connection(customAuth: Record<string, (context: SMTPConnectionCustomAuthContext) => Promise<void>>): SMTPConnection {
    const connection = new SMTPConnection({
      ...this.#endpoint,
      name: '[127.0.0.1]',
      secure: false,
      requireTLS: true,
      tls: strictTls,
      connectionTimeout: within,
      greetingTimeout: within,
      socketTimeout: within,
      customAuth,
    });
    // Whoever waits for the connection hears of its end there.
    connection.on('error', () => {});
    return connection;
  }
}

/** MAIL and RSET go out here, as only here nodemailer lets a caller say a command of its own. */
async function dialog(
  { sendCommand }: SMTPConnectionCustomAuthContext,
  mailbox: string,
  { value }: Token,
  replies: Replies,
): Promise<void> {
  const ask = async (command: string): Promise<Reply> => {
    const { status, text, response } = await sendCommand(command);
    return { code: status, text: response ?? text };
  };
  let reply = await ask(`AUTH XOAUTH2 ${xoauth2(mailbox, value)}`);
  // The reason of a refusal in base64, after which the server waits for an empty line:
  // https://developers.google.com/workspace/gmail/imap/xoauth2-protocol#error_response_1
  if (reply.code === 334) reply = await ask('');
  replies.auth = reply;
  if (reply.code !== 235) throw new Error('AUTH was refused.');
  replies.mail = await ask(`MAIL FROM:<${mailbox}>`);
  await ask('RSET');
}

function signInOf({ auth, mail }: Replies): SignIn {
  if (auth === undefined) return { kind: 'unavailable', answered: 'no reply' };
  const answered = codesOf(auth);
  if (auth.code === 235) {
    if (mail === undefined) return { kind: 'unavailable', answered: 'no reply to MAIL' };
    if (mail.code < 400) return { kind: 'in', answered: `${answered}, ${codesOf(mail)}` };
    return { kind: mail.code >= 500 ? 'not-sender' : 'unavailable', answered: codesOf(mail) };
  }
  if (auth.code < 500) return { kind: 'unavailable', answered };
  // The sentences of https://github.com/simonrob/email-oauth2-proxy/issues/193 and its like: the code is the same for all.
  const whom = /disabled for the (Tenant|Mailbox)/i.exec(auth.text)?.[1]?.toLowerCase();
  if (whom === 'tenant' || whom === 'mailbox') return { kind: 'switched-off', for: whom, answered };
  if (/security defaults/i.test(auth.text)) return { kind: 'switched-off', for: 'everybody', answered };
  // The same for reasons that these sentences do not tell.
  return /\b5\.7\.139\b/.test(auth.text)
    ? { kind: 'switched-off', for: 'somebody', answered }
    : { kind: 'refused', answered };
}

/** Reply code and enhanced status (RFC 3463): the sentence behind them quotes addresses. */
function codesOf({ code, text }: Reply): string {
  const enhanced = /^(?:\d{3}[ -])?(\d\.\d{1,3}\.\d{1,3})(?!\d)/.exec(text)?.[1];
  return enhanced === undefined ? `${code}` : `${code} ${enhanced}`;
}

/** What OpenSSL says of a certificate, and what Node calls it: https://nodejs.org/api/tls.html#x509-certificate-error-codes */
const certificates: readonly (readonly [sentence: RegExp, code: string])[] = [
  [/altnames/i, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  [/certificate has expired/i, 'CERT_HAS_EXPIRED'],
  [/self.signed certificate in certificate chain/i, 'SELF_SIGNED_CERT_IN_CHAIN'],
  [/self.signed certificate/i, 'DEPTH_ZERO_SELF_SIGNED_CERT'],
  [/certificate/i, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
  [/SSL routines|ssl3|TLS/i, 'EPROTO'],
];

/** nodemailer writes a code of its own over Node's, which is left in the sentence, or in the errors of each address tried. */
function withItsCode(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const [one] = error instanceof AggregateError ? [...(error.errors as unknown[])] : [];
  if (one instanceof Error) return one;
  const code =
    certificates.find(([sentence]) => sentence.test(error.message))?.[1] ??
    /\b(?:connect|read|write|getaddrinfo) (E[A-Z_]{3,})\b/.exec(error.message)?.[1];
  return code === undefined ? error : Object.assign(new Error(error.message), { code });
}

async function until(connection: SMTPConnection, begin: (done: (error?: Error | null) => void) => void): Promise<void> {
  const ended = Promise.withResolvers<void>();
  const done = (error?: Error | null): void => (error ? ended.reject(error) : ended.resolve());
  // nodemailer ends a connection before it says why, in the same turn.
  const over = (): void => void setImmediate(() => ended.reject(new Error('The connection ended.')));
  connection.once('error', done);
  connection.once('end', over);
  try {
    begin(done);
    await ended.promise;
  } finally {
    connection.off('error', done);
    connection.off('end', over);
  }
}
