/** The app registration in Bicep: the same ids and addresses as in the code and in docs/app-registration.md. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { z } from 'zod';
import { clouds } from '../../../shared/clouds.ts';
import { routePrefix, routes } from '../../../shared/names.ts';
import { type Right, resourceOf, rights } from '../../../shared/tenants/rights.ts';
import { enterpriseApp } from '../../support/app-identity.ts';
import { BicepError } from '../../support/bicep/bicep-error.ts';
import { type Deployment, readBicep, type ReadOptions } from '../../support/bicep/read-bicep.ts';
import { ofType, propertyOf, theResource } from '../../support/infra.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const folder = join(root, 'infra', 'registration');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

const register = (parameters: ReadOptions['parameters'] = {}): Deployment =>
  readBicep(join(folder, 'main.bicep'), {
    parameters: { uniqueName: 'contoso-post', displayName: 'Contoso Post', ...parameters },
  });
const application = (deployment: Deployment): ReturnType<typeof theResource> =>
  theResource(deployment, 'Microsoft.Graph/applications');
const federations = (deployment: Deployment): ReturnType<typeof ofType> =>
  ofType(deployment, 'Microsoft.Graph/applications/federatedIdentityCredentials');

/** The page's tables: permission to API and id, API to id. */
const page = read('docs/app-registration.md');
const guid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const rows = (pattern: string): string[][] =>
  [...page.matchAll(new RegExp(`^\\| ${pattern}`, 'gm'))].map(([, ...cells]) => cells);
const permissions = rows(`\`([\\w.]+)\`\\s*\\| ([\\w ]+?)\\s*\\| \`(${guid})\``);
const apis = new Map(rows(`([\\w ]+?)\\s*\\| \`(${guid})\``).map(([name = '', id = '']) => [name, id]));

test('asks for each right by the ids of docs/app-registration.md, as an application permission', () => {
  assert.deepEqual(permissions.map(([name]) => name).sort(), [...rights].sort());
  for (const [name, api = '', id] of permissions) {
    assert.deepEqual(propertyOf(application(register({ permissions: [name ?? ''] })), 'requiredResourceAccess'), [
      { resourceAppId: apis.get(api), resourceAccess: [{ id, type: 'Role' }] },
    ]);
  }
});

test('asks for several rights of several APIs, each of its own', () => {
  const wanted: Right[] = ['Mail.Send', 'SMTP.SendAsApp', 'Mail.ReadWrite'];
  const required = z
    .array(z.object({ resourceAppId: z.string(), resourceAccess: z.array(z.object({ id: z.string() })) }))
    .parse(propertyOf(application(register({ permissions: wanted })), 'requiredResourceAccess'));
  const idOf = (right: Right): string | undefined => permissions.find(([name]) => name === right)?.[2];
  for (const [resource, api] of [
    ['graph', 'Microsoft Graph'],
    ['outlook', 'Office 365 Exchange Online'],
  ] as const) {
    const access = required.find(({ resourceAppId }) => resourceAppId === apis.get(api))?.resourceAccess ?? [];
    const expected = wanted.filter((right) => resourceOf(right) === resource).map(idOf);
    assert.deepEqual(access.map(({ id }) => id).sort(), expected.sort());
  }
});

test('refuses a permission that the app does not know, and none at all', () => {
  for (const wrong of [['Mail.Read'], []]) assert.throws(() => register({ permissions: wrong }), BicepError);
});

test('has the redirect URI of the app, and that of the command only when it is asked for', () => {
  const publicUrl = 'https://mail.contoso.example';
  const callback = `${publicUrl}/${routePrefix}/${routes.consentCallback}`;
  const uris = (parameters: ReadOptions['parameters']): unknown =>
    propertyOf(application(register(parameters)), 'web.redirectUris');
  assert.deepEqual(uris({ publicUrl }), [callback]);
  assert.deepEqual(uris({ publicUrl, consentByCommand: true }), [callback, 'http://localhost']);
  assert.equal(register({ publicUrl }).outputs['callbackUrl'], callback);
});

test('has no redirect URI before there is an address', () => {
  assert.deepEqual(propertyOf(application(register()), 'web.redirectUris'), []);
});

test('is known in its own directory, and tells its client id', () => {
  const deployment = register();
  const { body } = theResource(deployment, 'Microsoft.Graph/servicePrincipals');
  assert.equal(body['appId'], deployment.outputs['clientId']);
});

test('trusts the managed identity by the issuer of its own directory and the audience that the app asks for', () => {
  const [federation, ...more] = federations(register({ identityPrincipalId: enterpriseApp }));
  assert.equal(more.length, 0);
  assert.equal(federation?.body['subject'], enterpriseApp);
  assert.deepEqual(federation?.body['audiences'], [clouds.public.tokenExchangeResource]);
  assert.match(String(federation?.body['issuer']), new RegExp(`^${clouds.public.authorityUrl}/${guid}/v2\\.0$`));
});

test('trusts no identity where none is named', () => {
  assert.deepEqual(federations(register()), []);
});

test('knows the audience of each cloud of Azure', () => {
  const [, written = ''] = /tokenExchangeAudiences = \{([^}]*)\}/.exec(read('infra/registration/main.bicep')) ?? [];
  const audiences = new Map([...written.matchAll(/(\w+): '([^']+)'/g)].map(([, name = '', value]) => [name, value]));
  assert.deepEqual(Object.fromEntries(audiences), {
    AzureCloud: clouds.public.tokenExchangeResource,
    AzureUSGovernment: clouds.usgov.tokenExchangeResource,
    AzureChinaCloud: clouds.china.tokenExchangeResource,
  });
});

test('declares no certificate and no secret: what is there stays', () => {
  const names = Object.keys(application(register({ publicUrl: 'https://a.example' })).body);
  assert.deepEqual(
    names.filter((name) => /Credentials$/.test(name)),
    [],
  );
});

test('main.bicepparam takes a name, and asks for Mail.Send alone', () => {
  const parameters = join(folder, 'main.bicepparam');
  assert.throws(() => readBicep(parameters), /TENANTPOST_REGISTRATION_NAME/);
  const deployment = readBicep(parameters, { environment: { TENANTPOST_REGISTRATION_NAME: 'contoso-post' } });
  const [[, , mailSend] = []] = permissions.filter(([name]) => name === 'Mail.Send');
  assert.deepEqual(propertyOf(application(deployment), 'requiredResourceAccess'), [
    { resourceAppId: apis.get('Microsoft Graph'), resourceAccess: [{ id: mailSend, type: 'Role' }] },
  ]);
  assert.equal(application(deployment).body['signInAudience'], 'AzureADMultipleOrgs');
});

const bicepConfig = z.looseObject({ analyzers: z.unknown() });

test('is linted by the rules of the other templates, with one version of the extension', () => {
  const own = bicepConfig
    .extend({ extensions: z.strictObject({ microsoftGraphV1: z.string() }) })
    .parse(JSON.parse(read('infra/registration/bicepconfig.json')));
  assert.deepEqual(own.analyzers, bicepConfig.parse(JSON.parse(read('infra/bicepconfig.json'))).analyzers);
  assert.match(
    own.extensions.microsoftGraphV1,
    /^br:mcr\.microsoft\.com\/bicep\/extensions\/microsoftgraph\/v1\.0:\d+\.\d+\.\d+$/,
  );
});

test('the policy of the certificate has what the app needs, keeps the key in the vault and renews nothing by itself', () => {
  const policy = z
    .strictObject({
      issuerParameters: z.strictObject({ name: z.literal('Self') }),
      keyProperties: z.strictObject({
        exportable: z.literal(false),
        keyType: z.literal('RSA'),
        keySize: z.literal([2048, 3072, 4096]),
        reuseKey: z.literal(false),
      }),
      secretProperties: z.strictObject({ contentType: z.literal('application/x-pem-file') }),
      x509CertificateProperties: z.strictObject({
        subject: z.string().startsWith('CN='),
        keyUsage: z.tuple([z.literal('digitalSignature')]),
        validityInMonths: z.int().max(12),
      }),
      lifetimeActions: z.tuple([
        z.strictObject({
          action: z.strictObject({ actionType: z.literal('EmailContacts') }),
          trigger: z.strictObject({ daysBeforeExpiry: z.literal(60) }),
        }),
      ]),
    })
    .safeParse(JSON.parse(read('infra/certificate-policy.json')));
  assert.ok(policy.success, policy.error?.message);
});
