/**
 * The app registration of docs/app-registration.md: its JSON, registered in the local cloud by the page's own ids, consented to,
 * and found again in the tokens. Needs loopback only.
 */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { clouds } from '../../../shared/clouds.ts';
import { routePrefix, routes } from '../../../shared/names.ts';
import { resourceOf, rights } from '../../../shared/tenants/rights.ts';
import { customers, grantedToken, requestToken, startTestCloud, vendor } from '../../support/cloud.ts';

const page = readFileSync(join(import.meta.dirname, '..', '..', '..', 'docs', 'app-registration.md'), 'utf8');
const blocks = (language: string): string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\`$`, 'gm'))].map(([, text = '']) => text);

const guid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const tableRows = (pattern: string): RegExpMatchArray[] => [...page.matchAll(new RegExp(`^\\| ${pattern}`, 'gm'))];
const permissions = tableRows(`\`([\\w.]+)\`\\s*\\| ([\\w ]+?)\\s*\\| \`(${guid})\``).map(
  ([, name = '', api = '', id = '']) => ({
    name,
    api,
    id,
  }),
);
const apis = tableRows(`([\\w ]+?)\\s*\\| \`(${guid})\``).map(([, name = '', id = '']) => ({ name, id }));

const registrationBody = z.strictObject({
  displayName: z.string(),
  signInAudience: z.enum(['AzureADMultipleOrgs', 'AzureADMyOrg']),
  isFallbackPublicClient: z.literal(false),
  web: z.strictObject({ redirectUris: z.array(z.string()) }),
  requiredResourceAccess: z.array(
    z.strictObject({
      resourceAppId: z.guid(),
      resourceAccess: z.array(z.strictObject({ id: z.guid(), type: z.literal('Role') })),
    }),
  ),
});

const federatedBody = z.strictObject({
  name: z.string(),
  issuer: z.string(),
  subject: z.string(),
  audiences: z.array(z.string()).length(1),
});

const [registrationText = '', federatedText = ''] = blocks('json');
const registration = registrationBody.parse(JSON.parse(registrationText));

/** What the page's two ids stand for: the identifier URI of the API, and the role. */
function appRoleOf(resourceAppId: string, id: string): { resource: string; role: string } {
  const api = apis.find((one) => one.id === resourceAppId);
  const permission = permissions.find((one) => one.id === id && one.api === api?.name);
  assert.ok(permission, `${resourceAppId} ${id} is not in the page's tables`);
  const right = rights.find((one) => one === permission.name);
  assert.ok(right, permission.name);
  return { resource: clouds.public.resources[resourceOf(right)] ?? '', role: right };
}

describe('the page on the app registration', () => {
  test('has a row for each right that the app can ask for, of the API whose token carries it', () => {
    assert.deepEqual(permissions.map(({ name }) => name).sort(), [...rights].sort());
    for (const right of rights) {
      const api = { graph: 'Microsoft Graph', outlook: 'Office 365 Exchange Online' }[resourceOf(right)];
      assert.equal(permissions.find(({ name }) => name === right)?.api, api);
    }
  });

  test('has ids in its commands that stand in its tables, each permission with its own API', () => {
    const known = [...permissions, ...apis].map(({ id }) => id);
    for (const text of [...blocks('sh'), ...blocks('powershell')]) {
      for (const [id] of text.matchAll(new RegExp(guid, 'g'))) assert.ok(known.includes(id), id);
    }
    const added = [...page.matchAll(new RegExp(`--api (${guid}) --api-permissions (${guid})=Role`, 'g'))];
    assert.equal(added.length, 2);
    for (const [, api = '', id = ''] of added) appRoleOf(api, id);
  });

  test('has the redirect URI of the app, and that of the command', () => {
    const [callback = '', command] = registration.web.redirectUris;
    assert.equal(callback, `https://<your app>/${routePrefix}/${routes.consentCallback}`);
    assert.equal(command, 'http://localhost');
    assert.ok(
      blocks('sh').some((text) => text.includes(`"$URL/${routePrefix}/${routes.consentCallback}" http://localhost`)),
    );
  });

  test('asks the vendor’s cloud for the audience of the federated credential that the app asks its identity for', () => {
    const { issuer, audiences } = federatedBody.parse(JSON.parse(federatedText));
    assert.deepEqual(audiences, [clouds.public.tokenExchangeResource]);
    assert.equal(issuer, `${clouds.public.authorityUrl}/<your tenant id>/v2.0`);
  });

  test('verifies by an address that there is', () => {
    assert.ok(page.includes(`/${routePrefix}/${routes.verifyTenant.replace('{tenant}', '<your tenant id>')}`));
  });

  test('has commands that bash can read', () => {
    for (const text of blocks('sh')) execFileSync('bash', ['-n'], { input: text });
  });

  test('never resets credentials without keeping the others', () => {
    const resets = [...page.matchAll(/az ad app credential reset[^\n]*/g)];
    assert.equal(resets.length, 2);
    for (const [command] of resets) assert.match(command, /--append/);
  });
});

describe('the registration of the page', async () => {
  const cloud = await startTestCloud();
  after(() => cloud.stop());
  const control = `${cloud.urls.portal}/api`;
  const ask = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await cloud.fetch(`${control}${path}`, {
      method,
      headers: { 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    assert.ok(response.ok, `${method} ${path}: ${text}`);
    return text === '' ? undefined : JSON.parse(text);
  };

  for (const { audience, homeTenantId, consenting } of [
    { audience: 'multitenant', homeTenantId: vendor.tenantId, consenting: customers.fabrikam.id },
    { audience: 'single-tenant', homeTenantId: customers.contoso.id, consenting: customers.contoso.id },
  ]) {
    test(`gives tokens with the permissions that it requires once a tenant has consented, ${audience}`, async () => {
      const requiredAppRoles = registration.requiredResourceAccess.flatMap(({ resourceAppId, resourceAccess }) =>
        resourceAccess.map(({ id }) => appRoleOf(resourceAppId, id)),
      );
      const { appId } = z.looseObject({ appId: z.guid() }).parse(
        await ask('POST', '/registrations', {
          ...{ displayName: registration.displayName, audience, homeTenantId, requiredAppRoles },
          publicClient: registration.isFallbackPublicClient,
          redirectUris: registration.web.redirectUris.map((one) => one.replace('<your app>', 'mail.example.com')),
        }),
      );
      const { value } = z
        .looseObject({ value: z.string() })
        .parse(await ask('POST', `/registrations/${appId}/secrets`, {}));
      await ask('PUT', `/tenants/${consenting}/apps/${appId}`);
      for (const { resource, role } of requiredAppRoles) {
        const form = {
          ...{ client_id: appId, client_secret: value, scope: `${resource}/.default` },
          ...{ client_assertion: undefined, client_assertion_type: undefined },
        };
        const { claims } = await grantedToken(await requestToken(cloud, { tenant: consenting, form }));
        assert.deepEqual([claims['aud'], claims['roles']], [resource, [role]]);
      }
    });
  }
});
