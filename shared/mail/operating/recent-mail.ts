/** What became of a mailbox's mail in the last day, for whoever asks why it does not leave. */

import { type Clock, hours } from '../../clock.ts';
import type { ErrorCode } from '../../errors.ts';
import type { OutcomeQuery, Page } from '../mail-store.ts';
import type { Outcome, OutcomeState } from '../outcome.ts';

export interface RecentEnds {
  /** The newest first; of very many a part. */
  readonly failures: readonly { readonly code: ErrorCode; readonly serviceCode?: string; readonly at: number }[];
  /** Of a mail that left after the newest failure, epoch milliseconds. */
  readonly leftAt?: number;
}

interface Outcomes {
  list(tenantId: string, query: OutcomeQuery): Promise<Page<Outcome>>;
}

/** A page of the table is a thousand rows that it looks at, whichever fit. */
const mostPages = 3;
const pageSize = 500;

/** @param mailbox lower case. */
export async function recentMail(
  outcomes: Outcomes,
  tenantId: string,
  mailbox: string,
  now: ReturnType<Clock>,
): Promise<RecentEnds> {
  const from = now - 24 * hours;
  const ended = (state: OutcomeState, since: number): Promise<Outcome[]> =>
    find(outcomes, tenantId, mailbox, state, since);
  const [failed, unknown] = await Promise.all([ended('failed', from), ended('unknown', from)]);
  const failures = [...failed, ...unknown]
    .flatMap(({ code, serviceCode, updatedAt: at }) =>
      code === undefined ? [] : [{ code, at, ...(serviceCode === undefined ? {} : { serviceCode }) }],
    )
    .sort((left, right) => right.at - left.at);
  const [newest] = failures;
  if (newest === undefined) return { failures };
  const left = (await ended('sent', newest.at + 1)).map(({ updatedAt }) => updatedAt);
  return { failures, ...(left.length === 0 ? {} : { leftAt: Math.max(...left) }) };
}

async function find(
  outcomes: Outcomes,
  tenantId: string,
  mailbox: string,
  state: OutcomeState,
  from: number,
): Promise<Outcome[]> {
  const found: Outcome[] = [];
  let continuation: string | undefined;
  for (let pages = 0; pages < mostPages; pages += 1) {
    const page = await outcomes.list(tenantId, { state, from, pageSize, continuation });
    found.push(...page.items.filter((one) => one.mailbox?.toLowerCase() === mailbox));
    ({ continuation } = page);
    if (continuation === undefined) break;
  }
  return found;
}
