import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TenantpostError } from '../../../../shared/errors.ts';
import { isTokenFor, readToken } from '../../../../shared/tokens/token.ts';
import {
  clientId,
  contoso,
  enterpriseApp,
  fabrikam,
  graphResource,
  outlookResource,
} from '../../../support/app-identity.ts';
import { noon } from '../../../support/clock.ts';
import { anExpectation, aToken, aTokenValue, aTokenValueFor, inAnHour } from '../../../support/unsigned-token.ts';

const issuer = `https://sts.windows.net/${contoso}/`;

/** The refusal of a token, which never shows any of it. */
function refusal(value: string, expected = anExpectation()): TenantpostError {
  try {
    readToken(value, expected);
  } catch (error) {
    assert.ok(error instanceof TenantpostError);
    assert.equal(error.code, 'TOKEN_WRONG');
    for (const part of value.split('.').filter((text) => text.length > 3)) {
      assert.ok(!`${error.message} ${JSON.stringify(error.detail)}`.includes(part));
    }
    return error;
  }
  assert.fail('The token was taken.');
}

describe('a token that is the one asked for', () => {
  test('is read', () => {
    const value = aTokenValue({ roles: ['Mail.Send', 'User.Read.All'] });
    assert.deepEqual(readToken(value, anExpectation()), {
      value,
      tenantId: contoso,
      clientId,
      audience: graphResource,
      resource: 'graph',
      issuedAt: noon,
      expiresAt: inAnHour * 1000,
      roles: ['Mail.Send', 'User.Read.All'],
      objectId: enterpriseApp,
    });
  });

  test('has no roles where Entra put none into it', () => {
    assert.deepEqual(readToken(aTokenValue({ roles: undefined }), anExpectation()).roles, []);
  });

  test('names the app by azp in version 2', () => {
    const value = aTokenValue({ appid: undefined, azp: clientId });
    assert.equal(readToken(value, anExpectation()).value, value);
  });

  test('is read for Outlook, and is none for Graph then', () => {
    const value = aTokenValueFor(contoso, 'outlook');
    const { resource, audience } = readToken(value, anExpectation(contoso, 'outlook'));
    assert.deepEqual([resource, audience], ['outlook', outlookResource]);
    assert.equal(refusal(value).detail['claims'], 'aud');
    assert.equal(refusal(aTokenValue(), anExpectation(contoso, 'outlook')).detail['claims'], 'aud');
  });

  test('may be issued as version 1 or 2 does', () => {
    for (const iss of [`https://sts.windows.net/${contoso}/`, `https://login.microsoftonline.com/${contoso}/v2.0`]) {
      assert.equal(readToken(aTokenValue({ iss }), anExpectation()).tenantId, contoso);
    }
  });

  test('may have its audience with a trailing slash, and its ids in capitals', () => {
    const value = aTokenValue({
      aud: `${graphResource}/`,
      tid: contoso.toUpperCase(),
      appid: clientId.toUpperCase(),
    });
    assert.equal(readToken(value, anExpectation()).tenantId, contoso);
  });
});

describe('a token that is not the one asked for is refused', () => {
  const cases: readonly [string, Record<string, unknown>, string][] = [
    ['of another tenant', { tid: fabrikam }, 'tid iss'],
    ['of another tenant by its word, and issued for the one asked for', { tid: fabrikam, iss: issuer }, 'tid'],
    ['of the tenant by its word, and issued for another', { iss: issuer.replace(contoso, fabrikam) }, 'iss'],
    ['issued for a tenant whose id only begins alike', { iss: `${issuer.slice(0, -1)}0/` }, 'iss'],
    ['of an issuer without a tenant', { iss: 'https://sts.windows.net/' }, 'iss'],
    ['of another app', { appid: crypto.randomUUID() }, 'appid'],
    ['of another app in version 2', { appid: undefined, azp: crypto.randomUUID() }, 'appid'],
    ['of no app', { appid: undefined }, 'appid'],
    ['for another resource', { aud: 'https://outlook.office365.com' }, 'aud'],
    ['for a resource whose name only begins alike', { aud: `${graphResource}.evil.example` }, 'aud'],
    ['of another tenant, app and resource', { tid: fabrikam, appid: 'x', aud: 'y' }, 'tid appid aud iss'],
  ];
  for (const [what, claims, differing] of cases) {
    test(`${what}, naming the claims that differ`, () => {
      const { detail } = refusal(aTokenValue(claims));
      assert.deepEqual(detail, { tenantId: contoso, resource: 'graph', claims: differing });
    });
  }
});

test("a token that another of Microsoft's clouds issued is refused, whatever else it says", () => {
  const asked: string[] = [];
  const isForeignIssuer = (iss: string): boolean => {
    asked.push(iss);
    return true;
  };
  assert.equal(refusal(aTokenValue(), { ...anExpectation(), isForeignIssuer }).detail['claims'], 'iss');
  assert.deepEqual(asked, [issuer]);
});

describe('a token that was read before', () => {
  test('is the one asked for when tenant, app, resource and audience are', () => {
    assert.equal(isTokenFor(aToken(), anExpectation()), true);
  });

  for (const [what, overrides] of Object.entries({
    'of another tenant': { tenantId: fabrikam },
    'of another app': { clientId: crypto.randomUUID() },
    'for another resource': { resource: 'outlook' },
    'for the same resource in another cloud': { audience: 'https://graph.microsoft.us' },
  } as const)) {
    test(`is not the one asked for when it is ${what}`, () => {
      assert.equal(isTokenFor(aToken(overrides), anExpectation()), false);
    });
  }
});

describe('what is no token is refused', () => {
  const encoded = (text: string): string => Buffer.from(text).toString('base64url');
  const junk: Record<string, string> = {
    nothing: '',
    'a word': 'junk',
    'three words': 'aaaa.bbbb.cccc',
    'an encrypted token': 'a.b.c.d.e',
    'a payload that is no JSON': `${encoded('{}')}.${encoded('no json')}.`,
    'a payload that is no object': `${encoded('{}')}.${encoded('[]')}.`,
    'a token without tid': aTokenValue({ tid: undefined }),
    'a token without oid': aTokenValue({ oid: undefined }),
    'a token without aud': aTokenValue({ aud: undefined }),
    'a token without iss': aTokenValue({ iss: undefined }),
    'a token without iat': aTokenValue({ iat: undefined }),
    'a token without exp': aTokenValue({ exp: undefined }),
    'a token with several audiences': aTokenValue({ aud: [graphResource, 'https://outlook.office365.com'] }),
    'a token whose expiry is text': aTokenValue({ exp: String(inAnHour) }),
    'a token whose roles are text': aTokenValue({ roles: 'Mail.Send' }),
  };
  for (const [what, value] of Object.entries(junk)) {
    test(what, () => {
      refusal(value);
    });
  }
});
