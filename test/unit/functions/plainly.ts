/** How a trigger may fail: the host prints the whole error, with its cause and whatever else hangs on it. */

import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { type ErrorCode, TenantpostError } from '../../../shared/errors.ts';

/** For `assert.rejects`: one of our errors by its code, and with nothing on it that came from outside. */
export function plainly(code: ErrorCode): (error: unknown) => boolean {
  return (error) => {
    assert.ok(error instanceof TenantpostError);
    assert.equal(error.code, code);
    assert.deepEqual([error.cause, error.detail], [undefined, {}]);
    assert.doesNotMatch(inspect(error, { depth: null }), /secret|anna/);
    return true;
  };
}
