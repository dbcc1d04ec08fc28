/** What of a redirect is an answer to the consent that was begun. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readAnswer } from '../../../cli/direct/consent-answer.ts';
import { contoso } from '../../support/app-identity.ts';

const read = (query: string) => readAnswer(new URLSearchParams(query), 'our-state');

describe('the answer of a consent page', () => {
  test('is its tenant, with our state', () => {
    const answer = { tenant: contoso, error: null, errorDescription: null, hasState: true };
    assert.deepEqual(read(`admin_consent=True&tenant=${contoso.toUpperCase()}&state=our-state`), answer);
  });

  test('is an error before all else, since one comes with admin_consent=True and a tenant as well', () => {
    const answer = { tenant: contoso, error: 'consent_required', errorDescription: 'No.', hasState: true };
    const query = `admin_consent=True&tenant=${contoso}&error=consent_required&error_description=No.&state=our-state`;
    assert.deepEqual(read(query), answer);
  });

  test('may be an error without a state, as v1 sends it, and says so', () => {
    const answer = { tenant: null, error: 'permission_denied', errorDescription: 'No.', hasState: false };
    assert.deepEqual(read('error=permission_denied&error_description=No.'), answer);
  });

  for (const [what, query, why] of [
    ['nothing', '', 'no-answer'],
    ['a state alone', 'state=our-state', 'no-answer'],
    ['a tenant without a state', `tenant=${contoso}`, 'other-state'],
    ['a tenant with another state', `tenant=${contoso}&state=our-statf`, 'other-state'],
    ['a tenant with an empty state', `tenant=${contoso}&state=`, 'other-state'],
    ['an error with another state', 'error=x&state=other', 'other-state'],
    ['a tenant that is no GUID', 'tenant=contoso.example&state=our-state', 'no-tenant'],
    ['an empty tenant', 'tenant=&state=our-state', 'no-tenant'],
  ] as const) {
    test(`is not ${what}`, () => assert.equal(read(query), why));
  }
});
