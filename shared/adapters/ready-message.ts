/** A MIME message that a producer has made: signed perhaps, so that nothing of it may change but what must. */

import type { MailRecipient } from '../mail/mail-job.ts';
import { octetsWithCrlf } from './mime-text.ts';

/** A header field with the lines that continue it. */
const bccField = /^bcc[ \t]*:[^\n]*\n(?:[ \t][^\n]*\n)*/gim;

/**
 * The message with line ends as SMTP wants them, which is how signatures are made and checked: RFC 8551 section 3.1.1, RFC
 * 6376 section 5.3.
 *
 * @param blind who is to stand in its Bcc; one that the message has itself goes, so that no reader learns of it.
 */
export function readyMessage(octets: Buffer, blind: readonly MailRecipient[]): Buffer {
  const message = octetsWithCrlf(octets);
  const end = endOfHeader(message);
  const header = message.toString('latin1', 0, end).replaceAll(bccField, '');
  const bcc = blind.length === 0 ? '' : `Bcc: ${blind.map(({ address }) => `<${address}>`).join(',\r\n ')}\r\n`;
  return Buffer.concat([Buffer.from(bcc), Buffer.from(header, 'latin1'), message.subarray(end)]);
}

/** Where the empty line before the body begins, or the end of a message without one. */
export function endOfHeader(message: Buffer): number {
  const end = message.indexOf('\r\n\r\n');
  return end < 0 ? message.length : end + 2;
}
