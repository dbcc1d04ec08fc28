/**
 * A mail address: RFC 5321 section 4.1.2 with quoted local parts, letters of any script by RFC 6531, and internationalised
 * domains by UTS 46. The domain becomes A-labels, in which every server and Graph take it; no address literals (RFC 5321
 * section 4.1.3), since Exchange Online delivers to no bare IP address.
 */

import { domainToASCII } from 'node:url';
import { z } from 'zod';
import { upTo } from './bounded-text.ts';

// Patterns that the published JSON Schema repeats: ranges are spelt out, as Python and .NET know no \p{...} or read it in
// another way, and classes are negative, so that a letter beyond U+FFFF is inside with and without Unicode mode.

/** Spaces, and what cannot be seen: most of it would only make one address look like another. */
const unseen = '\\u1680\\u2000-\\u200b\\u200e\\u200f\\u2028-\\u202f\\u205f-\\u2069\\u3000\\ufeff';
/** `atext` of RFC 5322 section 3.2.3, and beyond ASCII all that can be seen. */
const atom = `[^\\u0000- "(),.:;<>@\\[\\\\\\]\\u007f-\\u00a0${unseen}]+`;
const dotString = `${atom}(?:\\.${atom})*`;
const quotedString = '"(?:[^\\u0000-\\u001f"\\\\\\u007f-\\u009f\\u2028\\u2029]|\\\\[ -~])*"';

/** The dots that UTS 46 takes for one: an input method for Chinese or Japanese writes them. */
const dots = '.\\u3002\\uff0e\\uff61';
const beyondAscii = `\\u007b-\\u00a0${unseen}\\u3002\\uff0e\\uff61`;
const letter = `[^\\u0000-/:-@\\[-\\u0060${beyondAscii}]`;
const letterOrHyphen = `[^\\u0000-,./:-@\\[-\\u0060${beyondAscii}]`;
const label = `${letter}(?:${letterOrHyphen}*${letter})?`;
/** At least two labels, as RFC 5321 section 2.3.5 wants a fully qualified name, of which the last is no number. */
const domain = `(?:${label}[${dots}])+(?![0-9]+$)${label}`;

const form = new RegExp(`^(?:${dotString}|${quotedString})@${domain}$`, 'u');
const unquoted = new RegExp(`^${dotString}$`, 'u');

/** RFC 5321 section 4.5.3.1: 64 octets before the @, and 256 for all of it with its angle brackets. */
const mostOctets = 254;
const mostLocalOctets = 64;

const tooLong = 'an address of at most 254 octets, with at most 64 before the @';
const likeAnna = 'a mail address like anna@contoso.example';

export const address = upTo(mostOctets, tooLong)
  .regex(form, likeAnna)
  .transform((written, context) => {
    const problem = (message: string): never => {
      context.issues.push({ code: 'custom', message, input: undefined });
      return z.NEVER;
    };
    const at = written.lastIndexOf('@');
    const local = leastQuoted(written.slice(0, at));
    const host = aLabels(written.slice(at + 1));
    if (host === undefined || !local.isWellFormed()) return problem(likeAnna);
    const whole = `${local}@${host}`;
    if (Buffer.byteLength(local) > mostLocalOctets || Buffer.byteLength(whole) > mostOctets) return problem(tooLong);
    return whole;
  })
  .meta({
    id: 'address',
    description:
      'A mail address: RFC 5321 and 6531, without address literals. At most 254 octets of UTF-8, 64 of them before the @, and a domain that UTS 46 can write in ASCII; a pattern cannot say these two.',
  });

/** The same for two ways of writing one address. By RFC 5321 only a mailbox's own server may tell letters' cases apart. */
export function addressKey(one: string): string {
  return one.normalize('NFC').toLowerCase();
}

/** RFC 5321 section 4.1.2: an address is to be sent with as little quoting as it can do with. */
function leastQuoted(local: string): string {
  if (!local.startsWith('"')) return local;
  const meant = local.slice(1, -1).replaceAll(/\\(.)/gs, '$1');
  return unquoted.test(meant) ? meant : `"${meant.replaceAll(/["\\]/g, '\\$&')}"`;
}

const hostName = /^(?=.{1,253}$)(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/** Nothing for a name that has none, and for what a URL would take for an IP address, as it does `0x7f.1`. */
function aLabels(name: string): string | undefined {
  const ascii = domainToASCII(name);
  return hostName.test(ascii) && /[a-z][^.]*$/.test(ascii) ? ascii : undefined;
}
