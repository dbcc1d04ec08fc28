import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type HTMLElement, parse } from 'node-html-parser';
import { type ErrorCode, errorMeanings, TenantpostError } from '../../../../shared/errors.ts';
import { type Again, consentErrorPage } from '../../../../shared/host/consent-pages.ts';
import { aRequest } from '../../../support/invocation.ts';
import { anInvitation } from '../../../support/tenant.ts';

type Response = ReturnType<typeof consentErrorPage>;

const vendor = { name: 'Mailworks', support: undefined };
const link = 'https://mail.example.com/api/consent/invitation?invitation=signed';
const again: Again = { invitation: anInvitation({ domain: 'contoso.example' }), link };

function rootOf({ body }: Response): HTMLElement {
  assert.ok(typeof body === 'string');
  return parse(body);
}

/** The request with which Entra sends the administrator back. */
const callback = (description?: string) => {
  const query = { error: 'invalid_client', ...(description === undefined ? {} : { error_description: description }) };
  return aRequest(`/api/consent/callback?${new URLSearchParams(query).toString()}`);
};

const pageOf = (error: TenantpostError, way?: Again, description?: string): Response =>
  consentErrorPage(error, callback(description), vendor, way);

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

/** Every code with which a consent, or the link to a page, is refused on purpose. */
const codes: readonly ErrorCode[] = (Object.keys(errorMeanings) as ErrorCode[]).filter((code) =>
  /^(INVITATION_(?!NOT_FOUND)|CONSENT_(?!NOT_PROVEN)|PAGE_LINK_)|^(APP_BLOCKED|RESOURCE_NOT_IN_TENANT|TENANT_(UNKNOWN|NOT_FOUND|NOT_HOME|IN_OTHER_CLOUD))$/.test(
    code,
  ),
);

describe('the page of a refusal', () => {
  test('is there for every way in which consent can end', () => {
    assert.ok(codes.length >= 22, codes.join(' '));
  });

  for (const code of codes) {
    test(`${code} has a title of its own, says what to do next, and who can mend it`, () => {
      const response = pageOf(new TenantpostError(code, 'not for the page'), again);
      const { httpStatus, owner } = errorMeanings[code];
      assert.equal(response.status, httpStatus);
      assert.notEqual(titleOf(response), 'Something went wrong on our side');
      const root = rootOf(response);
      assert.equal(root.querySelector('h2')?.text, 'What to do next');
      assert.ok((root.querySelector('h2')?.nextElementSibling?.text ?? '').length > 20);
      assert.deepEqual(
        [factsOf(response)['Code'], factsOf(response)['Who can mend it']],
        [code, owner === 'operator' ? 'Mailworks' : 'An administrator of your organisation'],
      );
    });
  }

  test('leads back to the invitation where that helps and it still holds', () => {
    const error = new TenantpostError('CONSENT_NAME_CLASH', 'clash');
    assert.equal(rootOf(pageOf(error, again)).querySelector('a.button')?.getAttribute('href'), link);
    assert.equal(rootOf(pageOf(error)).querySelector('a.button'), null);
    const over = new TenantpostError('INVITATION_REVOKED', 'revoked');
    assert.equal(rootOf(pageOf(over, again)).querySelector('a.button'), null);
  });

  test('for somebody who is no administrator has a text to send on, with the link', () => {
    const root = rootOf(pageOf(new TenantpostError('CONSENT_NOT_ADMIN', 'no admin'), again));
    assert.match(root.querySelector('pre')?.text ?? '', /Mailworks asks to send mail for contoso\.example/);
    assert.ok(root.querySelector('pre')?.text.includes(link));
    assert.equal(rootOf(pageOf(new TenantpostError('CONSENT_NOT_ADMIN', 'no admin'))).querySelector('pre'), null);
  });

  test('of what nobody in front of it can mend says nothing but the code', () => {
    const error = new TenantpostError('UNEXPECTED', 'secret', { cause: new Error('secret'), detail: { a: 'secret' } });
    const response = pageOf(error);
    assert.equal(response.status, 500);
    assert.equal(titleOf(response), 'Something went wrong on our side');
    assert.doesNotMatch(String(response.body), /secret/);
    const vault = String(pageOf(new TenantpostError('VAULT_REFUSED', 'vault')).body);
    assert.ok(!vault.includes(errorMeanings.VAULT_REFUSED.remedy) && !vault.includes('Key Vault'));
  });

  test("shows Microsoft's own words as text, cut to 500 characters", () => {
    const words = `AADSTS650051 <script>alert(1)</script> ${'x'.repeat(1000)}`;
    const response = pageOf(
      new TenantpostError('CONSENT_FAILED', 'failed', { detail: { invitationId: 'i' } }),
      undefined,
      words,
    );
    assert.equal(factsOf(response)['Microsoft says'], words.slice(0, 500));
    assert.equal(rootOf(response).querySelector('script'), null);
  });

  test("shows no words as Microsoft's where no state of ours came with them: anybody can write a link", () => {
    for (const detail of [{}, { invitationId: undefined, entra: 'AADSTS65004' }]) {
      const response = pageOf(new TenantpostError('CONSENT_FAILED', 'failed', { detail }), again, 'call 555');
      assert.ok(!('Microsoft says' in factsOf(response)));
      assert.ok(!String(response.body).includes('call 555'));
    }
  });

  test("has nothing in Microsoft's name where Microsoft said nothing", () => {
    const error = new TenantpostError('CONSENT_DECLINED', 'declined', { detail: { invitationId: 'i' } });
    assert.ok(!('Microsoft says' in factsOf(pageOf(error))));
  });
});
