/** How a connection, a command or a message failed, told from what nodemailer throws. */

/** What was under way. `message` is the message itself, up to the reply to its final dot; `DATA` the command before it. */
export type SmtpStep = 'connect' | 'AUTH' | 'MAIL' | 'RCPT' | 'DATA' | 'message';

export interface SmtpFailure {
  readonly step: SmtpStep;
  /** The whole reply, where there was one. It may quote addresses. */
  readonly reply?: string | undefined;
  /** Why there was none: `ECONNRESET`, `ETIMEDOUT`, `CERT_HAS_EXPIRED`. */
  readonly network?: string | undefined;
  /** The final dot may have left. */
  readonly isWhole: boolean;
  /** Which recipient was refused, counted from 0. */
  readonly recipient?: number | undefined;
  readonly cause?: unknown;
}

/** @param recipients the replies to RCPT, in their order. */
export function smtpFailure(cause: unknown, recipients: readonly string[], isWhole: boolean): SmtpFailure {
  const step = stepOf(cause);
  // Where MAIL is refused, so are the recipients that went out together with it.
  const recipient = step === 'MAIL' || isWhole ? -1 : refusedIn(recipients);
  if (recipient >= 0) return { step: 'RCPT', reply: recipients[recipient], recipient, isWhole, cause };
  const reply = textOf(cause, 'response');
  const network = reply === undefined ? (wordOf(cause, 'originalCode') ?? wordOf(cause, 'code')) : undefined;
  return { step, reply, network, isWhole, cause };
}

/** Refused for good decides over what could be tried again. */
function refusedIn(recipients: readonly string[]): number {
  const forGood = recipients.findIndex((reply) => reply.startsWith('5'));
  return forGood >= 0 ? forGood : recipients.findIndex((reply) => !reply.startsWith('2'));
}

function stepOf(cause: unknown): SmtpStep {
  const command = textOf(cause, 'command') ?? '';
  if (command.startsWith('AUTH')) return 'AUTH';
  if (command === 'MAIL FROM') return 'MAIL';
  if (command === 'RCPT TO') return 'RCPT';
  if (command === 'DATA') return textOf(cause, 'code') === 'EMESSAGE' ? 'message' : 'DATA';
  return 'connect';
}

function textOf(error: unknown, property: string): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const value: unknown = Reflect.get(error, property);
  return typeof value === 'string' ? value : undefined;
}

/** A plain word: anything else is somebody else's text and stays out of rows and logs. */
function wordOf(error: unknown, property: string): string | undefined {
  const text = textOf(error, property);
  return text !== undefined && /^[A-Z][A-Z0-9_]{1,60}$/.test(text) ? text : undefined;
}
