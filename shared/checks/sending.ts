/** What our own limits say of a mailbox, what became of its latest mail, and a real message. */

import { errorMeanings } from '../errors.ts';
import { failed, failedBy, ok, skipped, warned } from './conclude.ts';
import type { Found } from './finding.ts';
import type { RecentMail, SendingLimits } from './ports.ts';

const triedLimits =
  'Read the gate of the mailbox, which all instances share: what it has sent, what waits, who holds it.';

export function limitsFinding(limits: SendingLimits): Found {
  const { messagesInMinute: minute, recipientsInDay: day, waiting, hold } = limits;
  const use = `${Math.ceil(minute.used)} of ${minute.limit} messages in a minute, ${Math.ceil(day.used)} of ${day.limit} recipients in a day, ${waiting} mails waiting for their turn`;
  if (hold !== undefined) {
    const by = hold.by === 'operator' ? 'held by an operator' : 'paused after an answer of Microsoft’s';
    const until = hold.until === undefined ? 'until it is released' : `until ${iso(hold.until)}`;
    return failed('sending-limits', triedLimits, hold.code, {
      answered: `${by} since ${iso(hold.since)} ${until}; ${use}`,
      ...(hold.by === 'operator'
        ? {
            meaning: `An operator holds the mailbox${hold.reason === undefined ? '' : ` (${hold.reason})`}; its mail waits.`,
            remedy: 'Release the mailbox when the reason is over (tenantpost release).',
          }
        : {}),
    });
  }
  if (day.used >= day.limit) return failed('sending-limits', triedLimits, 'MAILBOX_QUOTA', { answered: use });
  if (minute.used >= minute.limit) return warned('sending-limits', triedLimits, 'MAILBOX_PACED', { answered: use });
  return ok('sending-limits', triedLimits, use);
}

const triedRecent = 'Read what became of the mailbox’s mail jobs of the last 24 hours.';

export function recentFinding({ failures, leftAt }: RecentMail): Found {
  const [newest] = failures;
  if (newest === undefined) return ok('recent-failures', triedRecent, 'none failed');
  const counts = [...Map.groupBy(failures, ({ code }) => code)].map(([code, all]) => `${all.length} × ${code}`);
  const answered = `${counts.join(', ')}; the newest ${iso(newest.at)}${newest.serviceCode === undefined ? '' : ` (${newest.serviceCode})`}`;
  if (leftAt !== undefined) {
    return ok('recent-failures', triedRecent, `${answered}; mail has left since, at ${iso(leftAt)}`);
  }
  // What stops one mail stops the next only where it is about the mailbox and not about the mail.
  const say = stops.has(newest.code) ? failed : warned;
  return say('recent-failures', triedRecent, newest.code, {
    answered,
    meaning: `The mailbox’s latest mail did not leave: ${errorMeanings[newest.code].meaning}`,
  });
}

const stops: ReadonlySet<string> = new Set(['MAILBOX_FULL', 'MAILBOX_BLOCKED', 'MAILBOX_QUOTA', 'SEND_FORBIDDEN']);

const triedMessage = 'Sent a short message from the mailbox to the address that was given.';

export async function messageFinding(transport: string, send: () => Promise<string>): Promise<Found> {
  try {
    return ok('real-message', triedMessage, `${transport} ${await send()}`);
  } catch (error) {
    return failedBy('real-message', triedMessage, error);
  }
}

export const messageSkipped = (why: string): Found => skipped('real-message', why);

const iso = (at: number): string => new Date(at).toISOString();
