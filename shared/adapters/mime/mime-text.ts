/** Text as a MIME message can hold it: lines and header values. */

import { encodeWord } from 'nodemailer/lib/mime-funcs';

/** RFC 5321 section 2.3.8: a line ends with CR LF, and neither of the two stands for anything else. */
export function withCrlf(text: string): string {
  return text.replaceAll(/\r\n|\r|\n/g, '\r\n');
}

/** Where CR and LF are in order already, the same octets. */
export function octetsWithCrlf(octets: Buffer): Buffer {
  // By hand: as text a message of 100 MB took more than a gigabyte.
  let missing = 0;
  for (let at = 0; at < octets.length; at += 1) if (isBare(octets, at)) missing += 1;
  if (missing === 0) return octets;
  const whole = Buffer.allocUnsafe(octets.length + missing);
  let to = 0;
  for (let at = 0; at < octets.length; at += 1) {
    const isBareEnd = isBare(octets, at);
    if (isBareEnd && octets[at] === lineFeed) whole[to++] = carriageReturn;
    whole[to++] = octets[at] ?? 0;
    if (isBareEnd && octets[at] === carriageReturn) whole[to++] = lineFeed;
  }
  return whole;
}

const [carriageReturn, lineFeed] = [13, 10];

/** CR without LF, or LF without CR. */
function isBare(octets: Buffer, at: number): boolean {
  const octet = octets[at];
  if (octet === lineFeed) return octets[at - 1] !== carriageReturn;
  return octet === carriageReturn && octets[at + 1] !== lineFeed;
}

/** Longer than RFC 5322 section 2.1.1 and RFC 5321 section 4.5.3.1.6 let a line be: 998 octets without its end. */
export function hasLongLine(octets: Buffer): boolean {
  for (let at = 0; at < octets.length;) {
    const end = octets.indexOf('\r\n', at);
    if ((end < 0 ? octets.length : end) - at > 998) return true;
    if (end < 0) return false;
    at = end + 2;
  }
  return false;
}

/** As long a word as may stand in a line of 998 octets (RFC 5322 section 2.1.1) beside the name of its header. */
const longestWord = 900;

/** What is no longer the same once it has been folded, unfolded and read for encoded words: RFC 2047 section 6.2. */
const changes = new RegExp(`^\\s|\\s$|\\s\\s|[^\\S ]|=\\?|\\S{${longestWord}}`);

/**
 * The value of an unstructured header field, so that its reader gets every character back. Whoever writes what looks like an
 * encoded word means it as it stands; nodemailer would let it through as one.
 *
 * @returns text for nodemailer, which encodes what is beyond ASCII and folds.
 */
export function unstructured(value: string): string {
  return changes.test(value) ? encodeWord(value, 'B', 52) : value;
}
