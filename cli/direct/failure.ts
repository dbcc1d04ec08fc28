/** What the app's own modules throw, in the words of the command line. */

import { TenantpostError } from '../../shared/errors.ts';
import { exitCodes } from '../exit-codes.ts';
import { CommandError } from '../failure.ts';
import { codeOf } from './reach.ts';

/** What is away, and says nothing of what was asked. */
const away: readonly string[] = ['ENTRA_UNAVAILABLE', 'ENTRA_THROTTLED', 'GRAPH_UNAVAILABLE', 'SMTP_UNAVAILABLE'];
/** In place of remedies that speak of the app's settings. */
const reachable =
  'Try again; if it lasts, look at the network, the proxy, and the addresses given. For a CA of your own set NODE_EXTRA_CA_CERTS.';
const usage: readonly string[] = [
  'CONFIG_INVALID',
  'JOB_INVALID',
  'JOB_TOO_LARGE',
  'TRANSPORT_CANNOT',
  'TRANSPORT_OFF',
];

/** Whatever is no error of the app's vocabulary is passed on as it is. */
export async function inWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof TenantpostError ? spoken(error) : error;
  }
}

/** What a detail may have, and may not. */
const blank: Readonly<Record<'field' | 'expected' | 'entra', unknown>> = {
  field: undefined,
  expected: undefined,
  entra: undefined,
};

/** @param why nobody answered, by a code of Node's. */
export function spoken(
  error: TenantpostError,
  why = away.includes(error.code) ? codeOf(error.cause) : undefined,
): CommandError {
  const reason = why === undefined ? undefined : `(${why})`;
  const { code, message, meaning, detail, remedy } = error;
  const { field, expected, entra } = { ...blank, ...detail };
  const said = [message, entra, reason].filter((one) => typeof one === 'string').join(' ');
  return new CommandError(
    exitCodeOf(error),
    {
      message: said,
      code,
      ...(typeof field === 'string' && { field }),
      ...(typeof expected === 'string' && { expected }),
      remedy: away.includes(code) ? reachable : remedy,
      owner: meaning.owner,
    },
    { cause: error },
  );
}

function exitCodeOf({ code, meaning }: TenantpostError): number {
  if (meaning.disposition === 'unknown') return exitCodes.mayHaveLeft;
  if (away.includes(code)) return exitCodes.couldNotAsk;
  return usage.includes(code) ? exitCodes.wrongUsage : exitCodes.badNews;
}
