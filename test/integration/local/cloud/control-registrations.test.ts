/** App registrations and their credentials by the control API, as the token endpoint sees them. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { anAssertion, customers, entraError, requestToken, startTestCloud, vendor } from '../../../support/cloud.ts';
import { control, did, refuses } from './control-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const vendorApp = `/registrations/${vendor.appId}`;

const bySecret = (client_secret: string) =>
  requestToken(cloud, {
    form: { client_secret, client_assertion: undefined, client_assertion_type: undefined },
  });
const codes = async (response: Response): Promise<number[]> => (await entraError(response)).error_codes;
const list = async (name: string): Promise<unknown[]> =>
  z.array(z.unknown()).parse((await did(cloud, 'GET', vendorApp))[name]);

describe('secrets', () => {
  test('are made, told once, taken by Entra, and removed', async () => {
    const { keyId, value } = z
      .strictObject({ keyId: z.guid(), value: z.string().min(30) })
      .parse(await did(cloud, 'POST', `${vendorApp}/secrets`, { displayName: 'Test' }));
    assert.equal((await bySecret(value)).status, 200);
    const [secret] = await list('secrets');
    assert.deepEqual(z.looseObject({}).parse(secret), {
      ...z.object({ startsAt: z.iso.datetime(), endsAt: z.iso.datetime() }).parse(secret),
      keyId,
      displayName: 'Test',
      hint: value.slice(0, 3),
    });
    await did(cloud, 'DELETE', `${vendorApp}/secrets/${keyId}`);
    assert.deepEqual(await codes(await bySecret(value)), [7000215]);
    assert.deepEqual(await list('secrets'), []);
  });

  test('are of a value and a time that may be chosen', async () => {
    const value = 'a-value-of-ones-own';
    const times = { startsAt: '2020-01-01T00:00:00Z', endsAt: '2021-01-01T00:00:00+01:00' };
    await did(cloud, 'POST', `${vendorApp}/secrets`, { value, ...times });
    assert.deepEqual(await codes(await bySecret(value)), [7000222]);
  });

  test('are refused where they would be none', async () => {
    await refuses(control(cloud, 'POST', `${vendorApp}/secrets`, { value: 'short' }), 400);
    await refuses(control(cloud, 'POST', `${vendorApp}/secrets`, { endsAt: '2021-01-01' }), 400, ['endsAt']);
    await refuses(control(cloud, 'POST', `${vendorApp}/secrets`, { endsAt: '2021-01-01T00:00:00Z' }), 400);
  });
});

describe('certificates', () => {
  test('are added, taken by Entra, and removed', async () => {
    const certificate = await makeAppCertificate('another');
    const added = await did(cloud, 'POST', `${vendorApp}/certificates`, { certificate: certificate.der });
    assert.equal(added['thumbprint'], certificate.thumbprint);
    assert.equal(added['subject'], 'CN=another');
    assert.equal((await list('certificates')).length, 2);
    const asking = async () => {
      const client_assertion = await anAssertion(cloud, { certificate });
      return requestToken(cloud, { form: { client_assertion } });
    };
    assert.equal((await asking()).status, 200);
    await did(cloud, 'DELETE', `${vendorApp}/certificates/${certificate.thumbprint}`);
    assert.deepEqual(await codes(await asking()), [700027]);
  });

  test('are refused where they are none', async () => {
    await refuses(control(cloud, 'POST', `${vendorApp}/certificates`, { certificate: 'AAAA' }), 400);
    await refuses(control(cloud, 'POST', `${vendorApp}/certificates`, { pem: 'x' }), 400, ['certificate', 'pem']);
  });
});

describe('federated credentials', () => {
  const credential = {
    name: 'identity',
    issuer: `https://login.microsoftonline.com/${vendor.tenantId}/v2.0`,
    subject: crypto.randomUUID(),
    audiences: ['api://AzureADTokenExchange'],
  };

  test('are added, listed and removed', async () => {
    assert.deepEqual(await did(cloud, 'POST', `${vendorApp}/federated-credentials`, credential), credential);
    assert.deepEqual(await list('federatedCredentials'), [credential]);
    await refuses(control(cloud, 'POST', `${vendorApp}/federated-credentials`, credential), 400);
    await did(cloud, 'DELETE', `${vendorApp}/federated-credentials/identity`);
    assert.deepEqual(await list('federatedCredentials'), []);
  });

  test('have one audience', async () => {
    const path = `${vendorApp}/federated-credentials`;
    await refuses(control(cloud, 'POST', path, { ...credential, audiences: [] }), 400, ['audiences']);
    await refuses(control(cloud, 'POST', path, { ...credential, audiences: ['a', 'b'] }), 400, ['audiences']);
  });
});

describe('registrations', () => {
  test('are added with what is usual, and changed', async () => {
    const added = await did(cloud, 'POST', '/registrations', {
      displayName: 'Another',
      homeTenantId: customers.contoso.domain,
      audience: 'multitenant',
    });
    const { appId } = z.looseObject({ appId: z.guid() }).parse(added);
    const whole = {
      appId,
      displayName: 'Another',
      publisher: 'Contoso',
      homeTenantId: customers.contoso.id,
      audience: 'multitenant',
      redirectUris: [],
      requiredAppRoles: [],
      secrets: [],
      certificates: [],
      federatedCredentials: [],
    };
    assert.deepEqual(added, whole);
    const redirectUris = ['http://localhost/callback'];
    const changed = await did(cloud, 'PATCH', `/registrations/${appId}`, { redirectUris, publicClient: true });
    assert.deepEqual(changed, { ...whole, redirectUris, publicClient: true });
    assert.deepEqual(
      await did(cloud, 'PATCH', `/registrations/${appId}`, { redirectUris: [], publicClient: null }),
      whole,
    );
  });

  test('keep their credentials when they are changed, which cannot be changed so', async () => {
    await did(cloud, 'PATCH', vendorApp, { displayName: 'Renamed' });
    assert.equal((await requestToken(cloud)).status, 200);
    for (const name of ['secrets', 'certificates', 'federatedCredentials', 'appId', 'homeTenantId']) {
      await refuses(control(cloud, 'PATCH', vendorApp, { [name]: [] }), 400, [name]);
    }
  });

  test('are refused without a home and with an id that is taken', async () => {
    const body = { displayName: 'Another', homeTenantId: 'nobody.example', audience: 'multitenant' };
    await refuses(control(cloud, 'POST', '/registrations', body), 404);
    const taken = { ...body, homeTenantId: vendor.tenantId, appId: vendor.appId };
    await refuses(control(cloud, 'POST', '/registrations', taken), 409);
    await refuses(control(cloud, 'POST', '/registrations', { ...taken, audience: 'everybody' }), 400, ['audience']);
  });
});
