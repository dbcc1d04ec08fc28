/**
 * A MIME message as its recipient's program reads it, by RFC 2045, 2047 and 2231 and not by the library that wrote it. Exact
 * to the octet: it adds no line ends, and takes none away.
 */

import { addressParser, type Address, decodeWords } from 'postal-mime';
import {
  headerOf,
  type MimePart,
  parseMime,
  parseParameters,
} from '../../../local/cloud/mail-servers/message/mime-part.ts';

interface Leaf {
  readonly type: string;
  readonly parameters: ReadonlyMap<string, string>;
  readonly disposition: string | undefined;
  readonly name: string;
  readonly contentId: string | undefined;
  readonly octets: Buffer;
}

export interface ReadMessage {
  /** Of all fields of the name, undecoded and unfolded. */
  fields(name: string): readonly string[];
  addresses(name: string): readonly Address[];
  /** In their order. */
  readonly leaves: readonly Leaf[];
  readonly names: readonly string[];
}

export function readMessage(raw: Buffer): ReadMessage {
  const root = parseMime(raw);
  const fields = (name: string): string[] =>
    root.headers.filter(([one]) => one.toLowerCase() === name).map(([, value]) => utf8(value));
  return {
    fields,
    addresses: (name) =>
      fields(name)
        .flatMap((value) => addressParser(value))
        .flatMap((one) => one.group ?? [one]),
    leaves: leavesOf(raw, root),
    names: root.headers.map(([name]) => name.toLowerCase()),
  };
}

export const decoded = (value: string): string => decodeWords(value);

/** Fields are octets; beyond ASCII they are UTF-8: RFC 6532. */
const utf8 = (octets: string): string => Buffer.from(octets, 'latin1').toString();

function leavesOf(raw: Buffer, part: MimePart): Leaf[] {
  if (part.type === 'multipart') return part.parts.flatMap((one) => leavesOf(raw, one));
  const disposition = parseParameters(headerOf(part, 'content-disposition') ?? '');
  return [
    {
      type: `${part.type}/${part.subtype}`,
      parameters: part.parameters,
      disposition: disposition.value || undefined,
      name: extended(disposition.parameters, 'filename') ?? '',
      contentId: headerOf(part, 'content-id')?.replace(/^<(.*)>$/, '$1'),
      octets: decodedBody(raw, part),
    },
  ];
}

function decodedBody(raw: Buffer, part: MimePart): Buffer {
  const body = raw.subarray(part.bodyRange.from, part.bodyRange.to);
  switch (headerOf(part, 'content-transfer-encoding')?.toLowerCase()) {
    case 'base64':
      return Buffer.from(body.toString('latin1'), 'base64');
    case 'quoted-printable':
      return quotedPrintable(body.toString('latin1'));
    default:
      return body;
  }
}

/** RFC 2045 section 6.7; what stands at the end of a line unencoded may have been put there on the way, and goes. */
function quotedPrintable(text: string): Buffer {
  const joined = text.replaceAll(/[ \t]+(?=\r?\n|$)/g, '').replaceAll(/=\r?\n/g, '');
  const octets = joined.replaceAll(/=([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)));
  return Buffer.from(octets, 'latin1');
}

/** RFC 2231 sections 3 and 4: `name*0*=utf-8''a%20; name*1=b`. */
function extended(parameters: ReadonlyMap<string, string>, name: string): string | undefined {
  const plain = parameters.get(name);
  if (plain !== undefined) return utf8(plain);
  let octets = '';
  for (let at = 0; ; at += 1) {
    const literal = parameters.get(`${name}*${at}`);
    const encoded = parameters.get(`${name}*${at}*`) ?? (at === 0 ? parameters.get(`${name}*`) : undefined);
    if (literal === undefined && encoded === undefined) return at === 0 ? undefined : utf8(octets);
    const value = encoded === undefined ? literal : encoded.replace(at === 0 ? /^utf-8''/i : /^$/, '');
    const isEncoded = encoded !== undefined;
    octets += isEncoded
      ? (value ?? '').replaceAll(/%([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16)))
      : (value ?? '');
  }
}
