import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { aadstsCodes } from '../../../../../local/cloud/entra/aadsts-codes.ts';
import type { AuthorityAnswer } from '../../../../../shared/adapters/entra/authority-answer.ts';
import { entraError } from '../../../../../shared/adapters/entra/entra-error.ts';
import { type ErrorCode, errorMeanings } from '../../../../../shared/errors.ts';
import { contoso, fabrikam } from '../../../../support/app-identity.ts';
import { shownOf } from '../../../../support/failure-of.ts';

/** What @azure/identity makes of a refusal of the token endpoint, seen with version 4.14. */
function refusal(number: number, words = 'Secret words of Entra.'): Error {
  const message =
    `invalid_client: Error(s): ${number} - Timestamp: 2026-11-22 12:00:00Z - Description: AADSTS${number}: ` +
    `${words}\r\nTrace ID: 0000\r\nCorrelation ID: 1111\r\nTimestamp: 2026-11-22 12:00:00Z - Correlation ID: 1111`;
  const error = new Error(message);
  error.name = 'AuthenticationRequiredError';
  return error;
}

const answered = (status: number, overrides: Partial<AuthorityAnswer> = {}): AuthorityAnswer => ({
  status,
  retryAfterSeconds: undefined,
  oauthError: undefined,
  ...overrides,
});

/** One row a number. Numbers that belong together by their cause need not belong together by who must act. */
const table: Readonly<Record<number, ErrorCode>> = {
  7000229: 'APP_NOT_IN_TENANT',
  700016: 'APP_NOT_IN_TENANT',
  700011: 'APP_NOT_IN_TENANT',
  65001: 'APP_NOT_IN_TENANT',
  650051: 'APP_NOT_IN_TENANT',
  90094: 'APP_NOT_IN_TENANT',
  65004: 'CONSENT_DECLINED',
  70001: 'APP_BLOCKED',
  7000112: 'APP_BLOCKED',
  53003: 'APP_BLOCKED',
  90002: 'TENANT_NOT_FOUND',
  900023: 'TENANT_NOT_FOUND',
  90038: 'TENANT_IN_OTHER_CLOUD',
  900382: 'TENANT_IN_OTHER_CLOUD',
  50194: 'TENANT_NOT_HOME',
  500011: 'RESOURCE_NOT_IN_TENANT',
  500014: 'RESOURCE_NOT_IN_TENANT',
  650052: 'RESOURCE_NOT_IN_TENANT',
  700027: 'CREDENTIAL_REFUSED',
  7000215: 'CREDENTIAL_REFUSED',
  7000222: 'CREDENTIAL_REFUSED',
  50012: 'CREDENTIAL_REFUSED',
  50027: 'CREDENTIAL_REFUSED',
  50048: 'CREDENTIAL_REFUSED',
  700021: 'CREDENTIAL_REFUSED',
  700023: 'CREDENTIAL_REFUSED',
  700024: 'CREDENTIAL_REFUSED',
  700030: 'CREDENTIAL_REFUSED',
  5002727: 'CREDENTIAL_REFUSED',
  700211: 'FEDERATION_REFUSED',
  700212: 'FEDERATION_REFUSED',
  700213: 'FEDERATION_REFUSED',
  7002138: 'FEDERATION_REFUSED',
  700226: 'FEDERATION_REFUSED',
  700236: 'FEDERATION_REFUSED',
  900612: 'FEDERATION_REFUSED',
  90061: 'FEDERATION_REFUSED',
  700025: 'REGISTRATION_WRONG',
  70011: 'REGISTRATION_WRONG',
  1002012: 'REGISTRATION_WRONG',
  650056: 'REGISTRATION_WRONG',
  650057: 'REGISTRATION_WRONG',
  50196: 'ENTRA_THROTTLED',
  90055: 'ENTRA_THROTTLED',
  90033: 'ENTRA_UNAVAILABLE',
  90006: 'ENTRA_UNAVAILABLE',
  90012: 'ENTRA_UNAVAILABLE',
  90024: 'ENTRA_UNAVAILABLE',
  50033: 'ENTRA_UNAVAILABLE',
  90090: 'ENTRA_UNAVAILABLE',
  50000: 'ENTRA_UNAVAILABLE',
};

/** What the local cloud knows and this app never meets: its own requests are well formed, and nobody signs in. */
const notMet = [
  9002328, 9001023, 9000411, 7000216, 900561, 900144, 500113, 165000, 90023, 90015, 70003, 50059, 50058, 50034, 50011,
];

describe('a refusal by its number', () => {
  for (const [digits, code] of Object.entries(table)) {
    test(`AADSTS${digits} is ${code}`, () => {
      const cause = refusal(Number(digits));
      const error = entraError(contoso, cause, answered(400));
      assert.equal(error.code, code);
      assert.equal(error.cause, cause);
      assert.deepEqual(error.detail, { tenantId: contoso, aadsts: Number(digits) });
      assert.match(error.message, new RegExp(`${contoso}.*AADSTS${digits}\\b`));
      assert.doesNotMatch(shownOf(error), /Secret/);
    });
  }

  // A number that nobody knows, and three that begin or end like a known one.
  for (const number of [123456789, 70002, 7000160, 27]) {
    test(`AADSTS${number} has no row and is TOKEN_REFUSED`, () => {
      const error = entraError(contoso, refusal(number), answered(400));
      assert.deepEqual([error.code, error.detail['aadsts']], ['TOKEN_REFUSED', number]);
    });
  }

  test('every number of the local cloud has a row, but for those that this app cannot meet', () => {
    const without = Object.keys(aadstsCodes).filter((digits) => !(digits in table));
    assert.deepEqual(without.map(Number).sort(), [...notMet].sort());
  });

  test('whatever waiting cannot cure by itself is not tried again on and on, unless it is ours to mend', () => {
    for (const code of new Set(Object.values(table))) {
      const { disposition, owner } = errorMeanings[code];
      if (owner === 'tenant admin') assert.equal(disposition, 'never', code);
    }
  });
});

test('the number of the description decides, where it and the list differ', () => {
  const cause = new Error('Error(s): 1 - Description: AADSTS700016: gone');
  assert.equal(entraError(contoso, cause).code, 'APP_NOT_IN_TENANT');
});

test('a refusal without a description is judged by its list of numbers', () => {
  const error = entraError(contoso, new Error('invalid_client: Error(s): 7000215 - Timestamp: 2026-11-22 12:00:00Z'));
  assert.equal(error.code, 'CREDENTIAL_REFUSED');
  assert.deepEqual(error.detail, { tenantId: contoso, aadsts: 7000215 });
});

describe('a number without a row', () => {
  const wordsOf = (words: string): unknown =>
    entraError(contoso, refusal(123456, words), answered(400)).detail['entra'];

  test('leaves the first sentence of Entra in the detail', () => {
    assert.equal(wordsOf('The grant was revoked. Ask somebody else.'), 'The grant was revoked.');
    assert.equal(wordsOf('No full stop'), 'No full stop');
  });

  test('leaves nothing behind the description: no trace, no correlation, no time', () => {
    const oneLine = new Error(
      'Description: AADSTS123456: It failed Trace ID: 0000 Correlation ID: 1111 Timestamp: 2026',
    );
    assert.equal(entraError(contoso, oneLine).detail['entra'], 'It failed');
  });

  for (const [what, words, kept] of [
    ['what stands in quotes', `User 'anna' of "Contoso Ltd" is unknown.`, 'User … of … is unknown.'],
    [
      'a name with an apostrophe or a full stop',
      `It isn't known to 'O'Brien Ltd. Dublin' yet.`,
      `It isn't known to … yet.`,
    ],
    ['what stands behind a quote that is never closed', `It isn't known to 'Contoso and`, `It isn't known to …`],
    ['what stands in braces', 'The user account {EmailHidden} does not exist.', 'The user account … does not exist.'],
    ['an address', 'User anna@contoso.example is unknown.', 'User … is unknown.'],
    ['an IP address', 'Blocked from 192.0.2.17 by policy.', 'Blocked from … by policy.'],
    ['the id of somebody else', `Not for ${fabrikam} here.`, 'Not for … here.'],
    ['a token', `Bad value ${'eyJhbGciOiJub25lIn0'.repeat(3)} given.`, 'Bad value … given.'],
    ['control characters', 'Bad\u0000value\u001b[31m.', 'Bad value [31m.'],
  ] as const) {
    test(`loses ${what}`, () => assert.equal(wordsOf(words), kept));
  }

  test('keeps the id of the tenant that was asked for, in whatever case', () => {
    assert.equal(wordsOf(`Tenant ${contoso.toUpperCase()} is late.`), `Tenant ${contoso.toUpperCase()} is late.`);
  });

  test('leaves 200 characters at most, and no field where nothing is left', () => {
    assert.equal(String(wordsOf('word '.repeat(100))).length, 199);
    assert.equal('entra' in entraError(contoso, refusal(123456, ''), answered(400)).detail, false);
  });

  test('is judged by the status where that tells more', () => {
    const codeOf = (status: number): ErrorCode => entraError(contoso, refusal(123456), answered(status)).code;
    assert.deepEqual([400, 401, 403, 429, 500, 503].map(codeOf), [
      'TOKEN_REFUSED',
      'TOKEN_REFUSED',
      'TOKEN_REFUSED',
      'ENTRA_THROTTLED',
      'ENTRA_UNAVAILABLE',
      'ENTRA_UNAVAILABLE',
    ]);
    assert.equal(entraError(contoso, refusal(123456), answered(503)).detail['entra'], 'Secret words of Entra.');
  });
});

test('a number with a row is not judged by the status', () => {
  for (const status of [400, 401, 429, 500]) {
    assert.equal(entraError(contoso, refusal(700016), answered(status)).code, 'APP_NOT_IN_TENANT');
  }
});

test('the time that Entra asks for goes with the error, whatever it is', () => {
  for (const [number, status] of [
    [90055, 429],
    [50196, 400],
    [90033, 503],
    [123456, 400],
  ] as const) {
    const error = entraError(contoso, refusal(number), answered(status, { retryAfterSeconds: 17 }));
    assert.equal(error.retryAfterSeconds, 17);
    assert.equal(entraError(contoso, refusal(number), answered(status)).retryAfterSeconds, undefined);
  }
});

describe('without an answer', () => {
  for (const [what, cause] of Object.entries({
    'a connection that was refused': Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:443'), {
      code: 'ECONNREFUSED',
    }),
    'a failed discovery': new Error('endpoints_resolution_error: Endpoints cannot be resolved'),
    'an empty message': new Error(''),
    'no error at all': 'AADSTS700016',
    nothing: undefined,
  })) {
    test(`${what} is ENTRA_UNAVAILABLE`, () => {
      const error = entraError(contoso, cause);
      assert.equal(error.code, 'ENTRA_UNAVAILABLE');
      assert.deepEqual(error.detail, { tenantId: contoso });
      assert.equal(error.message, `Entra could not be asked for a token of tenant ${contoso}.`);
      assert.equal(error.cause, cause);
    });
  }
});

describe('an answer without a number', () => {
  for (const [status, oauthError, code] of [
    [200, undefined, 'ENTRA_UNAVAILABLE'],
    [200, 'invalid_client', 'ENTRA_UNAVAILABLE'],
    [302, undefined, 'ENTRA_UNAVAILABLE'],
    [404, undefined, 'ENTRA_UNAVAILABLE'],
    [407, undefined, 'ENTRA_UNAVAILABLE'],
    [400, 'invalid_client', 'TOKEN_REFUSED'],
    [401, 'unauthorized_client', 'TOKEN_REFUSED'],
    [429, undefined, 'ENTRA_THROTTLED'],
    [429, 'slow_down', 'ENTRA_THROTTLED'],
    [500, undefined, 'ENTRA_UNAVAILABLE'],
    [503, 'temporarily_unavailable', 'ENTRA_UNAVAILABLE'],
  ] as const) {
    test(`of ${status} with ${oauthError ?? 'no word of OAuth'} is ${code}, with the status`, () => {
      const error = entraError(
        contoso,
        new Error('client_error: A client error occured.'),
        answered(status, { oauthError }),
      );
      assert.equal(error.code, code);
      const word = oauthError === undefined ? {} : { oauthError };
      assert.deepEqual(error.detail, { tenantId: contoso, status, ...word });
      assert.match(error.message, new RegExp(`${contoso}.* ${status} `));
    });
  }
});
