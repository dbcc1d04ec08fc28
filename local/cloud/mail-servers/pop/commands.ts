/** The commands of POP3 once somebody has signed in (RFC 1939, RFC 2449). */

import { parseMime } from '../message/mime-part.ts';
import { rawMessage } from '../message/raw-message.ts';
import type { Drop, Maildrop } from './maildrop.ts';
import { accepted, type PopResult, type PopSession, protocolError, refused } from './session.ts';

type PopCommand = (session: PopSession, maildrop: Maildrop, args: readonly string[]) => PopResult | Promise<PopResult>;

const noSuchMessage = refused('The specified message is out of range.', 'no such message');
const deletedMessage = refused(
  'The requested message is no longer available; it may have been deleted.',
  'message marked as deleted',
);

/** As https://github.com/kisli/vmime/issues/267 shows it. PLAIN and USER are offered and refused, as there. */
export const capabilities = accepted('', 'TOP\r\nUIDL\r\nSASL PLAIN XOAUTH2\r\nUSER\r\n');

/** A command about one message; those about none need no number and get it wrong if they have one. */
const about =
  (run: (session: PopSession, maildrop: Maildrop, drop: Drop) => PopResult | Promise<PopResult>): PopCommand =>
  (session, maildrop, [number, ...more]) => {
    if (more.length > 0 || !isNumber(number)) return protocolError;
    const drop = maildrop.find(Number(number));
    if (drop === undefined) return noSuchMessage;
    return drop === 'deleted' ? deletedMessage : run(session, maildrop, drop);
  };

const withoutArguments =
  (run: (session: PopSession, maildrop: Maildrop) => PopResult): PopCommand =>
  (session, maildrop, args) =>
    args.length > 0 ? protocolError : run(session, maildrop);

/** LIST and UIDL tell one message or all of them. */
const listing =
  (tell: (drop: Drop) => string, summary: (drops: Drop[]) => string): PopCommand =>
  (session, maildrop, args) => {
    if (args.length > 0)
      return about((_, __, drop) => accepted(`${drop.number} ${tell(drop)}`))(session, maildrop, args);
    const drops = maildrop.present();
    return accepted(summary(drops), drops.map((drop) => `${drop.number} ${tell(drop)}\r\n`).join(''));
  };

const bytesOf = (drops: readonly Drop[]): number => drops.reduce((sum, { bytes }) => sum + bytes, 0);
const sizes = (drops: readonly Drop[]): string => `${drops.length} ${bytesOf(drops)}`;

export const commands: ReadonlyMap<string, PopCommand> = new Map<string, PopCommand>([
  ['STAT', withoutArguments((_, maildrop) => accepted(sizes(maildrop.present())))],
  ['LIST', listing(({ bytes }) => `${bytes}`, sizes)],
  [
    'UIDL',
    listing(
      ({ id }) => id,
      () => '',
    ),
  ],
  ['RETR', about(async ({ cloud }, _, { message }) => accepted('', await rawMessage(cloud, message)))],
  ['TOP', top],
  [
    'DELE',
    about((_, maildrop, drop) => {
      maildrop.delete(drop);
      return accepted();
    }),
  ],
  [
    'RSET',
    withoutArguments((_, maildrop) => {
      maildrop.reset();
      return accepted();
    }),
  ],
  ['NOOP', withoutArguments(() => accepted())],
]);

/** The header and so many lines of the body. */
function top(session: PopSession, maildrop: Maildrop, [number, lines, ...more]: readonly string[]) {
  if (more.length > 0 || !isNumber(lines)) return protocolError;
  return about(async ({ cloud }, _, { message }) => {
    const raw = await rawMessage(cloud, message);
    const { to } = parseMime(raw).headerRange;
    const body = raw
      .subarray(to)
      .toString('latin1')
      .split(/(?<=\n)/);
    return accepted(
      '',
      Buffer.concat([raw.subarray(0, to), Buffer.from(body.slice(0, Number(lines)).join(''), 'latin1')]),
    );
  })(session, maildrop, number === undefined ? [] : [number]);
}

const isNumber = (text: string | undefined): text is string => text !== undefined && /^\d{1,9}$/.test(text);

/** RFC 1939 section 3: dots at the beginning of lines are doubled, and a line of one dot is the end. */
export function multiline(lines: Buffer | string): Buffer {
  const text = Buffer.from(lines as string)
    .toString('latin1')
    .replace(/(?<![^\n])\./g, '..');
  return Buffer.from(`${text}${text === '' || text.endsWith('\n') ? '' : '\r\n'}.\r\n`, 'latin1');
}
