/** A MIME message that a producer has made: signed perhaps, so that nothing of it may change but what must. */

import { TenantpostError } from '../../errors.ts';
import type { MailRecipient } from '../../mail/job/mail-job.ts';
import { octetsWithCrlf } from './mime-text.ts';

/**
 * The message with line ends as SMTP wants them, which is how signatures are made and checked: RFC 8551 section 3.1.1, RFC
 * 6376 section 5.3.
 *
 * @param blind who is to stand in its Bcc; one that the message has itself goes, so that no reader learns of it.
 * @throws TenantpostError `TRANSPORT_CANNOT`
 */
export function readyMessage(octets: Buffer, blind: readonly MailRecipient[]): Buffer {
  const message = octetsWithCrlf(octets);
  requireHeader(message);
  const bcc = blind.length === 0 ? '' : `Bcc: ${blind.map(({ address }) => `<${address}>`).join(',\r\n ')}\r\n`;
  return Buffer.concat([Buffer.from(bcc), withoutFields(message, '(?:resent-)?bcc')]);
}

/**
 * With the lines that continue them.
 *
 * @param names a pattern.
 */
export function withoutFields(message: Buffer, names: string): Buffer {
  const end = endOfHeader(message);
  const fields = new RegExp(`^${names}[ \\t]*:[^\\n]*(?:\\n[ \\t][^\\n]*)*(?:\\n|$)`, 'gim');
  const header = message.toString('latin1', 0, end).replaceAll(fields, '');
  return Buffer.concat([Buffer.from(header, 'latin1'), message.subarray(end)]);
}

/**
 * A line that is no field ends the header to some readers and not to others (RFC 5322 section 2.1): a Bcc behind it would be
 * seen, and Graph would find other recipients than this app.
 */
function requireHeader(message: Buffer): void {
  const [first = '', ...more] = message.toString('latin1', 0, endOfHeader(message)).replace(/\r\n$/, '').split('\r\n');
  const field = /^[!-9;-~]+[ \t]*:/;
  if (field.test(first) && more.every((one) => field.test(one) || /^[ \t]/.test(one))) return;
  throw new TenantpostError('TRANSPORT_CANNOT', 'A ready message does not begin with the header of one.', {
    detail: { field: '/mime', expected: 'a message whose header has fields and nothing else: RFC 5322' },
  });
}

/** Where the empty line before the body begins, or the end of a message without one. */
export function endOfHeader(message: Buffer): number {
  const end = message.indexOf('\r\n\r\n');
  return end < 0 ? message.length : end + 2;
}
