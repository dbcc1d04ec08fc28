/** Sections of a message: what stands in the brackets of `BODY[...]` (RFC 3501 section 6.4.5). */

import { ArgumentError } from '../tokens.ts';
import type { MimePart } from '../../message/mime-part.ts';

/** Nothing where the message has no such part: a client is told NIL. @throws ArgumentError for what is no section. */
export function section(raw: Buffer, root: MimePart, text: string): Buffer | undefined {
  const [found, path = '', rest = ''] = /^(\d+(?:\.\d+)*)?\.?(.*)$/s.exec(text) ?? [];
  if (found === undefined || (path !== '' && rest !== '' && !text.startsWith(`${path}.`))) throw notASection();
  const numbers = path === '' ? [] : path.split('.').map(Number);
  const part = numbers.reduce<MimePart | undefined>(childOf, root);
  const bytes = ({ from, to }: { from: number; to: number }): Buffer => raw.subarray(from, to);
  const kind = rest.toUpperCase();
  if (kind === '') {
    if (path === '') return raw;
    return part && bytes(part.bodyRange);
  }
  if (kind === 'MIME') {
    if (path === '') throw notASection();
    return part && bytes(part.headerRange);
  }
  // HEADER and TEXT are those of a message: of the whole one, or of one that is a part.
  const message = path === '' ? root : part?.message;
  if (kind === 'TEXT') return message && bytes(message.bodyRange);
  if (kind === 'HEADER') return message && bytes(message.headerRange);
  const [fields, not, names] = /^HEADER\.FIELDS(\.NOT)? \(([^()]*)\)$/.exec(kind) ?? [];
  if (fields === undefined || names === undefined) throw notASection();
  const wanted = new Set(names.replaceAll('"', '').split(' '));
  return (
    message &&
    chosenFields(bytes(message.headerRange), (name) => wanted.has(name.toUpperCase()) !== (not !== undefined))
  );
}

const notASection = () => new ArgumentError('no section of a message', 11);

/** Numbers count the parts of a multipart; what is none has itself as its first (RFC 3501 section 6.4.5). */
function childOf(part: MimePart | undefined, number: number, index: number): MimePart | undefined {
  if (part === undefined) return undefined;
  const parent = index === 0 ? part : part.message;
  const { parts, type } = parent ?? part;
  if (parts.length > 0) return parts[number - 1];
  return number === 1 && type !== 'multipart' ? parent : undefined;
}

/** The fields as they are, and the empty line that ends a header. */
function chosenFields(header: Buffer, isWanted: (name: string) => boolean): Buffer {
  const fields = header.toString('latin1').split(/(?<=\n)(?![ \t])/);
  const chosen = fields.filter((field) => field.includes(':') && isWanted(field.slice(0, field.indexOf(':')).trim()));
  return Buffer.from(`${chosen.join('')}\r\n`, 'latin1');
}
