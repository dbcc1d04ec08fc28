/** What arrived in the mailboxes of the local cloud: one arrival is one copy in one reader's inbox. */

import { createHash } from 'node:crypto';
import type { Cloud } from '../../local/cloud/cloud.ts';
import { contentOf } from '../../local/cloud/mail/content.ts';
import type { StoredMessage } from '../../local/cloud/state.ts';
import { sha256Of } from './content.ts';
import type { Plan } from './plan.ts';
import type { PlannedJob } from './plan-jobs.ts';

export interface Arrival {
  readonly job: PlannedJob;
  readonly reader: string;
  /** By the true clock, epoch milliseconds. */
  readonly at: number;
  /** Whether subject, text and every attachment are as they were written. */
  readonly isWhole: boolean;
}

export function arrivalsIn(cloud: Cloud, { jobs, world }: Plan): Arrival[] {
  const byMark = new Map(jobs.map((job) => [job.mark, job]));
  return cloud.state.messages.flatMap((message) => {
    const job = byMark.get(/^chaos-\d+-\d+/.exec(message.subject)?.[0] ?? '');
    if (job === undefined || message.folder !== 'inbox') return [];
    const at = message.receivedAt - world.graphClockSeconds * 1000;
    return [{ job, reader: message.mailbox, at, isWhole: isWhole(cloud, message, job) }];
  });
}

function isWhole(cloud: Cloud, { subject, body, attachments }: StoredMessage, job: PlannedJob): boolean {
  const wanted = job.html ?? job.text ?? '';
  const sent = job.attachments.map((one) => `${one.name} ${sha256Of(one)}`);
  const there = attachments.map(({ name, content }) => {
    // Large content lies in a file that is named by its digest.
    if (typeof content !== 'string') return `${name} ${content.file}`;
    return `${name} ${createHash('sha256').update(contentOf(cloud, content)).digest('hex')}`;
  });
  return (
    subject === job.subject &&
    inOneForm(body.content) === inOneForm(wanted) &&
    there.toSorted().join('\n') === sent.toSorted().join('\n')
  );
}

/** In MIME lines end with CRLF, and the last one with another. */
const inOneForm = (text: string): string => text.replaceAll('\r\n', '\n').trimEnd();
