import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consentUrl } from '../../../../shared/tenants/consent-url.ts';
import type { Right } from '../../../../shared/tenants/rights.ts';
import { clientId, contoso } from '../../../support/app-identity.ts';

const endpoint = {
  authorityUrl: 'https://login.microsoftonline.com',
  clientId,
  redirectUri: 'https://mail.example.com/api/consent/callback',
  audiences: { graph: 'https://graph.microsoft.com', outlook: 'https://outlook.office365.com' },
};

function parts(tenant: string | undefined, rights: readonly Right[] | undefined) {
  const { pathname, searchParams } = new URL(consentUrl(endpoint, tenant, rights, 'a state'));
  return { pathname, query: Object.fromEntries(searchParams) };
}

describe('the page for consent', () => {
  const shared = { client_id: clientId, redirect_uri: endpoint.redirectUri, state: 'a state' };

  for (const rights of [undefined, ['Mail.Send'], ['Mail.Send', 'Mail.ReadWrite']] as const) {
    test(`for ${rights?.join(' and ') ?? 'no rights in particular'} is that of v2, with the scope of Graph`, () => {
      const query = { ...shared, scope: 'https://graph.microsoft.com/.default' };
      assert.deepEqual(parts(contoso, rights), { pathname: `/${contoso}/v2.0/adminconsent`, query });
      assert.deepEqual(parts(undefined, rights), { pathname: '/organizations/v2.0/adminconsent', query });
    });
  }

  test('for the mail protocols alone is that of v2, with the scope of Exchange Online', () => {
    const query = { ...shared, scope: 'https://outlook.office365.com/.default' };
    assert.deepEqual(parts(contoso, ['SMTP.SendAsApp']), { pathname: `/${contoso}/v2.0/adminconsent`, query });
  });

  test('for both is that of v1, which takes no scope, and common for a tenant that is not known', () => {
    const both = ['Mail.Send', 'SMTP.SendAsApp'] as const;
    assert.deepEqual(parts(contoso, both), { pathname: `/${contoso}/adminconsent`, query: shared });
    assert.deepEqual(parts(undefined, both), { pathname: '/common/adminconsent', query: shared });
  });

  test('for the mail protocols where the installation has no tokens for them is a wrong setting', () => {
    const { outlook: _, ...audiences } = endpoint.audiences;
    assert.throws(() => consentUrl({ ...endpoint, audiences }, contoso, ['SMTP.SendAsApp'], 's'), {
      code: 'CONFIG_INVALID',
    });
  });
});
