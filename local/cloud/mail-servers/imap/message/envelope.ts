/** ENVELOPE and BODYSTRUCTURE: what a message is, told without its text (RFC 3501 section 7.4.2). */

import { type Address, addressParser } from 'postal-mime';
import { list, nstring } from '../responses.ts';
import { headerOf, type MimePart, parseParameters } from '../../message/mime-part.ts';

type Data = (string | Buffer)[];

export function envelope(message: MimePart): Data {
  const header = (name: string): Data => text(headerOf(message, name));
  const from = headerOf(message, 'from');
  return list([
    header('date'),
    header('subject'),
    addresses(from),
    addresses(headerOf(message, 'sender') ?? from),
    addresses(headerOf(message, 'reply-to') ?? from),
    addresses(headerOf(message, 'to')),
    addresses(headerOf(message, 'cc')),
    addresses(headerOf(message, 'bcc')),
    header('in-reply-to'),
    header('message-id'),
  ]);
}

/** Header fields are kept with one character for each byte. */
const text = (value: string | undefined): Data =>
  nstring(value === undefined ? undefined : Buffer.from(value, 'latin1'));

/** One behind the other without a space (RFC 3501 section 9, env-from). */
function addresses(field: string | undefined): Data {
  if (field === undefined) return ['NIL'];
  const parsed = addressParser(Buffer.from(field, 'latin1').toString());
  const told = parsed.flatMap((one) => (one.group === undefined ? address(one) : group(one)));
  return told.length === 0 ? ['NIL'] : ['(', ...told, ')'];
}

function address({ name, address: whole = '' }: Address): Data {
  const at = whole.lastIndexOf('@');
  const [local, host] = at < 0 ? [whole, undefined] : [whole.slice(0, at), whole.slice(at + 1)];
  return list([name === '' ? ['NIL'] : nstring(encodedWord(name)), ['NIL'], nstring(local), nstring(host)]);
}

/** RFC 3501: a group begins with its name and without a host, and ends without both. */
function group({ name, group: members }: Extract<Address, { group: unknown }>): Data {
  const end = list([['NIL'], ['NIL'], ['NIL'], ['NIL']]);
  return [...list([['NIL'], ['NIL'], nstring(name), ['NIL']]), ...members.flatMap(address), ...end];
}

/** Names come out of the parser decoded, and an envelope carries them as a header would (RFC 2047). */
function encodedWord(name: string): string {
  return /^[\x20-\x7e]*$/.test(name) ? name : `=?utf-8?B?${Buffer.from(name).toString('base64')}?=`;
}

/** @param isExtended BODYSTRUCTURE has fields at its end that BODY has not. */
export function bodyStructure(raw: Buffer, part: MimePart, isExtended: boolean): Data {
  if (part.parts.length > 0) {
    const extension = isExtended ? [parameters(part.parameters), disposition(part), ['NIL']] : [];
    const parts = part.parts.flatMap((one) => bodyStructure(raw, one, isExtended));
    return list([parts, nstring(part.subtype), ...extension]);
  }
  const { from, to } = part.bodyRange;
  const extension = isExtended ? [['NIL'], disposition(part), ['NIL']] : [];
  return list([
    nstring(part.type),
    nstring(part.subtype),
    parameters(part.parameters),
    text(headerOf(part, 'content-id')),
    text(headerOf(part, 'content-description')),
    nstring((headerOf(part, 'content-transfer-encoding') ?? '7bit').toLowerCase()),
    [`${to - from}`],
    ...(part.message ? [envelope(part.message), bodyStructure(raw, part.message, isExtended)] : []),
    ...(part.type === 'text' || part.message ? [[`${lines(raw, part)}`]] : []),
    ...extension,
  ]);
}

function parameters(of: ReadonlyMap<string, string>): Data {
  return list(
    [...of].flatMap(([name, value]) => [nstring(name), text(value)]),
    'NIL',
  );
}

function disposition(part: MimePart): Data {
  const field = headerOf(part, 'content-disposition');
  if (field === undefined) return ['NIL'];
  const { value, parameters: given } = parseParameters(field);
  return list([nstring(value), parameters(given)]);
}

function lines(raw: Buffer, { bodyRange: { from, to } }: MimePart): number {
  let count = 0;
  for (let at = raw.indexOf(0x0a, from); at >= 0 && at < to; at = raw.indexOf(0x0a, at + 1)) count += 1;
  return count;
}
