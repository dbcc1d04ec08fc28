/** What became of a mail job, in words. */

import type { Outcome } from './answers.ts';
import { exitCodes } from './exit-codes.ts';
import { fields } from './terminal/columns.ts';
import type { Style } from './terminal/style.ts';

const isBad = (state: string): boolean => state === 'refused' || state === 'failed' || state === 'cancelled';

export const hasEnded = ({ state }: Pick<Outcome, 'state'>): boolean =>
  state === 'sent' || state === 'unknown' || isBad(state);

export function exitCodeOf({ state }: Pick<Outcome, 'state'>): number {
  if (state === 'sent') return exitCodes.done;
  if (state === 'unknown') return exitCodes.mayHaveLeft;
  return isBad(state) ? exitCodes.badNews : exitCodes.notAllWell;
}

export function painted(state: string, style: Style): string {
  if (state === 'sent') return style.good(state);
  return isBad(state) ? style.bad(state) : style.warn(state);
}

export function describeOutcome(outcome: Outcome, style: Style): string {
  const { tenant, id, state, code, field, expected, tries, owner } = outcome;
  return [
    `${style.bold(id)} is ${painted(state, style)}${code === undefined ? '' : `: ${code}`}`,
    fields([
      ['tenant', tenant],
      ['mailbox', outcome.mailbox],
      ['transport', outcome.transport],
      ['tries', String(tries)],
      ['since', outcome.updatedAt],
      ['next try', outcome.notBefore],
      ['meaning', outcome.meaning],
      ['remedy', outcome.remedy],
      ['by whom', owner === undefined ? undefined : `the ${owner}`],
      ['field', field === undefined ? undefined : `${field}${expected === undefined ? '' : `: expected ${expected}`}`],
      ['answered', outcome.serviceCode],
      ['request-id', outcome.requestId],
    ]),
  ].join('\n');
}
