/**
 * The mail job, version 1: what a producer puts on a send queue. Strict, so that a misspelt option is refused in the first
 * test rather than ignored in production.
 */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import { firstProblem } from '../../field-problem.ts';
import { addressKey, type MailRecipient } from './address.ts';
import { type ContentRef, mostContentBytes } from './content-ref.ts';
import { defaults, fields, recipientsPerMessage } from './mail-job-fields.ts';

export type { MailRecipient } from './address.ts';
export { mailJobId } from './mail-job-fields.ts';

/** The names of a job's fields, for the documents that list them. */
export const mailJobFields: readonly string[] = Object.keys(fields.shape);

/** What a ready MIME message says itself. */
const saidByMime = [
  ...['subject', 'text', 'html', 'attachments', 'headers', 'listUnsubscribe', 'calendar', 'importance'],
  ...['sendAs', 'replyTo'],
] as const;

type Written = z.infer<typeof fields>;

/** What the fields must be together, as far as JSON Schema can say it. */
const together = {
  title: 'tenantpost mail job, version 1',
  description:
    'What the app checks beyond this schema: text is well-formed Unicode; expiresAt is later than notBefore; an address is within its octets, and its domain one that UTS 46 knows; a url is one; and the sums over several fields.',
  allOf: [
    { anyOf: ['to', 'cc', 'bcc'].map((list) => ({ required: [list], properties: { [list]: { minItems: 1 } } })) },
    { anyOf: ['text', 'html', 'mime', 'calendar'].map((content) => ({ required: [content] })) },
  ],
  dependentSchemas: { mime: { properties: Object.fromEntries(saidByMime.map((name) => [name, false])) } },
};

const schema = fields.meta(together).superRefine((job, context) => {
  const problem = (name: string, message: string): void => context.addIssue({ code: 'custom', path: [name], message });

  const count = [job.to, job.cc, job.bcc].reduce((sum, list) => sum + (list?.length ?? 0), 0);
  if (count === 0) problem('to', 'at least one recipient in to, cc or bcc');
  if (count > recipientsPerMessage) {
    problem('to', `at most ${recipientsPerMessage} recipients in to, cc and bcc together`);
  }
  if (job.mime !== undefined) {
    const said: Record<string, unknown> = job;
    for (const name of saidByMime)
      if (said[name] !== undefined) problem(name, 'nothing beside mime, which says it itself');
  } else if (job.text === undefined && job.html === undefined && job.calendar === undefined) {
    problem('text', 'at least one of text, html, mime and calendar');
  }
  if (bytesOf(job) > mostContentBytes) problem('attachments', `at most ${mostContentBytes} bytes of content in all`);
  if (job.notBefore !== undefined && job.expiresAt !== undefined && job.expiresAt <= job.notBefore) {
    problem('expiresAt', 'a time later than notBefore');
  }
});

/** Before any encoding. */
function bytesOf({ text, html, mime, calendar, attachments = [] }: Written): number {
  const texts = [text, html, mime, calendar?.content].map((content) => bytesIn(content, 'utf8'));
  const attached = attachments.map(({ content }) => bytesIn(content, 'base64'));
  return [...texts, ...attached].reduce((sum, bytes) => sum + bytes, 0);
}

function bytesIn(content: string | ContentRef | undefined, encoding: 'utf8' | 'base64'): number {
  if (content === undefined) return 0;
  return typeof content === 'string' ? Buffer.byteLength(content, encoding) : content.bytes;
}

export type MailJob = ReturnType<typeof complete>['job'];

/** With its defaults, and every recipient once: in the first of to, cc and bcc that names it. */
function complete(written: Written) {
  const seen = new Set<string>();
  let removed = 0;
  const first = ({ address }: MailRecipient): boolean => {
    const key = addressKey(address);
    if (seen.has(key)) removed++;
    return !seen.has(key) && seen.add(key) !== undefined;
  };
  const once = (list: readonly MailRecipient[] = []): readonly MailRecipient[] => list.filter(first);
  const [to, cc, bcc] = [once(written.to), once(written.cc), once(written.bcc)];
  const job = {
    ...written,
    ...{ to, cc, bcc },
    replyTo: written.replyTo ?? [],
    subject: written.subject ?? defaults.subject,
    importance: written.importance ?? defaults.importance,
    headers: written.headers ?? [],
    attachments: written.attachments ?? [],
    saveToSentItems: written.saveToSentItems ?? defaults.saveToSentItems,
  };
  return { job, removed };
}

export interface ParsedMailJob {
  readonly job: MailJob;
  /** How many recipients were written more than once and stand in the job once. */
  readonly removed: number;
}

/**
 * @param value the decoded queue message.
 * @throws TenantpostError `JOB_VERSION_UNKNOWN` or `JOB_INVALID`, whose detail names the field as a JSON pointer (RFC 6901)
 *   and what was expected, never what was there.
 */
export function parseMailJob(value: object): ParsedMailJob {
  if (!('version' in value) || value.version !== 1) {
    throw new TenantpostError('JOB_VERSION_UNKNOWN', 'The mail job has an unknown version.', {
      detail: { field: '/version', expected: 'the number 1' },
    });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return complete(parsed.data);
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
  // The same content is the same mail, under whatever name it lies.
  const isContent = 'blob' in value && 'sha256' in value;
  const facts = Object.entries(value).filter(([name]) => !isContent || name !== 'blob');
  return Object.fromEntries(facts.sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The published JSON Schema (2020-12): what a producer may write. Whatever it cannot say stands in its descriptions. */
export function mailJobSchema(): object {
  const published = z.toJSONSchema(schema, { io: 'input' });
  const properties = Object.entries(published.properties ?? {}).map(([name, property]) => {
    const standard: Record<string, unknown> = defaults;
    return [
      name,
      typeof property === 'object' && name in defaults ? { ...property, default: standard[name] } : property,
    ];
  });
  return { ...published, properties: Object.fromEntries(properties) };
}
