/** What can be made to go wrong, for which requests and how often. Rules come from tests, the control API and the page. */

import { z } from 'zod';
import { checkFit } from './fault-fit.ts';

/** Every service of the cloud, by the names that journal, rules and URLs use. */
export const serviceNames = [
  'entra',
  'graph',
  'upload',
  'vault',
  'identity',
  'blob',
  'queue',
  'table',
  'smtp',
  'imap',
  'pop',
] as const;
export type ServiceName = (typeof serviceNames)[number];

/**
 * Before: the service never sees the request. After: the service does its work, and the caller does not learn of it.
 * A request that the service refuses is answered as it would be, and an after-rule is not used up by it.
 */
const when = z.enum(['before', 'after']).default('before');

const day = 24 * 60 * 60;

const answer = z.strictObject({
  kind: z.literal('answer'),
  /** 2xx as well: a proxy that signs its users in answers 200 with a page of its own. */
  status: z.int().min(200).max(599),
  /** The service's own error code; `AADSTS53003` for Entra. A fitting one is chosen when left out. */
  code: z.string().min(1).max(200).exactOptional(),
  message: z.string().max(2000).exactOptional(),
  /** RFC 9110 section 10.2.3 allows both forms, and Microsoft's services and the proxies before them use both. */
  retryAfter: z
    .strictObject({
      seconds: z
        .int()
        .min(0)
        .max(365 * day),
      as: z.enum(['seconds', 'date']).default('seconds'),
    })
    .exactOptional(),
  /** `service`: the error body that the service itself writes. The others are what a proxy before it may answer. */
  body: z.enum(['service', 'html', 'text', 'empty']).default('service'),
  when,
});

const fault = z.discriminatedUnion('kind', [
  answer,
  /** One line of a mail protocol in place of the server's own: `432 4.3.2 STOREDRV.ClientSubmit; ...` */
  z.strictObject({
    kind: z.literal('reply'),
    text: z
      .string()
      .min(1)
      .max(500)
      .regex(/^[^\r\n]*$/, 'must be one line'),
    when,
  }),
  /** The connection is reset. */
  z.strictObject({ kind: z.literal('cut'), when }),
  /** No answer, on a connection that stays open. */
  z.strictObject({ kind: z.literal('silence'), when }),
  /** An answer that begins and goes on for ever, a byte a second. */
  z.strictObject({ kind: z.literal('endless'), when }),
  /** Before: the request reaches the service late, or not at all if the caller has gone. After: the answer leaves late. */
  z.strictObject({ kind: z.literal('slow'), milliseconds: z.int().min(1).max(3_600_000), when }),
  /** The service's own answer under another media type. */
  z.strictObject({
    kind: z.literal('content-type'),
    contentType: z
      .string()
      .regex(/^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;\s*[\w-]+=(?:[\w.+-]+|"[^"\r\n]*"))*$/, 'must be a media type'),
  }),
  /** The service's clock is ahead of the true time by so many seconds, or behind it if negative. */
  z.strictObject({
    kind: z.literal('clock'),
    seconds: z
      .int()
      .min(-3650 * day)
      .max(3650 * day),
  }),
  /** Nothing listens, as far as a client can tell: every connection is reset before a byte is read. */
  z.strictObject({ kind: z.literal('down') }),
]);

export const faultRule = z
  .strictObject({
    /** Chosen by the panel when left out. */
    id: z
      .string()
      .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'must be letters, digits, dots, hyphens and underscores, 64 at most')
      .exactOptional(),
    service: z.enum(serviceNames),
    /** The journal's name of the operation: `token`, `sendMail`, `sign`, `AUTH` ... */
    operation: z.string().min(1).max(100).exactOptional(),
    tenantId: z.guid().exactOptional(),
    /** Address of the mailbox that is used; whom a message is for is never looked at. */
    mailbox: z.string().min(1).max(320).exactOptional(),
    /** How many requests are hit; all of them, until the rule is removed, when left out. */
    times: z.int().min(1).exactOptional(),
    /** How many matching requests pass first, whatever becomes of them. */
    skip: z.int().min(0).exactOptional(),
    /** The chance of each matching request to be hit; drawn from a sequence that `seed` fixes. */
    probability: z.number().min(0).max(1).exactOptional(),
    seed: z.int().exactOptional(),
    fault,
  })
  .superRefine((rule, context) => {
    for (const { path, message } of checkFit(rule)) context.addIssue({ code: 'custom', path, message });
  });

export type FaultRuleInput = z.input<typeof faultRule>;
export type FaultRule = z.output<typeof faultRule>;
export type Fault = FaultRule['fault'];
export type AnswerFault = Extract<Fault, { kind: 'answer' }>;
