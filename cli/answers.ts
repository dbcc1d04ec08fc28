/** What the app answers, as far as the commands read it. Whatever else it says is passed on with `--json`. */

import { z } from 'zod';

export const outcome = z.looseObject({
  tenant: z.string(),
  id: z.string(),
  state: z.string(),
  transport: z.string(),
  tries: z.number(),
  createdAt: z.string(),
  updatedAt: z.string(),
  endedAt: z.string().optional(),
  notBefore: z.string().optional(),
  mailbox: z.string().optional(),
  code: z.string().optional(),
  meaning: z.string().optional(),
  remedy: z.string().optional(),
  owner: z.string().optional(),
  field: z.string().optional(),
  expected: z.string().optional(),
  requestId: z.string().optional(),
  serviceCode: z.string().optional(),
});
export type Outcome = z.infer<typeof outcome>;

const paging = { continuation: z.string().optional(), unreadable: z.number().optional() };

export const outcomes = z.looseObject({ items: z.array(outcome), ...paging });

const poisonEntry = z.looseObject({
  tenant: z.string(),
  id: z.string(),
  transport: z.string(),
  at: z.string(),
  code: z.string(),
  meaning: z.string(),
  message: z.string(),
  remedy: z.string(),
  owner: z.string(),
  field: z.string().optional(),
  expected: z.string().optional(),
});
export type PoisonEntry = z.infer<typeof poisonEntry>;

export const poisonEntries = z.looseObject({ items: z.array(poisonEntry), ...paging });

const use = z.object({ used: z.number(), limit: z.number() });

export const mailbox = z.looseObject({
  tenant: z.string(),
  mailbox: z.string(),
  underWay: z.object({ graph: use, smtp: use }),
  messagesInMinute: use,
  bytesIn5Minutes: use,
  recipientsInDay: use,
  waiting: z.number(),
  nextTurn: z.string(),
  hold: z
    .looseObject({
      by: z.string(),
      since: z.string(),
      until: z.string().optional(),
      code: z.string(),
      meaning: z.string(),
      remedy: z.string(),
      owner: z.string(),
      reason: z.string().optional(),
    })
    .optional(),
});
export type Mailbox = z.infer<typeof mailbox>;
