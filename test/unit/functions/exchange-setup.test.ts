import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { exchangeSetup } from '../../../functions/exchange-setup.ts';
import { operations } from '../../../functions/operations.ts';
import { type ErrorCode, TenantpostError } from '../../../shared/errors.ts';
import { openApi } from '../../../shared/mail/api/open-api.ts';
import type { Tenant } from '../../../shared/tenants/tenant.ts';
import { clientId, contoso, fabrikam } from '../../support/app-identity.ts';
import { anError } from '../../support/failing.ts';
import { anInvocation, aRequest } from '../../support/invocation.ts';
import { OpenApi } from '../../support/open-api.ts';
import { type Answer, answerOf, objectIn } from './answer.ts';

const objectId = '6233fba6-0198-4277-892f-9275bf728bcc';
const proven: Tenant = {
  ...{ id: contoso, state: 'active', since: 0, objectId },
  ...{ rights: ['SMTP.SendAsApp'], mailboxes: ['post@contoso.example'] },
};
const { objectId: _, ...unproven } = proven;

/** What comes of looking these domains up. */
const whyNot: Readonly<Record<string, ErrorCode>> = {
  'nowhere.example': 'TENANT_NOT_FOUND',
  'abroad.example': 'TENANT_IN_OTHER_CLOUD',
  'unanswered.example': 'ENTRA_UNAVAILABLE',
};

const described = new OpenApi(openApi('https://mail.example.com', operations));

function aFunction(tenant: Tenant = proven) {
  return exchangeSetup({
    tenantApi: {
      resolve: async (text) => {
        const code = whyNot[text];
        if (code !== undefined) throw anError(code);
        return text === 'contoso.example' ? contoso : text;
      },
      read: (id) =>
        id === contoso
          ? Promise.resolve({ tenant, events: [], invitations: [] })
          : Promise.reject(new TenantpostError('TENANT_UNKNOWN', 'There is no such tenant.')),
    },
    pages: { clientId, vendor: { name: 'Mailworks', support: undefined } },
  });
}

/** Fails when the answer is not of its description. */
async function ask(tenant: string, query = '', row: Tenant = proven): Promise<Answer> {
  const request = aRequest(`/api/tenants/${tenant}/exchange${query}`, { params: { tenant } });
  const answer = await answerOf(aFunction(row), request, anInvocation('exchangeSetup').context);
  const type = answer.headers['content-type'] ?? '';
  const value = type.startsWith('text/plain') ? answer.body : objectIn(answer.body);
  described.requireAnswer('exchangeSetup', answer.status, type, value);
  return answer;
}

test('it asks for a key, by GET', () => {
  const { methods, authLevel, route } = aFunction();
  assert.deepEqual([methods, authLevel, route], [['GET'], 'function', 'tenants/{tenant}/exchange']);
});

describe('the Exchange set-up over HTTP', () => {
  test('is plain text in UTF-8, which no cache may keep and no browser guess at', async () => {
    const { status, headers, body } = await ask(contoso);
    assert.equal(status, 200);
    assert.equal(headers['content-type'], 'text/plain; charset=utf-8');
    assert.equal(headers['cache-control'], 'no-store');
    assert.equal(headers['x-content-type-options'], 'nosniff');
    assert.ok(
      body.includes(`New-ServicePrincipal -AppId '${clientId}' -ObjectId '${objectId}' -DisplayName 'Mailworks'`),
    );
  });

  test('is for a tenant by its domain, and for several mailboxes', async () => {
    const { body } = await ask('contoso.example', '?form=script&mailbox=a@contoso.example,b@contoso.example');
    assert.match(body, /\n {2}'a@contoso\.example',\n {2}'b@contoso\.example'\n/);
  });

  test('takes no notice of the key in its query, which is the host’s', async () => {
    assert.equal((await ask(contoso, '?code=abc')).body, (await ask(contoso)).body);
  });

  for (const [what, tenant, query, row, status, code] of [
    ['before consent is proven', contoso, '', unproven, 409, 'CONSENT_NOT_PROVEN'],
    ['of a tenant that nobody knows', fabrikam, '', proven, 404, 'TENANT_UNKNOWN'],
    ['of a domain that nobody has', 'nowhere.example', '', proven, 404, 'TENANT_NOT_FOUND'],
    ['of a tenant in another cloud', 'abroad.example', '', proven, 404, 'TENANT_IN_OTHER_CLOUD'],
    ['of a domain that Entra cannot be asked about', 'unanswered.example', '', proven, 503, 'ENTRA_UNAVAILABLE'],
    ['of what is no tenant', 'contoso', '', proven, 400, 'REQUEST_INVALID'],
    ['in a form that there is not', contoso, '?form=bash', proven, 400, 'REQUEST_INVALID'],
  ] as const) {
    test(`is refused with the reason ${what}`, async () => {
      const answer = await ask(tenant, query, row);
      assert.equal(answer.status, status);
      assert.equal(objectIn(answer.body)['code'], code);
    });
  }
});
