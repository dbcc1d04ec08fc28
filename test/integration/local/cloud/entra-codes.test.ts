/** Every code that app-only mail can meet, provoked: by state where it has a cause there, else by the fault panel. */

import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { makeAppCertificate } from '../../../../local/cloud/certificate-authority.ts';
import { addSecret } from '../../../../local/cloud/entra/client-secrets.ts';
import { grantConsent, setEnabled, withdrawConsent } from '../../../../local/cloud/entra/consents.ts';
import { addFederatedCredential } from '../../../../local/cloud/entra/federated-credentials.ts';
import { issueAccessToken } from '../../../../local/cloud/tokens.ts';
import {
  addTenant,
  anAssertion,
  type AssertionOverrides,
  customers,
  entraError,
  requestToken,
  startTestCloud,
  type TokenRequestOverrides,
  vendor,
} from '../../../support/cloud.ts';
import { callbackParameters, ConsentBrowser, consentUrl, errorText } from '../../../support/consent-browser.ts';
import { addApp, vendorApp, withSecret } from './entra-apps.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const correlationId = crypto.randomUUID();
const now = Math.floor(Date.now() / 1000);
const seen = new Set<number>();
const stranger = await makeAppCertificate('stranger');
const exchange = 'https://outlook.office365.com';

/** `error` is checked against the body, and the ids against the description and the caller's own. */
async function refused(response: Response, code: number, status: number, error: string): Promise<void> {
  const body = await entraError(response);
  assert.deepEqual([response.status, body.error, body.error_codes], [status, error, [code]], body.error_description);
  assert.equal(body.correlation_id, correlationId);
  assert.equal(response.headers.get('x-ms-request-id'), body.trace_id);
  const lines = body.error_description.split('\r\n');
  assert.ok(lines[0]?.startsWith(`AADSTS${code}: `));
  const ids = [`Trace ID: ${body.trace_id}`, `Correlation ID: ${correlationId}`, `Timestamp: ${body.timestamp}`];
  assert.deepEqual(lines.slice(1), ids);
  seen.add(code);
}

const query = `?client-request-id=${correlationId}`;
const token = (overrides: TokenRequestOverrides = {}) => requestToken(cloud, { query, ...overrides });
const assertion = async (overrides: AssertionOverrides, tenant?: string) =>
  token({ form: { client_assertion: await anAssertion(cloud, overrides) }, ...(tenant !== undefined && { tenant }) });

/** The managed identity's token, at an app that trusts it but for `wrong`. */
async function federated(wrong: Record<string, unknown> = {}, tenantId: string = vendor.tenantId): Promise<Response> {
  const principal = `abcdef${crypto.randomUUID().slice(6)}`;
  cloud.state.identities.push({ clientId: crypto.randomUUID(), principalId: principal, name: 'i', vaultRoles: [] });
  const { registration } = addApp(cloud);
  addFederatedCredential(registration, {
    name: 'one',
    issuer: `https://login.microsoftonline.com/${tenantId}/v2.0`,
    subject: wrong['subject'] === 'case' ? principal.toUpperCase() : principal,
    audiences: ['api://AzureADTokenExchange'],
    ...(typeof wrong['subject'] === 'string' && wrong['subject'] !== 'case' && { subject: wrong['subject'] }),
    ...(typeof wrong['issuer'] === 'string' && { issuer: wrong['issuer'] }),
    ...(typeof wrong['audience'] === 'string' && { audiences: [wrong['audience']] }),
  });
  const issued = await issueAccessToken(cloud, {
    issuedBy: 'identity',
    tenantId,
    resource: 'api://AzureADTokenExchange',
    appId: vendor.identityClientId,
    objectId: principal,
    appidacr: '2',
    roles: [],
    lifetimeSeconds: 600,
  });
  return token({ form: { client_id: registration.appId, client_assertion: issued.token } });
}

function secretAsk(change: (secret: string) => string, endsAt?: number): Promise<Response> {
  const { registration } = addApp(cloud);
  const { value } = addSecret(registration, { startsAt: 1, ...(endsAt !== undefined && { endsAt }) });
  return token({ form: withSecret(registration.appId, change(value)) });
}

/** A token of an own tenant that consented, with something about it changed. */
function inTenant(change: (tenant: ReturnType<typeof addTenant>) => void, form = {}): Promise<Response> {
  const tenant = addTenant(cloud);
  grantConsent(cloud, vendorApp(cloud), tenant.id);
  change(tenant);
  return token({ tenant: tenant.id, form });
}

const withoutExchange = (state: 'missing' | 'disabled'): Promise<Response> =>
  inTenant((tenant) => (tenant.unavailableResources = [{ resource: exchange, state }]), {
    scope: `${exchange}/.default`,
  });

function disabled(): Promise<Response> {
  return inTenant(({ id }) => {
    for (const app of cloud.state.enterpriseApps) if (app.tenantId === id) setEnabled(app, false);
  });
}

function single(): Promise<Response> {
  const { registration } = addApp(cloud, { audience: 'single-tenant' });
  const { value } = addSecret(registration);
  const home = cloud.state.tenants.find(({ id }) => id === vendor.tenantId);
  assert.ok(home);
  home.conditionalAccess = [{ id: crypto.randomUUID(), displayName: 'p', blockedApps: [registration.appId] }];
  return token({ tenant: vendor.tenantId, form: withSecret(registration.appId, value) });
}

async function looping(): Promise<Response> {
  cloud.state.loopDetection = { requests: 2, seconds: 60 };
  await token();
  const response = await token();
  delete cloud.state.loopDetection;
  assert.equal(response.headers.get('retry-after'), '60');
  return response;
}

const byState: [code: number, status: number, error: string, provoke: () => Promise<Response>][] = [
  [7000215, 401, 'invalid_client', () => secretAsk((value) => `${value}x`)],
  [7000222, 401, 'invalid_client', () => secretAsk((value) => value, 2)],
  [7000229, 401, 'invalid_client', () => token({ tenant: addTenant(cloud).id })],
  [700016, 400, 'unauthorized_client', () => token({ form: { client_id: crypto.randomUUID() } })],
  [90002, 400, 'invalid_request', () => token({ tenant: crypto.randomUUID() })],
  [900023, 400, 'invalid_request', () => token({ tenant: 'not_a_tenant' })],
  [900382, 400, 'invalid_request', () => inTenant((tenant) => (tenant.nationalCloud = 'microsoftonline.us'))],
  [700027, 401, 'invalid_client', () => assertion({ certificate: stranger })],
  [50027, 401, 'invalid_client', () => token({ form: { client_assertion: 'no token' } })],
  [50048, 401, 'invalid_client', () => assertion({ claims: { sub: 'somebody' } })],
  [700021, 401, 'invalid_client', () => assertion({ claims: { iss: 'x', sub: 'x' } })],
  [700023, 401, 'invalid_client', () => assertion({ claims: { aud: 'https://elsewhere.example' } })],
  [700024, 401, 'invalid_client', () => assertion({ claims: { nbf: now - 900, exp: now - 300 } })],
  [700211, 401, 'invalid_client', () => federated({ issuer: 'https://elsewhere.example' })],
  [700212, 401, 'invalid_client', () => federated({ audience: 'api://elsewhere' })],
  [700213, 401, 'invalid_client', () => federated({ subject: 'nobody' })],
  [7002138, 401, 'invalid_client', () => federated({ subject: 'case' })],
  [700236, 401, 'invalid_client', () => federated({}, customers.fabrikam.id)],
  [700030, 401, 'invalid_client', () => assertion({ certificate: stranger, header: { x5c: [stranger.der] } })],
  [
    700025,
    401,
    'invalid_client',
    () => token({ form: { client_id: addApp(cloud, { publicClient: true }).app.appId } }),
  ],
  [7000112, 400, 'unauthorized_client', disabled],
  [500011, 400, 'invalid_resource', () => withoutExchange('missing')],
  [500014, 400, 'invalid_resource', () => withoutExchange('disabled')],
  [53003, 400, 'invalid_grant', single],
  [70011, 400, 'invalid_scope', () => token({ form: { scope: 'a/.default b/.default' } })],
  [50196, 429, 'invalid_grant', looping],
];
for (const [code, status, error, provoke] of byState) {
  test(`AADSTS${code} is provoked by state`, async () => refused(await provoke(), code, status, error));
}

/** Those that Entra tells in the browser: on the redirect, or on a page when it knows no redirect to trust. */
const inBrowser: [
  code: number,
  error: string,
  url: (tenant: string) => string,
  choice: 'accept' | 'cancel' | 'return',
][] = [
  [65004, 'consent_required', (tenant) => consentUrl(cloud, tenant), 'cancel'],
  [90094, 'access_denied', (tenant) => consentUrl(cloud, tenant), 'return'],
  [650051, 'invalid_client', takenName, 'accept'],
  [650052, 'invalid_client', lackingExchange, 'accept'],
  [650056, 'invalid_client', (tenant) => appUrl(tenant, { requiredAppRoles: [] }), 'accept'],
  [650057, 'invalid_client', (tenant) => appUrl(tenant, {}, `${exchange}/.default`), 'accept'],
];
for (const [code, error, url, choice] of inBrowser) {
  test(`AADSTS${code} is provoked in the browser`, async () => {
    const { id, domain } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const who = choice === 'return' ? 'not-an-administrator' : `admin@${domain}`;
    let page = await browser.press(await browser.open(`${url(id)}&client-request-id=${correlationId}`), who);
    if (page.location === undefined) page = await browser.press(page, choice);
    const { error_description: text = '', ...rest } = callbackParameters(page);
    assert.deepEqual([rest['error'], rest['state']], [error, 'state-1'], text);
    const ids = `Trace ID: [0-9a-f-]{36}\r\nCorrelation ID: ${correlationId}\r\nTimestamp: [\\d: -]{19}Z`;
    assert.match(text, new RegExp(`^AADSTS${code}: .*\r\n${ids}$`));
    seen.add(code);
  });
}

test('AADSTS90038 is provoked in the browser', async () => {
  const { id } = addTenant(cloud, { nationalCloud: 'microsoftonline.us' });
  const page = await new ConsentBrowser(cloud).open(consentUrl(cloud, id));
  assert.match(errorText(page), /^AADSTS90038: .* is being redirected to the National Cloud 'microsoftonline\.us'\./);
  seen.add(90038);
});

const byFault: [code: number, status: number, error: string][] = [
  [700011, 400, 'unauthorized_client'],
  [70001, 400, 'unauthorized_client'],
  [50012, 401, 'invalid_client'],
  [65001, 400, 'invalid_grant'],
  [90055, 429, 'temporarily_unavailable'],
  ...[90033, 90006, 90012, 90024, 50033, 90090].map((code): [number, number, string] => [
    code,
    503,
    'temporarily_unavailable',
  ]),
];
for (const [code, status, error] of byFault) {
  test(`AADSTS${code} is provoked by a fault rule`, async () => {
    const retryAfter = code === 90055 ? { retryAfter: { seconds: 17 } } : {};
    const fault = { kind: 'answer' as const, status, code: `AADSTS${code}`, ...retryAfter };
    cloud.faults.add({ service: 'entra', operation: 'token', times: 1, fault });
    const response = await token();
    await refused(response, code, status, error);
    assert.equal(response.headers.get('retry-after'), code === 90055 ? '17' : null);
  });
}

test('no code of app-only mail is left out', () => {
  const codes = [
    ...byState.map(([code]) => code),
    ...inBrowser.map(([code]) => code),
    ...byFault.map(([code]) => code),
  ];
  assert.deepEqual([...seen].sort(), [...codes, 90038].sort());
  assert.equal(seen.size, 44);
});

function appUrl(tenant: string, overrides: Parameters<typeof addApp>[1], scope?: string): string {
  const { registration } = addApp(cloud, overrides);
  return consentUrl(cloud, tenant, { client_id: registration.appId, ...(scope !== undefined && { scope }) });
}

function takenName(tenant: string): string {
  cloud.state.propagation = { enterpriseApp: 0, roles: 0, deletion: 60_000 };
  grantConsent(cloud, vendorApp(cloud), tenant);
  withdrawConsent(cloud, vendor.appId, tenant);
  return consentUrl(cloud, tenant);
}

function lackingExchange(tenant: string): string {
  const lacking = cloud.state.tenants.find(({ id }) => id === tenant);
  assert.ok(lacking);
  lacking.unavailableResources = [{ resource: exchange, state: 'missing' }];
  return appUrl(tenant, { requiredAppRoles: [{ resource: exchange, role: 'SMTP.SendAsApp' }] }, `${exchange}/.default`);
}
