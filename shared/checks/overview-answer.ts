/** How this installation does, in figures: what `GET /api/overview` answers, and what the console draws. */

import { z } from 'zod';
import { errorCodes } from '../errors.ts';
import { outcomeStates, transportNames } from '../mail/outcome.ts';
import { tenantStates } from '../tenants/tenant.ts';

const time = z.iso.datetime().meta({ description: 'RFC 3339, in UTC.' });
const count = z.int().min(0);
const owner = z.enum(['operator', 'tenant admin']).meta({ description: 'Who must act.' });
const explained = { code: z.enum(errorCodes), meaning: z.string(), remedy: z.string(), owner };
const slices = z.array(z.strictObject({ from: time, count }));

const heldMailbox = z.strictObject({
  tenant: z.string(),
  mailbox: z.string(),
  because: z.enum(['operator', 'service', 'quota', 'pace']).meta({
    description: 'operator: held by hand. service: Microsoft asked for a pause. quota, pace: a limit of Microsoft.',
  }),
  ...explained,
  reason: z.string().optional().meta({ description: 'The words of whoever holds it.' }),
  since: time.optional(),
  until: time
    .optional()
    .meta({ description: 'When it goes on, or the last of its jobs has its turn. Without it, when it is released.' }),
  waiting: count.meta({ description: 'Mail jobs that have been told when it is their turn.' }),
});

const failureGroup = z.strictObject({
  ...explained,
  count: count.meta({ description: 'In poison.' }),
  lastDay: count.meta({ description: 'Of these, in the last 24 hours.' }),
  tenants: count.meta({ description: 'Of how many tenants.' }),
  newest: time,
});

const failedJob = z.strictObject({
  tenant: z.string(),
  id: z.string(),
  transport: z.enum(transportNames),
  at: time,
  state: z.enum(outcomeStates),
  message: z.string(),
});

const proof = z.strictObject({
  id: z.string(),
  kind: z.enum(['managed-identity', 'certificate', 'secret']),
  state: z.string(),
  expiresAt: time.nullable(),
  daysLeft: z.int().nullable(),
  expiring: z.boolean().meta({ description: 'In 60 days, or sooner.' }),
});

/** A part that could not be read. Its figures are nought, or left out. */
const problem = z.strictObject({ part: z.enum(['tenants', 'queues', 'mail', 'credentials']), ...explained });

const ends = z.strictObject({ refused: count, failed: count, unknown: count });

export const overviewAnswer = z
  .strictObject({
    at: time,
    complete: z
      .boolean()
      .meta({ description: 'False when there was more than is read for one answer: the figures are then too low.' }),
    tenantsWithMail: count.meta({ description: 'Whose mail is in the figures.' }),
    tenants: z.record(z.enum(tenantStates), count),
    queues: z.array(
      z.strictObject({
        name: z.string(),
        messages: count
          .nullable()
          .meta({ description: 'About how many, as storage says. Null where there is no such queue.' }),
      }),
    ),
    sent: z.strictObject({
      perMinute: z.number().min(0).meta({ description: 'Over the last five to ten minutes.' }),
      lastHour: count,
      lastDay: count,
      fiveMinutes: slices.meta({ description: 'The last hour, oldest first.' }),
      hours: slices.meta({ description: 'The last day, oldest first.' }),
    }),
    notSent: z
      .strictObject({ lastDay: ends, all: ends })
      .meta({ description: 'What lies in poison: not tried, refused by Microsoft, and what may have left.' }),
    poison: count,
    held: z
      .array(heldMailbox)
      .meta({ description: 'At most 100 mailboxes: those that are held, then those with most to send.' }),
    heldInAll: count,
    credentials: z.array(proof),
    failures: z.array(failureGroup).meta({ description: 'By cause, the newest first.' }),
    problems: z.array(problem),
  })
  .meta({ description: 'How this installation does.' });

export type OverviewAnswer = z.infer<typeof overviewAnswer>;
export type HeldMailbox = z.infer<typeof heldMailbox>;
export type FailureGroup = z.infer<typeof failureGroup>;
export type FailedJob = z.infer<typeof failedJob>;
