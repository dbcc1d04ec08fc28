/** How a mailbox's gate stands, in words. */

import type { Mailbox } from './answers.ts';
import { fields } from './terminal/columns.ts';
import type { Style } from './terminal/style.ts';

export function describeMailbox(one: Mailbox, style: Style): string {
  const { mailbox, tenant, hold, underWay, messagesInMinute, bytesIn5Minutes, recipientsInDay, waiting, nextTurn } =
    one;
  const use = ({ used, limit }: { used: number; limit: number }): string => `${used} of ${limit}`;
  return [
    `${style.bold(mailbox)} ${hold === undefined ? style.good('may send') : style.warn(`is held: ${hold.code}`)}`,
    fields([
      ['tenant', tenant],
      ['held by', hold && (hold.by === 'service' ? 'Microsoft' : 'an operator')],
      ['since', hold?.since],
      ['until', hold && (hold.until ?? 'it is released')],
      ['reason', hold?.reason],
      ['meaning', hold?.meaning],
      ['remedy', hold?.remedy],
      ['by whom', hold && `the ${hold.owner}`],
      ['under way', `${use(underWay.graph)} over Graph, ${use(underWay.smtp)} over SMTP`],
      ['in a minute', use(messagesInMinute)],
      ['bytes in 5', use(bytesIn5Minutes)],
      ['recipients', `${use(recipientsInDay)} in a day`],
      ['waiting', String(waiting)],
      ['next turn', hold === undefined ? nextTurn : undefined],
    ]),
  ].join('\n');
}
