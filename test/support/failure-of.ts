/** What a call ended in, where it must have ended in one of our errors. */

import assert from 'node:assert/strict';
import { TenantpostError } from '../../shared/errors.ts';

export async function failureOf(call: Promise<unknown>): Promise<TenantpostError> {
  let result: unknown;
  try {
    result = await call;
  } catch (error) {
    if (error instanceof TenantpostError) return error;
    throw error;
  }
  return assert.fail(`the call succeeded: ${JSON.stringify(result)}`);
}

/** Everything of an error that may stand in a log, a row or an answer. */
export function shownOf({ name, code, message, detail, stack }: TenantpostError): string {
  return JSON.stringify([name, code, message, detail, stack]);
}
