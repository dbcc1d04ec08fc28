/** Ports that fail on demand. */

import { type ErrorCode, TenantpostError, type TenantpostErrorOptions } from '../../shared/errors.ts';

export function anError(code: ErrorCode, options: TenantpostErrorOptions = {}): TenantpostError {
  return new TenantpostError(code, `A test made ${code} happen.`, options);
}

/** A method that always ends in the error. */
export function failing(code: ErrorCode, options?: TenantpostErrorOptions): () => Promise<never> {
  return () => Promise.reject(anError(code, options));
}

/** For `assert.rejects` and `assert.throws`: one of our errors, by its code. */
export function withCode(code: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    if (error instanceof TenantpostError && error.code === code) return true;
    // What came instead says more than that something else came.
    throw error;
  };
}
