/** The settings of sending: pace, deliveries, and how long what became of a mail job is kept. */

import { z } from 'zod';
import { queues } from './names.ts';

export interface MailConfig {
  /** What a job has that says nothing of its own, of a tenant that has nothing of its own. */
  readonly delivery: 'standard' | 'exactly-once';
  /** What Exchange lets one mailbox send. */
  readonly messagesPerMinute: number;
  readonly recipientsPerDay: number;
  /** How long after a lost answer the mailbox is asked what became of the mail. */
  readonly settleSeconds: number;
  /** How long the Functions host hides a message from others while it is worked on: who is silent for longer is gone. */
  readonly messageLockSeconds: number;
  /** How long outcomes, poison and content are kept after the job ended. */
  readonly retentionDays: number;
  /** The queue that is told of every end, if any. */
  readonly eventsQueue: string | undefined;
}

const whole = (form: string, least: number, most: number) =>
  z
    .string()
    .regex(/^\d+$/, form)
    .transform(Number)
    .refine((value) => value >= least && value <= most, form);

export const mailSettings = {
  TENANTPOST_DELIVERY: z
    .enum(['standard', 'exactly-once'], { error: 'one of "standard", "exactly-once"' })
    .default('standard'),
  // https://learn.microsoft.com/exchange/troubleshoot/send-emails/smtp-submission-improvements
  TENANTPOST_MAILBOX_MESSAGES_PER_MINUTE: whole('a number of messages from 1 to 1000000', 1, 1_000_000).default(30),
  TENANTPOST_MAILBOX_RECIPIENTS_PER_DAY: whole('a number of recipients from 1 to 100000000', 1, 100_000_000).default(
    10_000,
  ),
  TENANTPOST_SETTLE_SECONDS: whole('a number of seconds from 1 to 3600', 1, 3600).default(300),
  // The Functions host's lock is fixed at ten minutes; only a host for tests has a shorter one.
  TENANTPOST_MESSAGE_LOCK_SECONDS: whole('a number of seconds from 5 to 600', 5, 600).default(600),
  // Above seven days: what a waiting job needs is touched whenever the queue shows it, which is once in seven days at least.
  TENANTPOST_RETENTION_DAYS: whole('a number of days from 8 to 3650', 8, 3650).default(30),
  // https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata
  TENANTPOST_EVENTS_QUEUE: z
    .string()
    .regex(/^[a-z0-9](?:-?[a-z0-9]){2,62}$/, 'a queue name: 3 to 63 lower-case letters, digits and single dashes')
    // An event on a send queue would be refused as a mail job, and that would be an event.
    .refine((name) => !Object.values<string>(queues).includes(name), 'a queue that holds no mail jobs')
    .optional(),
};

export function toMail(environment: z.infer<z.ZodObject<typeof mailSettings>>): MailConfig {
  return {
    delivery: environment.TENANTPOST_DELIVERY,
    messagesPerMinute: environment.TENANTPOST_MAILBOX_MESSAGES_PER_MINUTE,
    recipientsPerDay: environment.TENANTPOST_MAILBOX_RECIPIENTS_PER_DAY,
    settleSeconds: environment.TENANTPOST_SETTLE_SECONDS,
    messageLockSeconds: environment.TENANTPOST_MESSAGE_LOCK_SECONDS,
    retentionDays: environment.TENANTPOST_RETENTION_DAYS,
    eventsQueue: environment.TENANTPOST_EVENTS_QUEUE,
  };
}
