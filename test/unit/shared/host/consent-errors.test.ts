import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parse } from 'node-html-parser';
import { TenantpostError } from '../../../../shared/errors.ts';
import { consentErrors } from '../../../../shared/host/consent-errors.ts';
import { answering } from '../../../../shared/host/http.ts';
import type { Invitation } from '../../../../shared/tenants/invitation.ts';
import { anInvitation } from '../../../support/tenant.ts';
import { anInvocation, aRequest } from '../../../support/invocation.ts';

const publicUrl = 'https://mail.example.com';
const invitation = anInvitation();
const cookie = '__Host-tenantpost-invitation=signed';

async function wayBack(
  error: TenantpostError,
  { headers = {}, open }: { headers?: Record<string, string>; open?: () => Promise<Invitation> } = {},
): Promise<string | undefined> {
  const opened: (string | undefined)[] = [];
  const onError = consentErrors({
    publicUrl,
    invitations: {
      open: (signed) => {
        opened.push(signed);
        return open?.() ?? Promise.resolve(invitation);
      },
    },
    pages: {
      vendor: { name: undefined, support: undefined },
      urlOf: (route, query) => `${publicUrl}/${route}?${new URLSearchParams(query).toString()}`,
    },
  });
  const { context } = anInvocation();
  const handler = answering(onError, () => Promise.reject(error));
  const response = await handler(aRequest('/api/consent/callback', { headers }), context);
  assert.ok(typeof response === 'object' && 'body' in response && typeof response.body === 'string');
  assert.equal(response.status, error.meaning.httpStatus);
  assert.ok(opened.every((signed) => signed === 'signed'));
  return parse(response.body).querySelector('a.button')?.getAttribute('href');
}

const declined = (detail: Record<string, string> = {}) =>
  new TenantpostError('CONSENT_DECLINED', 'declined', { detail });
const back = `${publicUrl}/consentInvitation?invitation=signed`;

describe('the way back to the invitation', () => {
  test('is there for the browser that came with it', async () => {
    assert.equal(await wayBack(declined(), { headers: { cookie } }), back);
    assert.equal(await wayBack(declined({ invitationId: invitation.id }), { headers: { cookie } }), back);
  });

  test('is not there for a browser that did not, whatever the callback says', async () => {
    assert.equal(await wayBack(declined({ invitationId: invitation.id })), undefined);
  });

  test('is not there where the cookie is of another invitation than the consent', async () => {
    assert.equal(await wayBack(declined({ invitationId: 'another' }), { headers: { cookie } }), undefined);
  });

  test('is not there where the invitation no longer holds, or cannot be read: the page says what happened all the same', async () => {
    for (const code of ['INVITATION_REVOKED', 'STORAGE_UNAVAILABLE', 'UNEXPECTED'] as const) {
      const open = () => Promise.reject(new TenantpostError(code, 'not now'));
      assert.equal(await wayBack(declined(), { headers: { cookie }, open }), undefined);
    }
  });
});
