import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { errorMeanings } from '../../../../shared/errors.ts';
import { keptWords, readEntrasError } from '../../../../shared/tenants/consent-error.ts';

describe('an error on the redirect', () => {
  for (const [error, description, code, entra] of [
    ['consent_required', 'AADSTS65004: declined', 'CONSENT_DECLINED', 'AADSTS65004'],
    ['permission_denied', 'The admin canceled the request', 'CONSENT_DECLINED', undefined],
    ['access_denied', '', 'CONSENT_DECLINED', undefined],
    ['access_denied', 'AADSTS90094: The grant requires admin permission.', 'CONSENT_NOT_ADMIN', 'AADSTS90094'],
    ['access_denied', 'AADSTS90093: x', 'CONSENT_NOT_ADMIN', 'AADSTS90093'],
    ['access_denied', 'AADSTS90095: x', 'CONSENT_NOT_ADMIN', 'AADSTS90095'],
    ['invalid_client', 'AADSTS650051: already present', 'CONSENT_NAME_CLASH', 'AADSTS650051'],
    ['invalid_client', 'AADSTS650052: lacks', 'CONSENT_SERVICE_MISSING', 'AADSTS650052'],
    ['invalid_resource', 'AADSTS500011: not found', 'CONSENT_SERVICE_MISSING', 'AADSTS500011'],
    ['access_denied', 'AADSTS53003: blocked', 'CONSENT_BLOCKED', 'AADSTS53003'],
    ['access_denied', 'AADSTS53000: device', 'CONSENT_BLOCKED', 'AADSTS53000'],
    ['invalid_request', 'AADSTS90038: other cloud', 'TENANT_IN_OTHER_CLOUD', 'AADSTS90038'],
    ['invalid_client', 'AADSTS650057: Invalid resource', 'REGISTRATION_WRONG', 'AADSTS650057'],
    ['server_error', 'AADSTS99999999: new', 'CONSENT_FAILED', 'AADSTS99999999'],
    ['server_error', 'no number', 'CONSENT_FAILED', undefined],
    ['<script>', 'AADSTS<script>', 'CONSENT_FAILED', undefined],
    ['x', 'AADSTS650051000: no such number', 'CONSENT_FAILED', undefined],
  ] as const) {
    test(`${error} with "${description}" is ${code}`, () => {
      assert.deepEqual(readEntrasError(error, description), { code, entra });
      const texts: readonly string[] = Object.values(errorMeanings[code]).map(String);
      assert.ok(texts.every((text) => text.length > 0));
    });
  }
});

describe('what the audit trail keeps of it', () => {
  test('has no account name, which Entra quotes here and there', () => {
    const said = "AADSTS50020: User account 'anna.berg@contoso.example' from identity provider does not exist.";
    assert.equal(
      keptWords('access_denied', said),
      "access_denied: AADSTS50020: User account '…' from identity provider does not exist.",
    );
  });

  test('is 500 characters at most, however long it was', () => {
    assert.equal(keptWords('x'.repeat(9000), 'y'.repeat(100_000)).length, 500);
    assert.equal(keptWords('server_error', undefined), 'server_error');
  });
});
