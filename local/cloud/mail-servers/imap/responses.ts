/** What the server says: untagged data, and how a command ended (RFC 3501 section 7). */

/** Text and literals, in the order in which they go out. */
export type Data = string | readonly (string | Buffer)[];

/** How a command ended; the session puts the tag before it. */
export interface Result {
  status: 'OK' | 'NO' | 'BAD';
  text: string;
  /** Before the result, one line each, without their `* `. */
  untagged?: readonly Data[];
  /** After it, as in `* BYE`. */
  last?: string;
  closes?: boolean;
  /** For the journal: why a command was refused. */
  reason?: string;
}

export const completed = (name: string, untagged: readonly Data[] = [], code = ''): Result => ({
  status: 'OK',
  text: `${code && `[${code}] `}${name} completed.`,
  untagged,
});

/** Exchange numbers its errors: 10 for what is no command, 11 and 12 for arguments (see tokens.ts). */
export const badCommand: Result = { status: 'BAD', text: 'Command Error. 10', reason: 'no such command' };
export const badArguments = (reason: string, number: 11 | 12 = 12): Result => ({
  status: 'BAD',
  text: `Command Argument Error. ${number}`,
  reason,
});
export const badState: Result = {
  status: 'BAD',
  text: 'Command received in Invalid state.',
  reason: 'not in this state',
};

function bytesOfData(data: Data): Buffer {
  return Buffer.concat((typeof data === 'string' ? [data] : data).map((part) => Buffer.from(part as string)));
}

/** Beyond it a response goes out as it lies: a command may ask for one large message hundreds of times. */
const MOST_COPIED_BYTES = 64 * 1024;

/** An untagged response as it goes out: in one piece, unless it is large. */
export function untaggedLine(data: Data): readonly (string | Buffer)[] {
  const parts = ['* ', ...(typeof data === 'string' ? [data] : data), '\r\n'];
  const size = parts.reduce((sum, { length }) => sum + length, 0);
  return size > MOST_COPIED_BYTES ? parts : [bytesOfData(parts)];
}

/** An nstring: quoted where it can be, a literal where it cannot. */
export function nstring(value: string | Buffer | undefined): (string | Buffer)[] {
  if (value === undefined) return ['NIL'];
  const text = typeof value === 'string' ? value : value.toString('latin1');
  if (/^[\x20-\x7e]{0,1000}$/.test(text)) return [`"${text.replace(/["\\]/g, '\\$&')}"`];
  return literal(Buffer.from(value as string));
}

export const literal = (bytes: Buffer): (string | Buffer)[] => [`{${bytes.length}}\r\n`, bytes];

/** `(one two)`; an empty list is written as it is told. */
export function list(items: readonly (readonly (string | Buffer)[])[], whenEmpty = '()'): (string | Buffer)[] {
  if (items.length === 0) return [whenEmpty];
  return ['(', ...items.flatMap((item, index) => (index === 0 ? item : [' ', ...item])), ')'];
}

/** `17-Jul-2026 02:44:25 +0000` */
export function dateTime(milliseconds: number): string {
  const [, day = '', month = '', year = '', time = ''] = new Date(milliseconds).toUTCString().split(' ');
  return `${day.padStart(2, ' ')}-${month}-${year} ${time} +0000`;
}
