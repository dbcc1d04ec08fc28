/**
 * The mail job, version 1: what a producer puts on a send queue. Strict, so that a misspelt option is refused in the first
 * test rather than ignored in production.
 */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { TenantpostError } from '../errors.ts';
import { firstProblem } from '../field-problem.ts';
import { tenantId } from '../tenants/tenant.ts';

/** Graph takes an attachment of up to 3 MB in one request: https://learn.microsoft.com/graph/outlook-large-attachments */
const attachmentBytes = 3_000_000;

/** Exchange Online's default; a tenant's administrator may set 1 to 1000. */
const recipientsPerMessage = 500;

// RFC 5321 section 4.5.3.1.3 bounds a path to 256 octets with its brackets.
const address = z
  .string()
  .max(254, 'an address of at most 254 characters')
  .regex(/^[^\s\p{Cc}@<>(),:;"[\]\\]+@[^\s\p{Cc}@<>(),:;"[\]\\]+$/u, 'a mail address like anna@contoso.example');

/** One line: a line break here could begin a header of its own. */
const line = (most: number): z.ZodString =>
  z
    .string()
    .max(most, `at most ${most} characters`)
    .regex(/^\P{Cc}*$/u, 'one line without control characters');

const recipient = z.union(
  [address.transform((text) => ({ address: text })), z.strictObject({ address, name: line(256).optional() })],
  { error: 'a mail address, or an object with address and name' },
);

const recipients = z.array(recipient).default([]);

const attachment = z.strictObject({
  name: line(255).min(1, 'a file name'),
  /** With its parameters, RFC 9110 section 8.3.1. */
  contentType: z
    .string()
    .max(255, 'at most 255 characters')
    .regex(/^[\w.+-]+\/[\w.+-]+(?: *; *[\w-]+=(?:[\w.+:-]+|"[\w .+:-]*"))*$/, 'a media type like application/pdf'),
  /** base64, RFC 4648 section 4. */
  content: z
    .base64({ error: 'base64' })
    .refine((text) => Buffer.byteLength(text, 'base64') < attachmentBytes, 'less than 3 MB of content'),
  /** Makes it an inline image: `<img src="cid:...">` in the HTML shows it. */
  contentId: z
    .string()
    .regex(/^[\w.@+-]{1,200}$/, 'letters, digits and . @ + - _')
    .optional(),
});

/** Chosen by the producer: the idempotency key. The same id within a tenant means the same mail. */
export const mailJobId = z.string().regex(/^[\w.:@=+-]{1,200}$/, 'up to 200 letters, digits and . : @ = + - _');

const fields = z.strictObject({
  version: z.literal(1),
  id: mailJobId,
  tenant: tenantId,
  /** The mailbox that sends. */
  from: address,
  to: recipients,
  cc: recipients,
  bcc: recipients,
  replyTo: recipients,
  subject: line(255).default(''),
  text: z.string().optional(),
  html: z.string().optional(),
  attachments: z.array(attachment).max(100, 'at most 100 attachments').default([]),
  saveToSentItems: z.boolean().default(true),
});

/** The names of a job's fields, for the documents that list them. */
export const mailJobFields: readonly string[] = Object.keys(fields.shape);

const schema = fields.superRefine((job, context) => {
  const count = job.to.length + job.cc.length + job.bcc.length;
  if (count === 0) {
    context.addIssue({ code: 'custom', path: ['to'], message: 'at least one recipient in to, cc or bcc' });
  }
  if (count > recipientsPerMessage) {
    const message = `at most ${recipientsPerMessage} recipients in to, cc and bcc together`;
    context.addIssue({ code: 'custom', path: ['to'], message });
  }
  if ((job.text === undefined) === (job.html === undefined)) {
    context.addIssue({ code: 'custom', path: ['text'], message: 'either text or html' });
  }
});

export type MailJob = z.infer<typeof schema>;
export type MailRecipient = z.infer<typeof recipient>;
export type MailAttachment = z.infer<typeof attachment>;

/**
 * @param value the decoded queue message.
 * @throws TenantpostError `JOB_VERSION_UNKNOWN` or `JOB_INVALID`, whose detail names the field as a JSON pointer (RFC 6901)
 *   and what was expected, never what was there.
 */
export function parseMailJob(value: object): MailJob {
  if (!('version' in value) || value.version !== 1) {
    throw new TenantpostError('JOB_VERSION_UNKNOWN', 'The mail job has an unknown version.', {
      detail: { field: '/version', expected: 'the number 1' },
    });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const { field, expected } = firstProblem(parsed.error.issues);
  throw new TenantpostError('JOB_INVALID', `The mail job's field ${field || '/'} is wrong: expected ${expected}.`, {
    detail: { field, expected, problems: parsed.error.issues.length },
  });
}

/**
 * SHA-256 over what the producer wrote, whatever the order of its fields: tells a job that was delivered twice from another
 * one that took its id. Not over the parsed job, which a later version of this app may fill with further defaults.
 */
export function fingerprint(value: object): string {
  return createHash('sha256').update(JSON.stringify(value, sortedKeys)).digest('base64url');
}

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}
