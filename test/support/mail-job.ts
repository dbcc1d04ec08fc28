/** Mail jobs as a producer writes them, and as the app reads them. */

import { type MailJob, parseMailJob } from '../../shared/mail/job/mail-job.ts';
import { contoso } from './app-identity.ts';

/** What a producer would put on the queue; `undefined` leaves a field out. */
export function aMailJob(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  const job = {
    version: 1,
    id: 'invoice-4711',
    tenant: contoso,
    from: 'billing@contoso.example',
    to: ['anna@customer.example'],
    subject: 'Your invoice',
    text: 'It is attached.',
    ...overrides,
  };
  return Object.fromEntries(Object.entries(job).filter(([, value]) => value !== undefined));
}

export function aParsedMailJob(overrides: Record<string, unknown> = {}): MailJob {
  return parseMailJob(aMailJob(overrides)).job;
}

export function anAttachment(overrides: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    name: 'invoice.pdf',
    contentType: 'application/pdf',
    content: 'JVBERi0=',
    ...overrides,
  };
}
