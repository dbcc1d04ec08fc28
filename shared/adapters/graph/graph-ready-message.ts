/** What Graph makes of a MIME message that a producer has made: it has no envelope but the message's own fields. */

import addressparser from 'nodemailer/lib/addressparser';
import { TenantpostError } from '../../errors.ts';
import { address, addressKey } from '../../mail/job/address.ts';
import type { MailJob } from '../../mail/job/mail-job.ts';
import { type GraphMark, markField } from './graph-mark.ts';
import { endOfHeader, withoutFields } from '../mime/ready-message.ts';

/**
 * The message as it goes to Graph: with what it can be found by again. That is a Message-ID, which every server that it is
 * submitted to adds where there is none (RFC 6409 section 8.3), or a field beside the one that it has.
 *
 * @throws TenantpostError `TRANSPORT_CANNOT` when it would go to others than the job names.
 */
export function readyForGraph(message: Buffer, job: Pick<MailJob, 'to' | 'cc'>, mark: GraphMark): Buffer {
  const fields = headerFields(message);
  const named = new Set([...addressesIn(fields, 'to'), ...addressesIn(fields, 'cc')]);
  const wanted = new Set([...job.to, ...job.cc].map((one) => addressKey(one.address)));
  if (named.size !== wanted.size || [...wanted].some((one) => !named.has(one))) {
    throw new TenantpostError('TRANSPORT_CANNOT', 'Graph would send a ready message to others than the job names.', {
      detail: {
        field: '/to',
        expected: 'in to and cc those whom To and Cc of the message name, since Graph asks these',
      },
    });
  }
  // A message that has been sent before has the field of that time.
  const once = withoutFields(message, markField);
  if (messageIdIn(once) !== undefined) return Buffer.concat([Buffer.from(`${markField}: ${mark.header}\r\n`), once]);
  return Buffer.concat([Buffer.from(`Message-ID: ${mark.messageId}\r\n`), withoutFields(once, 'message-id')]);
}

/** With its angle brackets, as the message has it. */
export function messageIdIn(message: Buffer): string | undefined {
  const [value] = valuesOf(headerFields(message), 'message-id');
  return value === undefined ? undefined : /<[^<>\s]+>/.exec(value)?.[0];
}

type Fields = readonly (readonly [name: string, value: string])[];

/** Unfolded: RFC 5322 section 2.2.3. */
function headerFields(message: Buffer): Fields {
  return message
    .toString('utf8', 0, endOfHeader(message))
    .split(/\r\n(?![ \t])/)
    .flatMap((field) => {
      const [, name, value] = /^([!-9;-~]+)[ \t]*:(.*)$/s.exec(field) ?? [];
      return name === undefined || value === undefined
        ? []
        : [[name.toLowerCase(), value.replaceAll('\r\n', '').trim()] as const];
    });
}

function valuesOf(fields: Fields, wanted: string): string[] {
  return fields.filter(([name]) => name === wanted).map(([, value]) => value);
}

function addressesIn(fields: Fields, name: string): string[] {
  return valuesOf(fields, name)
    .flatMap((value) => addressparser(value, { flatten: true }))
    .map((one) => addressKey(address.safeParse(one.address).data ?? one.address));
}
