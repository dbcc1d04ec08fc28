/** What can be made to go wrong, for which requests and how often. Rules come from tests, the control API and the page. */

import { z } from 'zod';

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
 * A request that the service refuses is answered as it would be, and the rule is not used up.
 */
const when = z.enum(['before', 'after']).default('before');

const answer = z.strictObject({
  kind: z.literal('answer'),
  status: z.int().min(400).max(599),
  /** The service's own error code; `AADSTS53003` for Entra. A fitting one is chosen when left out. */
  code: z.string().exactOptional(),
  message: z.string().exactOptional(),
  /** RFC 9110 section 10.2.3 allows both forms, and Microsoft's services and the proxies before them use both. */
  retryAfter: z
    .strictObject({ seconds: z.int().min(0), as: z.enum(['seconds', 'date']).default('seconds') })
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
      .regex(/^[^\r\n]*$/, 'must be one line'),
    when,
  }),
  /** The connection is reset. */
  z.strictObject({ kind: z.literal('cut'), when }),
  /** No answer, on a connection that stays open. */
  z.strictObject({ kind: z.literal('silence'), when }),
  /** An answer that begins and goes on for ever, a byte a second. HTTP services only. */
  z.strictObject({ kind: z.literal('endless'), when }),
  /** The service's own answer, late. */
  z.strictObject({ kind: z.literal('slow'), milliseconds: z.int().min(1).max(3_600_000) }),
  /** The service's own answer under another media type. HTTP services only. */
  z.strictObject({ kind: z.literal('content-type'), contentType: z.string().min(1) }),
  /** The service's clock is ahead of the true time by so many seconds, or behind it if negative. */
  z.strictObject({ kind: z.literal('clock'), seconds: z.int() }),
  /** Nothing listens, as far as a client can tell: every connection is reset before a byte is read. */
  z.strictObject({ kind: z.literal('down') }),
]);

/** Kinds that hold for a whole service, so that a rule of them cannot choose among its requests. */
const wholeService = ['clock', 'down'];

export const faultRule = z
  .strictObject({
    /** Chosen by the panel when left out. */
    id: z.string().min(1).exactOptional(),
    service: z.enum(serviceNames),
    /** The journal's name of the operation: `token`, `sendMail`, `sign`, `AUTH` ... */
    operation: z.string().min(1).exactOptional(),
    tenantId: z.string().min(1).exactOptional(),
    /** Address of the mailbox that is used; whom a message is for is never looked at. */
    mailbox: z.string().min(1).exactOptional(),
    /** How many requests are hit; all of them, until the rule is removed, when left out. */
    times: z.int().min(1).exactOptional(),
    /** How many matching requests pass first. */
    skip: z.int().min(0).exactOptional(),
    /** The chance of each matching request to be hit; drawn from a sequence that `seed` fixes. */
    probability: z.number().min(0).max(1).exactOptional(),
    seed: z.int().exactOptional(),
    fault,
  })
  .superRefine(({ fault: { kind }, ...rule }, context) => {
    if (!wholeService.includes(kind)) return;
    for (const name of ['operation', 'tenantId', 'mailbox', 'times', 'skip', 'probability', 'seed'] as const) {
      if (rule[name] === undefined) continue;
      context.addIssue({ code: 'custom', path: [name], message: `cannot be given with a fault of kind ${kind}` });
    }
  });

export type FaultRuleInput = z.input<typeof faultRule>;
export type FaultRule = z.output<typeof faultRule>;
export type Fault = FaultRule['fault'];
export type AnswerFault = Extract<Fault, { kind: 'answer' }>;
