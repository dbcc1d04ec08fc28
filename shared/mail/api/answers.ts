/** What the HTTP API answers: no recipient, no subject, no content. The OpenAPI description is made from the same schemas. */

import { z } from 'zod';
import { errorCodes, errorMeanings } from '../../errors.ts';
import { deliveries, onUnknowns } from '../../tenants/tenant.ts';
import { contentRef } from '../job/content-ref.ts';
import { type Outcome, outcomeStates, transportNames } from '../outcome.ts';
import type { PoisonEntry } from '../poison.ts';
import type { TakenJob } from '../operating/submit-jobs.ts';

const time = z.iso.datetime().meta({ description: 'RFC 3339, in UTC.' });
const code = z.enum(errorCodes).meta({ description: 'Of docs/errors.md; its meaning never changes.' });
const owner = z.enum(['operator', 'tenant admin']).meta({ description: 'Who must act.' });
const state = z.enum(outcomeStates);
const transport = z.enum(transportNames);
const link = z.url().meta({ description: 'Where its outcome is.' });

/** RFC 9457, with our own members. */
export const problemAnswer = z
  .looseObject({
    type: z.literal('about:blank'),
    status: z.int().min(400).max(599),
    title: z.string().meta({ description: 'What the code means.' }),
    detail: z.string().meta({ description: 'What happened this time, without content.' }),
    code,
    remedy: z.string(),
    owner,
    field: z.string().optional().meta({ description: 'JSON pointer (RFC 6901) of what is wrong.' }),
    expected: z.string().optional(),
  })
  .meta({ description: 'Problem details: RFC 9457.' });

export const outcomeAnswer = z
  .strictObject({
    tenant: z.string(),
    id: z.string(),
    state,
    transport,
    tries: z.int().min(0).meta({ description: 'How often it was put back or sent, but for waiting its turn.' }),
    createdAt: time,
    updatedAt: time,
    endedAt: time.optional().meta({ description: 'When the state became a last one.' }),
    notBefore: time.optional().meta({ description: 'When it is tried, or its mailbox asked, next.' }),
    mailbox: z.string().optional().meta({ description: 'The mailbox that sends, once it is that far.' }),
    code: code.optional(),
    meaning: z.string().optional(),
    remedy: z.string().optional(),
    owner: owner.optional(),
    field: z.string().optional().meta({ description: 'JSON pointer (RFC 6901) of the field that was wrong.' }),
    expected: z.string().optional(),
    requestId: z.string().optional().meta({ description: 'Graph’s request-id, for Microsoft’s support.' }),
    serviceCode: z.string().optional().meta({ description: 'Graph’s error code, or the SMTP server’s reply code.' }),
  })
  .meta({ description: 'What became of a mail job.' });

export function toOutcomeAnswer(outcome: Outcome): z.infer<typeof outcomeAnswer> {
  const { tenantId, id, state, transport, tries, createdAt, updatedAt, endedAt, notBefore, code } = outcome;
  const { mailbox, field, expected, requestId, serviceCode } = outcome;
  return present({
    tenant: tenantId,
    id,
    state,
    transport,
    tries,
    createdAt: iso(createdAt),
    updatedAt: iso(updatedAt),
    endedAt: endedAt === undefined ? undefined : iso(endedAt),
    notBefore: notBefore === undefined ? undefined : iso(notBefore),
    mailbox,
    code,
    ...(code === undefined ? {} : explained(code)),
    field,
    expected,
    requestId,
    serviceCode,
  });
}

export const takenAnswer = z
  .strictObject({
    tenant: z.string(),
    id: z.string(),
    state: state.meta({ description: 'How it stands now: another than scheduled for a job that was taken before.' }),
    transport,
    duplicatesRemoved: z
      .int()
      .min(0)
      .meta({ description: 'Recipients that were written twice and get the mail once.' }),
    status: link,
  })
  .meta({ description: 'A mail job that has been taken.' });

export function toTakenAnswer({ outcome, removed }: TakenJob, link: string): z.infer<typeof takenAnswer> {
  const { tenantId, id, state, transport } = outcome;
  return { tenant: tenantId, id, state, transport, duplicatesRemoved: removed, status: link };
}

const index = z.int().min(0).meta({ description: 'In the jobs of the request.' });

export const manyTakenAnswer = z
  .strictObject({
    taken: z.int().min(0),
    refused: z.int().min(0).meta({ description: 'None of these has been taken: submit them again, mended.' }),
    results: z.array(
      z.discriminatedUnion('result', [
        z.strictObject({ index, result: z.literal('taken'), job: takenAnswer }),
        z.strictObject({ index, result: z.literal('refused'), problem: problemAnswer }),
      ]),
    ),
  })
  .meta({ description: 'What became of each of many, in their order.' });

const continuation = z
  .string()
  .optional()
  .meta({ description: 'For the next page. There is no further one without it.' });
const unreadable = z
  .int()
  .min(1)
  .optional()
  .meta({ description: 'Of this page: how many rows another release has written that this one cannot read.' });

export const outcomesAnswer = z.strictObject({ items: z.array(outcomeAnswer), unreadable, continuation });

export const replayedAnswer = z
  .strictObject({ tenant: z.string(), id: z.string(), state, transport, status: link })
  .meta({ description: 'A mail job that is on its queue again.' });

export function toReplayedAnswer(
  { tenantId, id, state, transport }: Outcome,
  status: string,
): z.infer<typeof replayedAnswer> {
  return { tenant: tenantId, id, state, transport, status };
}

const poisonAnswer = z
  .strictObject({
    tenant: z.string(),
    id: z.string(),
    transport,
    at: time,
    code,
    meaning: z.string(),
    message: z.string().meta({ description: 'What happened this time, without content.' }),
    remedy: z.string(),
    owner,
    field: z.string().optional().meta({ description: 'JSON pointer (RFC 6901) of the field that was wrong.' }),
    expected: z.string().optional(),
    status: link,
  })
  .meta({ description: 'A mail job that did not leave, and why.' });

export const poisonListAnswer = z.strictObject({ items: z.array(poisonAnswer), unreadable, continuation });

export function toPoisonAnswer(
  { tenantId, id, transport, at, reason }: PoisonEntry,
  status: string,
): z.infer<typeof poisonAnswer> {
  const { code, message, remedy, owner, field, expected } = reason;
  const { meaning } = errorMeanings[code];
  const facts = { tenant: tenantId, id, transport, at: iso(at) };
  return present({ ...facts, code, meaning, message, remedy, owner, field, expected, status });
}

/** To be put into a mail job as it is. */
export const contentAnswer = contentRef;

export const deliveryAnswer = z.strictObject({
  tenant: z.string(),
  delivery: z.enum(deliveries).nullable(),
  onUnknown: z.enum(onUnknowns).nullable(),
});

export function iso(at: number): string {
  return new Date(at).toISOString();
}

export function explained(code: keyof typeof errorMeanings) {
  const { meaning, remedy, owner } = errorMeanings[code];
  return { meaning, remedy, owner };
}

/** Without what is undefined, which JSON has no place for. */
export function present<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(Object.entries(value).filter(([, one]) => one !== undefined)) as Defined<T>;
}

type Defined<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};
