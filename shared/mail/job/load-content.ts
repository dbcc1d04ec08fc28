/** A mail job with its content at hand: what stands in the job is decoded, what it names is opened and checked. */

import { TenantpostError } from '../../errors.ts';
import type { ContentRef } from './content-ref.ts';
import { type ContentStore, heldContent } from './content-store.ts';
import type { Attachment, Content, Mail } from './mail.ts';
import type { MailJob } from './mail-job.ts';

type Opener = Pick<ContentStore, 'open'>;

/**
 * @throws TenantpostError `CONTENT_MISSING` or `CONTENT_WRONG` with the field as a JSON pointer; `STORAGE_UNAVAILABLE`.
 */
export async function loadContent(job: MailJob, store: Opener): Promise<Mail> {
  const text = job.text === undefined ? undefined : await textOf(job.text, '/text', store);
  const html = job.html === undefined ? undefined : await textOf(job.html, '/html', store);
  const mime = job.mime === undefined ? undefined : await open(job.mime, '/mime', store);
  const calendar = job.calendar && {
    method: job.calendar.method,
    content: await textOf(job.calendar.content, '/calendar/content', store),
  };
  // One after the other: a hundred at once would hold a hundred ranges in memory.
  const attachments: Attachment[] = [];
  for (const [at, { name, contentType, contentId, content }] of job.attachments.entries()) {
    attachments.push({
      name,
      contentType,
      ...(contentId === undefined ? {} : { contentId }),
      content:
        typeof content === 'string'
          ? heldContent(Buffer.from(content, 'base64'))
          : await open(content, `/attachments/${at}/content`, store),
    });
  }
  const texts = [text, html, calendar?.content].map((one) => (one === undefined ? 0 : Buffer.byteLength(one)));
  const files = [mime, ...attachments.map(({ content }) => content)].map((one) => one?.bytes ?? 0);
  return {
    job,
    ...(text === undefined ? {} : { text }),
    ...(html === undefined ? {} : { html }),
    ...(mime === undefined ? {} : { mime }),
    ...(calendar === undefined ? {} : { calendar }),
    attachments,
    bytes: [...texts, ...files].reduce((sum, bytes) => sum + bytes, 0),
  };
}

/** Every blob that the job names. */
export function contentRefs(job: MailJob): readonly ContentRef[] {
  return [job.text, job.html, job.mime, job.calendar?.content, ...job.attachments.map(({ content }) => content)].filter(
    (content) => typeof content === 'object',
  );
}

const utf8 = new TextDecoder('utf-8', { fatal: true });

async function textOf(content: string | ContentRef, field: string, store: Opener): Promise<string> {
  if (typeof content === 'string') return content;
  const octets = await (await open(content, field, store)).whole();
  try {
    return utf8.decode(octets);
  } catch {
    throw new TenantpostError('CONTENT_WRONG', 'A blob that the mail job names is no text in UTF-8.', {
      detail: { field, expected: 'text in UTF-8' },
    });
  }
}

async function open(ref: ContentRef, field: string, store: Opener): Promise<Content> {
  try {
    return await store.open(ref);
  } catch (error) {
    if (!(error instanceof TenantpostError) || !isAboutContent(error)) throw error;
    throw new TenantpostError(error.code, error.message, { cause: error, detail: { ...error.detail, field } });
  }
}

function isAboutContent({ code }: TenantpostError): boolean {
  return code === 'CONTENT_MISSING' || code === 'CONTENT_WRONG';
}
