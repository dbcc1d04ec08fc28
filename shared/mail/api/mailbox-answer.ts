/** How a mailbox's gate stands, as the HTTP API answers it. */

import { z } from 'zod';
import { errorCodes } from '../../errors.ts';
import type { Mailbox } from '../operating/mailboxes.ts';
import { explained, iso, present } from './answers.ts';

const time = z.iso.datetime().meta({ description: 'RFC 3339, in UTC.' });
const use = (description: string) =>
  z.strictObject({ used: z.number().min(0), limit: z.number().min(0) }).meta({ description });

export const mailboxAnswer = z
  .strictObject({
    tenant: z.string(),
    mailbox: z.string(),
    underWay: z.strictObject({
      graph: use('Mails on their way over Graph this moment.'),
      smtp: use('The same over SMTP.'),
    }),
    messagesInMinute: use('Messages of the last minute.'),
    bytesIn5Minutes: use('Bytes of the last five minutes, encoded.'),
    recipientsInDay: use('Recipients of the last day.'),
    waiting: z.int().min(0).meta({ description: 'Mail jobs that have been told when it is their turn.' }),
    nextTurn: time.meta({ description: 'When a small mail that came now would leave, if nothing held the mailbox.' }),
    hold: z
      .strictObject({
        by: z.enum(['operator', 'service']).meta({ description: 'service: Microsoft asked for a pause.' }),
        since: time,
        until: time.optional().meta({ description: 'Without it, until it is released.' }),
        code: z.enum(errorCodes),
        meaning: z.string(),
        remedy: z.string(),
        owner: z.enum(['operator', 'tenant admin']),
        reason: z.string().optional(),
      })
      .optional(),
  })
  .meta({ description: 'What keeps a mailbox inside Microsoft’s limits, over all instances.' });

export function toMailboxAnswer({ tenantId, address, view }: Mailbox): z.infer<typeof mailboxAnswer> {
  const { hold, underWay, messagesInMinute, bytesIn5Minutes, recipientsInDay, waiting, nextTurn } = view;
  const uses = { underWay, messagesInMinute, bytesIn5Minutes, recipientsInDay };
  return present({
    tenant: tenantId,
    mailbox: address,
    ...uses,
    waiting,
    nextTurn: iso(nextTurn),
    hold:
      hold &&
      present({
        ...{ by: hold.by, since: iso(hold.since), until: hold.until === undefined ? undefined : iso(hold.until) },
        ...{ code: hold.code, ...explained(hold.code), reason: hold.reason },
      }),
  });
}
