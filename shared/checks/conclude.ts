/** Makes findings: the words of the error table, unless a check knows better. */

import { asTenantpostError, type ErrorCode, errorMeanings, type Owner, type SafeDetail } from '../errors.ts';
import { arrivals } from './arrivals.ts';
import type { CheckName } from './chain.ts';
import type { Found } from './finding.ts';

/** What a check knows better than the table. */
export interface Said {
  readonly answered?: string | undefined;
  readonly meaning?: string | undefined;
  readonly remedy?: string | undefined;
  readonly owner?: Owner | undefined;
  readonly arrivesWithin?: string | undefined;
}

export function ok(check: CheckName, tried: string, answered?: string): Found {
  return { check, state: 'ok', tried, ...(answered === undefined ? {} : { answered }) };
}

/** @param why a whole sentence: what decides instead, or who did not ask for it. */
export function skipped(check: CheckName, why: string): Found {
  return { check, state: 'skipped', tried: why };
}

export function failed(check: CheckName, tried: string, code: ErrorCode, said: Said = {}): Found {
  return problem('failed', check, tried, code, said);
}

export function warned(check: CheckName, tried: string, code: ErrorCode, said: Said = {}): Found {
  return problem('warning', check, tried, code, said);
}

/** Of what a port threw. */
export function failedBy(check: CheckName, tried: string, error: unknown, said: Said = {}): Found {
  const { code, detail, message, meaning, remedy } = asTenantpostError(error);
  // An error that knows its remedy knows its case as well.
  const nearer = remedy === meaning.remedy ? {} : { meaning: message, remedy };
  return failed(check, tried, code, { answered: answerIn(detail), ...nearer, ...present(said) });
}

function problem(state: 'failed' | 'warning', check: CheckName, tried: string, code: ErrorCode, said: Said): Found {
  const { meaning, remedy, owner } = errorMeanings[code];
  const arrivesWithin = arrivals[code];
  return {
    check,
    state,
    tried,
    code,
    meaning,
    remedy,
    owner,
    ...(arrivesWithin === undefined ? {} : { arrivesWithin }),
    ...present(said),
  };
}

/** The words of the service in an error, which are codes and never text that could quote somebody. */
export function answerIn(detail: SafeDetail): string | undefined {
  const { aadsts, status, serviceCode, oauthError, network } = detail;
  if (aadsts !== undefined) return `AADSTS${aadsts}`;
  const words = [status, serviceCode, oauthError, network].filter((one) => one !== undefined);
  return words.length === 0 ? undefined : words.join(' ');
}

/** Without what nobody said. */
function present({ answered, meaning, remedy, owner, arrivesWithin }: Said): Partial<Found> {
  return {
    ...(answered === undefined ? {} : { answered }),
    ...(meaning === undefined ? {} : { meaning }),
    ...(remedy === undefined ? {} : { remedy }),
    ...(owner === undefined ? {} : { owner }),
    ...(arrivesWithin === undefined ? {} : { arrivesWithin }),
  };
}
