import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import {
  addTenant,
  anAssertion,
  anEnterpriseApp,
  type AssertionOverrides,
  customers,
  entraError,
  grantedToken,
  requestToken,
  startTestCloud,
  tokenEndpoint,
  vendor,
} from '../../../support/cloud.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const stranger = await makeAppCertificate('stranger');
const now = (): number => Math.floor(Date.now() / 1000);

const grant = async (overrides: AssertionOverrides = {}) =>
  grantedToken(await requestToken(cloud, { form: { client_assertion: await anAssertion(cloud, overrides) } }));

async function refusal(assertion: string, tenant?: string): Promise<{ code: number; description: string }> {
  const response = await requestToken(cloud, { form: { client_assertion: assertion }, ...(tenant && { tenant }) });
  const body = await entraError(response);
  assert.equal(response.status, body.error_codes[0] === 5002727 ? 400 : 401);
  assert.equal(body.error, body.error_codes[0] === 5002727 ? 'invalid_request' : 'invalid_client');
  return { code: body.error_codes[0] ?? 0, description: body.error_description };
}

const refuse = async (overrides: AssertionOverrides): Promise<{ code: number; description: string }> =>
  refusal(await anAssertion(cloud, overrides));

test('accepts PS256 with x5t#S256 of a registered certificate', async () => {
  assert.equal((await grant()).claims['tid'], customers.contoso.id);
});

describe('the form of an assertion', () => {
  for (const [title, assertion] of [
    ['a word', 'assertion'],
    ['two parts', 'eyJhbGciOiJQUzI1NiJ9.e30'],
    ['no JSON in its parts', 'aaaa.bbbb.cccc'],
    ['an encrypted token of five parts', 'eyJhbGciOiJkaXIiLCJlbmMiOiJBMTI4R0NNIn0.a.b.c.d'],
  ] as const) {
    test(`is refused when it is ${title}`, async () => {
      assert.equal((await refusal(assertion)).code, 50027);
    });
  }

  for (const claim of ['aud', 'iss', 'sub', 'jti', 'exp']) {
    test(`is refused without ${claim}`, async () => {
      assert.equal((await refuse({ claims: { [claim]: undefined } })).code, 50027);
    });
  }

  test('may leave out nbf and iat, and the typ of its header', async () => {
    await grant({ claims: { nbf: undefined, iat: undefined }, header: { typ: undefined } });
  });

  test('is refused when its header says that it is something else than a JWT', async () => {
    assert.equal((await refuse({ header: { typ: 'at+jwt' } })).code, 5002727);
  });

  test('is refused when its time is not one', async () => {
    assert.equal((await refuse({ claims: { exp: 1e300 } })).code, 50027);
    assert.equal((await refuse({ claims: { aud: [tokenEndpoint(cloud)] } })).code, 50027);
  });
});

describe('the audience of an assertion', () => {
  test("may be this endpoint or Microsoft's own for the same tenant", async () => {
    await grant({ claims: { aud: `https://login.microsoftonline.com/${customers.contoso.id}/oauth2/v2.0/token` } });
    await grant({ claims: { aud: `${cloud.urls.entra}/${customers.contoso.id}/oauth2/v2.0/token` } });
  });

  test('may name the tenant by its domain where the request does so', async () => {
    const tenant = 'contoso.example';
    for (const authority of [cloud.urls.entra, 'https://login.microsoftonline.com']) {
      const claims = { aud: `${authority}/${tenant}/oauth2/v2.0/token` };
      const form = { client_assertion: await anAssertion(cloud, { claims }) };
      await grantedToken(await requestToken(cloud, { tenant, form }));
    }
  });

  for (const [title, aud] of [
    ['the token endpoint of another tenant', tokenEndpoint(cloud, customers.fabrikam.id)],
    [
      "Microsoft's endpoint of another tenant",
      `https://login.microsoftonline.com/${customers.fabrikam.id}/oauth2/v2.0/token`,
    ],
    ['the endpoint by domain of a request by id', tokenEndpoint(cloud, 'contoso.example')],
    ['the endpoint of no tenant', tokenEndpoint(cloud, 'common')],
    ['the v1 endpoint', `${cloud.urls.entra}/${customers.contoso.id}/oauth2/token`],
    ['the endpoint with a slash at its end', `${tokenEndpoint(cloud)}/`],
  ] as const) {
    test(`is refused when it is ${title}`, async () => {
      const { code, description } = await refuse({ claims: { aud } });
      assert.equal(code, 700023);
      assert.match(description, /Client assertion audience claim does not match Realm issuer/);
    });
  }

  test('is refused when an assertion for one tenant is used at another', async () => {
    const { id } = addTenant(cloud);
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id }));
    assert.equal((await refusal(await anAssertion(cloud), id)).code, 700023);
    await grantedToken(await requestToken(cloud, { tenant: id }));
  });
});

describe('issuer and subject of an assertion', () => {
  const another = '77777777-7777-4777-8777-777777777777';

  test('are refused when they differ', async () => {
    assert.equal((await refuse({ claims: { iss: another } })).code, 50048);
    assert.equal((await refuse({ claims: { sub: another } })).code, 50048);
  });

  test('are refused when both name another app', async () => {
    const { code, description } = await refuse({ claims: { iss: another, sub: another } });
    assert.equal(code, 700021);
    assert.match(description, /doesn't match 'client_id' parameter/);
  });
});

describe('the time of an assertion', () => {
  for (const [title, claims] of [
    ['expired', { nbf: now() - 700, exp: now() - 60 }],
    ['not valid yet', { nbf: now() + 60, exp: now() + 660 }],
  ] as const) {
    test(`is refused when it is ${title}`, async () => {
      const { code, description } = await refuse({ claims });
      assert.equal(code, 700024);
      assert.match(description, /Current time: \d{4}-\d\d-\d\dT[\d:]{8}\.\d{7}Z, assertion valid from \d{4}-/);
      assert.ok(description.includes(new Date(claims.exp * 1000).toISOString().slice(0, 19)));
    });
  }

  test('may be ahead by as much as two clocks differ', async () => {
    await grant({ claims: { nbf: now() + 2, iat: now() + 2 } });
  });

  test('may be as long as the caller likes, as Entra does not restrict it', async () => {
    await grant({ claims: { exp: now() + 365 * 24 * 3600 } });
  });
});

describe('the jti of an assertion', () => {
  test('lets the same assertion be used again until it expires', async () => {
    const assertion = await anAssertion(cloud);
    for (let use = 0; use < 3; use += 1) {
      await grantedToken(await requestToken(cloud, { form: { client_assertion: assertion } }));
    }
  });

  test('is refused in another assertion, of the same tenant or of another', async () => {
    const jti = crypto.randomUUID();
    await grant({ claims: { jti } });
    assert.equal((await refuse({ claims: { jti, exp: now() + 601 } })).code, 50027);
    const { id } = addTenant(cloud);
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id }));
    assert.equal((await refusal(await anAssertion(cloud, { tenantId: id, claims: { jti } }), id)).code, 50027);
    await grant({ claims: { jti: crypto.randomUUID() } });
  });

  test('is not used up by an assertion that was refused', async () => {
    const jti = crypto.randomUUID();
    assert.equal((await refuse({ claims: { jti, aud: 'https://elsewhere.example' } })).code, 700023);
    await grant({ claims: { jti } });
  });
});

test('of several faults the first in the order of the checks is told', async () => {
  const { id } = addTenant(cloud);
  const request = { tenant: '99999999-9999-4999-8999-999999999999', client: crypto.randomUUID() };
  const claims: Record<string, unknown> = { aud: 'https://elsewhere.example', sub: 'somebody', exp: now() - 60 };
  const overrides: AssertionOverrides = { tenantId: id, claims, certificate: stranger };
  const mend: [code: number, mend: () => void][] = [
    [90002, () => (request.tenant = id)],
    [700016, () => (request.client = vendor.appId)],
    [700027, () => delete overrides.certificate],
    [700023, () => delete claims['aud']],
    [50048, () => delete claims['sub']],
    [700024, () => delete claims['exp']],
    [7000229, () => cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id }))],
  ];
  const ask = async () =>
    requestToken(cloud, {
      tenant: request.tenant,
      form: { client_id: request.client, client_assertion: await anAssertion(cloud, overrides) },
    });
  for (const [code, mendIt] of mend) {
    assert.deepEqual((await entraError(await ask())).error_codes, [code]);
    mendIt();
  }
  await grantedToken(await ask());
});
