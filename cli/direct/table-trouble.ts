/** What goes wrong with tables and files, in words for whoever has neither logs nor settings before him. */

import { TenantpostError } from '../../shared/errors.ts';
import { BadNewsError, CannotAskError, CommandError, UsageError } from '../failure.ts';

/** @param role that the caller needs on the account. */
export async function tableTrouble<T>(work: Promise<T>, role: string): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw spoken(error, role);
  }
}

function spoken(error: unknown, role: string): unknown {
  if (error instanceof Error && 'code' in error && 'path' in error) {
    return new UsageError(`${String(error.path)} cannot be used (${String(error.code)}).`, { cause: error });
  }
  if (!(error instanceof TenantpostError)) return error;
  const { cause, message, detail } = error;
  // The Azure CLI has said what is wrong.
  if (cause instanceof CommandError) return cause;
  const status = detail['status'];
  if (status === 403 || status === 401) {
    const remedy = `Assign yourself the role ${role} on the account; it takes some minutes to take effect.`;
    return new BadNewsError({ message: `${message} It is not allowed.`, remedy }, { cause: error });
  }
  if (status === 404) {
    const remedy = 'Look at the name of the account; a new one needs its tables first: docs/deploy.md.';
    return new BadNewsError({ message: `${message} There is no such table.`, remedy }, { cause: error });
  }
  const remedy = 'Look at the name of the account, the network, and whether the account is open to this address.';
  return new CannotAskError({ message, remedy }, { cause: error });
}
