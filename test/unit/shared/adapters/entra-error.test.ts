import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { entraError } from '../../../../shared/adapters/entra-error.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { contoso } from '../../../support/app-identity.ts';

/** What @azure/identity makes of a refusal of the token endpoint, seen with version 4.14. */
function refusal(number: number): Error {
  const message =
    `invalid_client: Error(s): ${number} - Timestamp: 2026-11-22 12:00:00Z - Description: AADSTS${number}: ` +
    'Secret words of Entra. Trace ID: 0000 Correlation ID: 1111 Timestamp: 2026-11-22 12:00:00Z - Correlation ID: 1111';
  const error = new Error(message);
  error.name = 'AuthenticationRequiredError';
  return error;
}

const table: Partial<Record<ErrorCode, readonly number[]>> = {
  APP_NOT_IN_TENANT: [7000229, 700016, 700011, 65001, 650051],
  APP_BLOCKED: [70001, 7000112, 53003],
  TENANT_NOT_FOUND: [90002, 900023, 90038],
  CREDENTIAL_REFUSED: [700027, 7000215, 7000222, 50012, 50027, 50048, 700021, 700023, 700024, 700025, 700030],
  ENTRA_UNAVAILABLE: [50196, 90055, 90033, 90006, 90012, 90024, 50033, 90090],
  // No row of its own: a number that nobody knows, two that begin like a known one, and one within another.
  TOKEN_REFUSED: [123456789, 70002, 7000160, 500011, 0],
};

describe('a refusal by its number', () => {
  for (const [code, numbers] of Object.entries(table)) {
    for (const number of numbers) {
      test(`AADSTS${number} is ${code}`, () => {
        const cause = refusal(number);
        const error = entraError(contoso, cause);
        assert.equal(error.code, code);
        assert.equal(error.cause, cause);
        assert.deepEqual(error.detail, { tenantId: contoso, aadsts: number });
        assert.match(error.message, new RegExp(`${contoso}.*AADSTS${number}\\b`));
        assert.doesNotMatch(error.message, /Secret/);
      });
    }
  }
});

test('the number of the description decides, where it and the list differ', () => {
  assert.equal(
    entraError(contoso, new Error('Error(s): 1 - Description: AADSTS700016: gone')).code,
    'APP_NOT_IN_TENANT',
  );
});

test('a refusal without a description is judged by its list of numbers', () => {
  const error = entraError(contoso, new Error('invalid_client: Error(s): 7000215 - Timestamp: 2026-11-22 12:00:00Z'));
  assert.equal(error.code, 'CREDENTIAL_REFUSED');
  assert.deepEqual(error.detail, { tenantId: contoso, aadsts: 7000215 });
});

describe('what has no number is taken as Entra being away', () => {
  for (const [what, cause] of Object.entries({
    'a connection that was refused': Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:443'), {
      code: 'ECONNREFUSED',
    }),
    'a failed discovery': new Error('endpoints_resolution_error: Endpoints cannot be resolved'),
    'an empty message': new Error(''),
    'no error at all': 'AADSTS700016',
    nothing: undefined,
  })) {
    test(what, () => {
      const error = entraError(contoso, cause);
      assert.equal(error.code, 'ENTRA_UNAVAILABLE');
      assert.deepEqual(error.detail, { tenantId: contoso });
      assert.equal(error.cause, cause);
      assert.doesNotMatch(error.message, /ECONNREFUSED|AADSTS/);
    });
  }
});
