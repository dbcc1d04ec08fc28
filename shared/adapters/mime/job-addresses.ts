/** The addresses of a mail job, each with its JSON pointer. */

import type { MailJob } from '../../mail/job/mail-job.ts';

type Addressed = readonly [field: string, address: string];
type Lists = Partial<Pick<MailJob, 'to' | 'cc' | 'bcc' | 'replyTo'>>;

/** Who sends and who gets it. */
export function envelopeAddresses({ from, to, cc, bcc }: MailJob): Addressed[] {
  return [['/from', from], ...listed({ to, cc, bcc })];
}

/** Those that stand in the header alone. */
export function otherAddresses({ sendAs, replyTo }: MailJob): Addressed[] {
  return [...(sendAs === undefined ? [] : [['/sendAs', sendAs.address] as const]), ...listed({ replyTo })];
}

function listed(lists: Lists): Addressed[] {
  return Object.entries(lists).flatMap(([list, all]) =>
    all.map(({ address }, index) => [`/${list}/${index}`, address] as const),
  );
}
