/** What a waiting job needs says that it is still wanted, once a day: retention goes by the age of a blob. */

import { hours } from '../../clock.ts';
import type { ContentStore } from './content-store.ts';
import { contentRefs } from './load-content.ts';
import type { MailJob } from './mail-job.ts';

const day = 24 * hours;

/**
 * Whoever puts the message back for a time in which a day begins does it, in whatever steps the job waits. A queue shows a
 * message once in seven days at least, and nothing is kept for less than eight.
 */
export async function keepContent(
  job: MailJob,
  content: Pick<ContentStore, 'touch'>,
  now: number,
  until: number,
): Promise<void> {
  if (Math.floor(now / day) === Math.floor(until / day)) return;
  await Promise.all(contentRefs(job).map((ref) => content.touch(ref)));
}
