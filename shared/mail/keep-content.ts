/** What a waiting job needs says that it is still wanted: retention goes by the age of a blob. */

import { hours } from '../clock.ts';
import type { ContentStore } from './content-store.ts';
import { contentRefs } from './load-content.ts';
import type { MailJob } from './mail-job.ts';

/** A queue shows a message once in seven days at least, and nothing is kept for less than eight. */
export const longWait = 24 * hours;

export async function keepContent(job: MailJob, content: Pick<ContentStore, 'touch'>): Promise<void> {
  await Promise.all(contentRefs(job).map((ref) => content.touch(ref)));
}
