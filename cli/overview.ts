/** How an installation does, on one screen. */

import { z } from 'zod';
import { exitCodes } from './exit-codes.ts';
import { columns, fields } from './terminal/columns.ts';
import { sparkline } from './terminal/sparkline.ts';
import type { Style } from './terminal/style.ts';

const slices = z.array(z.looseObject({ from: z.string(), count: z.number() }));

export const overview = z.looseObject({
  at: z.string(),
  complete: z.boolean(),
  tenants: z.record(z.string(), z.number()),
  queues: z.array(z.looseObject({ name: z.string(), messages: z.number().nullable() })),
  sent: z.looseObject({ perMinute: z.number(), lastHour: z.number(), lastDay: z.number(), hours: slices }),
  poison: z.number(),
  held: z.array(
    z.looseObject({
      tenant: z.string(),
      mailbox: z.string(),
      because: z.string(),
      code: z.string(),
      until: z.string().optional(),
      waiting: z.number(),
    }),
  ),
  heldInAll: z.number(),
  credentials: z.array(
    z.looseObject({ id: z.string(), kind: z.string(), daysLeft: z.number().nullable(), expiring: z.boolean() }),
  ),
  failures: z.array(z.looseObject({ code: z.string(), owner: z.string(), count: z.number(), newest: z.string() })),
  problems: z.array(z.looseObject({ part: z.string(), code: z.string(), meaning: z.string() })),
});
type Overview = z.infer<typeof overview>;

/** What somebody has to look at: jobs in poison, tenants whose mail stands still, what is about to expire or cannot be read. */
export function exitCodeOfOverview({ poison, problems, credentials, tenants }: Overview): number {
  const stopped = (tenants['degraded'] ?? 0) + (tenants['revoked'] ?? 0);
  const isWell =
    poison === 0 && problems.length === 0 && stopped === 0 && !credentials.some(({ expiring }) => expiring);
  return isWell ? exitCodes.done : exitCodes.notAllWell;
}

export function describeOverview(now: Overview, style: Style): string {
  const { tenants, queues, sent, held, heldInAll, credentials, failures, problems } = now;
  const state = Object.entries(tenants).filter(([, count]) => count > 0);
  const waiting = queues.filter(({ messages }) => messages !== null && messages > 0);
  const expiring = credentials.filter((one) => one.expiring);
  const sections: (readonly [string, string])[] = [
    ['Tenants', state.length === 0 ? '  none' : fields(state.map(([name, count]) => [name, String(count)]))],
    [
      'Sent',
      fields([
        ['a minute', sent.perMinute.toFixed(1)],
        ['last hour', String(sent.lastHour)],
        ['last day', `${sent.lastDay}  ${sparkline(sent.hours.map(({ count }) => count))}`],
      ]),
    ],
    [
      'Queues',
      waiting.length === 0 ? '  empty' : fields(waiting.map(({ name, messages }) => [name, `about ${messages}`])),
    ],
    ...section(
      `Held mailboxes${heldInAll > held.length ? ` (${held.length} of ${heldInAll})` : ''}`,
      held.map((one) => [
        style.warn(one.because),
        one.tenant,
        one.mailbox,
        one.code,
        `${one.waiting} waiting${one.until === undefined ? '' : `, until ${one.until}`}`,
      ]),
    ),
    ...section(
      'Expiring',
      expiring.map(({ kind, id, daysLeft }) => [style.warn(kind), id, `${daysLeft} days left`]),
    ),
    ...section(
      'Poison, by cause',
      failures.map(({ code, count, newest, owner }) => [
        style.bad(code),
        String(count),
        `newest ${newest}`,
        `for the ${owner}`,
      ]),
    ),
    ...section(
      'Not to be read',
      problems.map(({ part, code, meaning }) => [style.bad(part), code, meaning]),
    ),
  ];
  const blocks = sections.map(([title, text]) => `${style.bold(title)}\n${text}`);
  return [`As of ${now.at}${now.complete ? '' : ', and more than was counted'}`, ...blocks].join('\n\n');
}

function section(title: string, rows: readonly (readonly string[])[]): (readonly [string, string])[] {
  return rows.length === 0 ? [] : [[title, columns(rows, '  ')]];
}
