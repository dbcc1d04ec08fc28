/** Since when something has been wrong: the first time of an unbroken series of findings with the same code. */

import { createHash } from 'node:crypto';
import { hours } from '../clock.ts';
import { isAboutMailbox } from './chain.ts';
import type { Finding } from './finding.ts';
import type { CheckHistory, FailingCheck } from './ports.ts';

/** After so long without anybody looking, nobody knows what was in between. */
const forgottenAfter = 30 * 24 * hours;

export interface Dated {
  readonly findings: readonly Finding[];
  readonly change: Parameters<CheckHistory['write']>[1];
}

/** @param before what was read of the tenant; its rows of other mailboxes stay as they are. */
export function dated(
  findings: readonly Finding[],
  mailbox: string | undefined,
  before: readonly FailingCheck[],
  now: number,
): Dated {
  const kept: FailingCheck[] = [];
  const gone: string[] = before.filter(({ seenAt }) => isForgotten(seenAt, now)).map(({ key }) => key);
  const withSince = findings.map((finding) => {
    const key = keyOf(finding.check, mailbox);
    const known = before.find((one) => one.key === key && !isForgotten(one.seenAt, now));
    const { code, state } = finding;
    if (state === 'ok' && known !== undefined) gone.push(key);
    // What was skipped is neither right nor wrong.
    if (code === undefined || (state !== 'failed' && state !== 'warning')) return finding;
    const since = known?.code === code ? known.since : now;
    kept.push({ key, code, since, seenAt: now });
    return { ...finding, since: new Date(since).toISOString() };
  });
  const again = new Set(kept.map(({ key }) => key));
  return { findings: withSince, change: { kept, gone: gone.filter((key) => !again.has(key)) } };
}

const isForgotten = (seenAt: number, now: number): boolean => now - seenAt > forgottenAfter;

/** A digest in place of the address: the row says since when, and nothing about whom. */
function keyOf(check: string, mailbox: string | undefined): string {
  if (mailbox === undefined || !isAboutMailbox(check)) return check;
  const digest = createHash('sha256').update(mailbox.toLowerCase()).digest('hex').slice(0, 32);
  return `${check} ${digest}`;
}
