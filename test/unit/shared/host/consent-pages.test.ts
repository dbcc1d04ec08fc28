import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type HTMLElement, parse } from 'node-html-parser';
import { type ErrorCode, errorMeanings, TenantpostError } from '../../../../shared/errors.ts';
import { consentErrorPage, consentResultPage } from '../../../../shared/host/consent-pages.ts';
import { contoso } from '../../../support/app-identity.ts';
import { aRequest } from '../../../support/invocation.ts';
import { aPendingTenant, aTenant } from '../../../support/tenant.ts';

type Response = ReturnType<typeof consentErrorPage>;

function rootOf({ body }: Response): HTMLElement {
  assert.ok(typeof body === 'string');
  return parse(body);
}

/** The request with which Entra sends the administrator back. */
const callback = (description?: string) =>
  aRequest(
    `/api/consent/callback?${new URLSearchParams(description === undefined ? {} : { error_description: description }).toString()}`,
  );

const titleOf = (response: Response): string => rootOf(response).querySelector('h1')?.text ?? '';

/** The facts of the page by name. */
function factsOf(response: Response): Record<string, string> {
  const [names, values] = ['dt', 'dd'].map((tag) =>
    rootOf(response)
      .querySelectorAll(tag)
      .map(({ text }) => text),
  );
  return Object.fromEntries((names ?? []).map((name, at) => [name, values?.[at] ?? '']));
}

describe('the end of a consent', () => {
  test('of an active tenant is 200 and says that mail can be sent', () => {
    const response = consentResultPage(aTenant());
    assert.equal(response.status, 200);
    assert.equal(titleOf(response), 'Consent is in place');
    assert.deepEqual(factsOf(response), { Tenant: contoso, State: 'active' });
  });

  test('of a pending tenant is 202 and says to wait', () => {
    const response = consentResultPage(aPendingTenant());
    assert.equal(response.status, 202);
    assert.equal(titleOf(response), 'Consent is on its way');
    assert.deepEqual(factsOf(response), { Tenant: contoso, State: 'pending' });
  });
});

describe('the page of an error', () => {
  /** Every code with which `Consent.start` and `Consent.finish` end on purpose. */
  const codes: ErrorCode[] = [
    'INVITATION_INVALID',
    'INVITATION_EXPIRED',
    'INVITATION_USED',
    'CONSENT_STATE_MISSING',
    'CONSENT_STATE_INVALID',
    'CONSENT_STATE_EXPIRED',
    'CONSENT_STATE_USED',
    'CONSENT_OTHER_BROWSER',
    'CONSENT_WRONG_TENANT',
    'CONSENT_TENANT_MISSING',
    'CONSENT_DECLINED',
    'CONSENT_FAILED',
    'TENANT_NOT_FOUND',
    'APP_BLOCKED',
  ];
  for (const code of codes) {
    test(`${code} has a title of its own, the meaning, the remedy and who can mend it`, () => {
      const response = consentErrorPage(new TenantpostError(code, 'not for the page'), callback());
      const { httpStatus, meaning, remedy, owner } = errorMeanings[code];
      assert.equal(response.status, httpStatus);
      assert.notEqual(titleOf(response), 'Something went wrong');
      assert.deepEqual(
        rootOf(response)
          .querySelectorAll('p')
          .map(({ text }) => text),
        [meaning, remedy],
      );
      assert.deepEqual(factsOf(response), {
        Code: code,
        'Who can mend it':
          owner === 'operator' ? 'Whoever sent you the invitation' : 'An administrator of your organisation',
      });
    });
  }

  test('has a plain title for all others, and nothing of the error but its code', () => {
    const error = new TenantpostError('UNEXPECTED', 'secret', { cause: new Error('secret'), detail: { a: 'secret' } });
    const response = consentErrorPage(error, callback());
    assert.equal(response.status, 500);
    assert.equal(titleOf(response), 'Something went wrong');
    assert.doesNotMatch(String(response.body), /secret/);
  });

  test("shows Microsoft's own words as text, cut to 500 characters", () => {
    const words = `AADSTS650051 <script>alert(1)</script> ${'x'.repeat(1000)}`;
    const error = new TenantpostError('CONSENT_FAILED', 'failed', { detail: { invitationId: 'i' } });
    const response = consentErrorPage(error, callback(words));
    assert.equal(factsOf(response)['Microsoft says'], words.slice(0, 500));
    assert.equal(rootOf(response).querySelector('script'), null);
  });

  test("shows no words as Microsoft's where no state of ours came with them: anybody can write a link", () => {
    for (const detail of [{}, { invitationId: undefined, entra: 'AADSTS65004' }]) {
      const response = consentErrorPage(
        new TenantpostError('CONSENT_FAILED', 'failed', { detail }),
        callback('call 555'),
      );
      assert.ok(!('Microsoft says' in factsOf(response)));
      assert.ok(!String(response.body).includes('call 555'));
    }
  });

  test("has nothing in Microsoft's name where Microsoft said nothing", () => {
    const error = new TenantpostError('CONSENT_DECLINED', 'declined', { detail: { invitationId: 'i' } });
    assert.ok(!('Microsoft says' in factsOf(consentErrorPage(error, callback()))));
  });
});
