/** The replies of Exchange Online to SMTP commands, in place of the sentences that smtp-server has for them. */

import { serverName } from '../server-name.ts';

/** Enhanced code and sentence; the reply code stands before it. */
export interface Reply {
  code: number;
  text: string;
}

/**
 * As in the sessions that https://github.com/simonrob/email-oauth2-proxy/issues/68 and
 * https://github.com/PHPMailer/PHPMailer/issues/1254 show, as far as those go; the errors of wrong order and syntax are
 * those of Exchange Server, where no session shows them.
 */
const replies: readonly (readonly [code: number, sentence: RegExp, text: string])[] = [
  [214, /./, '2.0.0 See https://learn.microsoft.com/exchange/mail-flow'],
  [220, /^Ready to start TLS/, '2.0.0 SMTP server ready'],
  [221, /./, '2.0.0 Service closing transmission channel'],
  [250, /^Flushed/, '2.0.0 Resetting'],
  [250, /^OK$/, '2.0.0 OK'],
  [252, /./, '2.1.5 Cannot VRFY user'],
  [354, /./, 'Start mail input; end with <CRLF>.<CRLF>'],
  [421, /Timeout/, '4.4.1 Connection timed out'],
  [421, /shutting down/, '4.3.2 Service not available, closing transmission channel'],
  [421, /./, '4.7.0 Too many errors on this connection, closing transmission channel'],
  [451, /./, '4.7.0 Temporary server error. Please try again later'],
  [500, /./, '5.3.3 Unrecognized command'],
  [501, /hostname/i, '5.5.4 Invalid domain name'],
  [501, /sender address/, '5.1.7 Invalid address'],
  [501, /recipient address/, '5.1.3 Invalid address'],
  [501, /./, '5.5.4 Invalid arguments'],
  [503, /HELO|EHLO/, '5.5.2 Send hello first'],
  [503, /nested MAIL/, '5.5.2 Sender already specified'],
  [503, /need MAIL/, '5.5.2 Need mail command'],
  [503, /need RCPT/, '5.5.2 Need rcpt command'],
  [503, /TLS already/, '5.5.2 Only one STARTTLS command can be issued per session'],
  [503, /./, '5.5.1 Bad sequence of commands'],
  [504, /./, '5.7.4 Unrecognized authentication type'],
  [552, /./, '5.3.4 Message size exceeds fixed maximum message size'],
];

const byContext: Record<string, string> = { MAIL_FROM_OK: '2.1.0 Sender OK', RCPT_TO_OK: '2.1.5 Recipient OK' };

/** @param context which success it is, where smtp-server has one sentence for several. */
export function exchangeText(code: number, sentence: string, context: string | false | undefined): string {
  // Ours already, with its enhanced code; a challenge of AUTH has none.
  if (/^\d\.\d{1,3}\.\d{1,3} /.test(sentence) || code === 334) return sentence;
  const known = context ? byContext[context] : undefined;
  return known ?? replies.find(([one, pattern]) => one === code && pattern.test(sentence))?.[2] ?? sentence;
}

/**
 * The end of an error: machine, time, session. As in
 * https://github.com/simonrob/email-oauth2-proxy/issues/193; those of the store, which name their host themselves, have
 * none.
 */
export function withTrace(text: string, sessionId: string, now: number): string {
  return /\[(?:Hostname=|localhost )/.test(text)
    ? text
    : `${text} [${serverName} ${new Date(now).toISOString()} ${sessionId}]`;
}

export const hostname = `[Hostname=${serverName}]`;

/** `Tue, 17 Nov 2026 10:09:41 +0000` */
export const dateOfMail = (now: number): string => new Date(now).toUTCString().replace('GMT', '+0000');

/**
 * What the server can do. BINARYMIME and CHUNKING, which Exchange has as well, are missing: smtp-server has no BDAT, and
 * a client that is offered it may use nothing else.
 *
 * @param maxSize of a message: 150 MB, https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#message-limits.
 */
export const extensions = (isSecure: boolean, maxSize: number): string[] => [
  `SIZE ${maxSize}`,
  'PIPELINING',
  'DSN',
  'ENHANCEDSTATUSCODES',
  isSecure ? 'AUTH LOGIN XOAUTH2' : 'STARTTLS',
  '8BITMIME',
  'SMTPUTF8',
];
