/** A planned job as the message that a producer puts on the send queue, and the row under which its outcome is found. */

import { createHash } from 'node:crypto';
import { unreadableTenant } from '../../shared/mail/outcome.ts';
import { type AttachedContent, blobNameOf, bytesOf, sha256Of } from './content.ts';
import type { PlannedJob } from './plan-jobs.ts';

export interface QueueMessage {
  readonly text: string;
  readonly notBefore: number | undefined;
}

/** @param at when it is put on the queue: epoch milliseconds, from which the job's own times count. */
export function queueMessage(job: PlannedJob, at: number): QueueMessage {
  const { notBeforeSeconds } = job;
  const notBefore = notBeforeSeconds === undefined ? undefined : Math.round(at + notBeforeSeconds * 1000);
  const text = textOf(job, notBefore);
  return { text: job.asBase64 ? Buffer.from(text).toString('base64') : text, notBefore };
}

/** Partition and row key of its outcome. */
export function rowOf(job: PlannedJob): { tenantId: string; id: string } {
  if (job.malformation !== 'no-json') return { tenantId: job.tenant, id: job.id };
  const digest = createHash('sha256').update(queueMessage(job, 0).text).digest('hex').slice(0, 32);
  return { tenantId: unreadableTenant, id: `message-${digest}` };
}

function textOf(job: PlannedJob, notBefore: number | undefined): string {
  const { mark, id, tenant, from, to, subject, text, html, delivery, malformation } = job;
  if (malformation === 'no-json') return `${mark} is no mail job`;
  const attachments = job.attachments.map(attachmentOf);
  const written = {
    ...{ version: 1, id, tenant, from, to, subject, text, html, delivery },
    ...(attachments.length > 0 && { attachments }),
    ...(notBefore !== undefined && { notBefore: new Date(notBefore).toISOString() }),
  };
  switch (malformation) {
    case 'unknown-field':
      return JSON.stringify({ ...written, recipients: to });
    case 'no-recipient':
      return JSON.stringify({ ...written, to: [] });
    case 'wrong-content':
      return JSON.stringify({ ...written, attachments: [wrongContent] });
    default:
      return JSON.stringify(written);
  }
}

function attachmentOf(content: AttachedContent): object {
  const { name, contentType, bytes } = content;
  if (content.in === 'job') return { name, contentType, content: bytesOf(content).toString('base64') };
  return { name, contentType, content: { blob: blobNameOf(content), sha256: sha256Of(content), bytes } };
}

const wrongContent = {
  name: 'nothing.bin',
  contentType: 'application/octet-stream',
  content: { blob: 'jobs/chaos/nobody-put-this-here', sha256: '0'.repeat(64), bytes: 1 },
};
