/**
 * A local Microsoft cloud for one test file: its own folder, ports and keys, with Contoso's consent already given.
 *
 *     const cloud = await startTestCloud();
 *     after(() => cloud.stop());
 *     const response = await cloud.fetch(`${cloud.urls.graph}/v1.0/...`);
 */

import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeJwt, importJWK, type JWK, type JWTPayload, SignJWT } from 'jose';
import { z } from 'zod';
import { type Cloud, type CloudOptions, startCloud } from '../../local/cloud/cloud.ts';
import { customers, demoState, vendor } from '../../local/cloud/seed.ts';
import type { CloudState, EnterpriseApp, Tenant } from '../../local/cloud/state.ts';
import { type AccessTokenClaims, issuerOf, signAccessToken } from '../../local/cloud/tokens.ts';
import { trust } from '../../local/trust.ts';

export { customers, vendor } from '../../local/cloud/seed.ts';

export const redirectUri = 'http://localhost:7071/api/consent/callback';
export const graphResource = 'https://graph.microsoft.com';

export interface TestCloud extends Cloud {
  /** `fetch` that follows no redirect. */
  fetch(url: string | URL, init?: RequestInit): Promise<Response>;
}

export interface TestCloudOptions {
  /** Changes the seed before the cloud starts. */
  seed?: (state: CloudState) => void;
  /** None if left out: Azurite takes two seconds to start. */
  storage?: NonNullable<CloudOptions['storage']>;
  outcomes?: NonNullable<CloudOptions['outcomes']>;
}

export async function startTestCloud(options: TestCloudOptions = {}): Promise<TestCloud> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantpost-cloud-'));
  const cloud = await startCloud({
    folder,
    ...(options.storage !== undefined && { storage: options.storage }),
    ...(options.outcomes !== undefined && { outcomes: options.outcomes }),
    async seed() {
      const state = await demoState(redirectUri);
      state.enterpriseApps.push(anEnterpriseApp({ tenantId: customers.contoso.id }));
      options.seed?.(state);
      return state;
    },
  });
  trust(cloud.ca);
  const stop = async (): Promise<void> => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  return {
    ...cloud,
    fetch: (url, init) => fetch(url, { redirect: 'manual', ...init }),
    stop,
  };
}

/** The vendor's app in a tenant, consented long ago with Mail.Send. */
export function anEnterpriseApp(overrides: Partial<EnterpriseApp> & { tenantId: string }): EnterpriseApp {
  return {
    objectId: crypto.randomUUID(),
    appId: vendor.appId,
    grantedAppRoles: [{ resource: graphResource, role: 'Mail.Send' }],
    consentedAt: Date.now() - 24 * 60 * 60 * 1000,
    ...overrides,
  };
}

/** The vendor's app in a tenant, where it has consented. */
export function enterpriseAppIn(cloud: Cloud, tenantId: string): EnterpriseApp | undefined {
  return cloud.state.enterpriseApps.find((one) => one.tenantId === tenantId && one.appId === vendor.appId);
}

/** A further tenant of the running cloud that no other test knows. */
export function addTenant(cloud: Cloud, overrides: Partial<Tenant> = {}): Tenant {
  const domain = `t${randomBytes(5).toString('hex')}.example`;
  const tenant = {
    id: crypto.randomUUID(),
    displayName: domain,
    domain,
    administrators: [`admin@${domain}`],
    ...overrides,
  };
  cloud.state.tenants.push(tenant);
  return tenant;
}

export const tokenEndpoint = (cloud: Cloud, tenant: string = customers.contoso.id): string =>
  `${cloud.urls.entra}/${tenant}/oauth2/v2.0/token`;

export interface TokenRequestOverrides {
  /** GUID or domain in the URL. */
  tenant?: string;
  /** Replaces fields of the form; `undefined` leaves one out. */
  form?: Record<string, string | undefined>;
  /** Appended to the URL as it is, `?` included. */
  query?: string;
  headers?: Record<string, string>;
}

/** Asks the token endpoint for Contoso's Graph token with a fresh assertion, or for what `overrides` say. */
export async function requestToken(cloud: TestCloud, overrides: TokenRequestOverrides = {}): Promise<Response> {
  const tenant = overrides.tenant ?? customers.contoso.id;
  const form = {
    client_id: vendor.appId,
    grant_type: 'client_credentials',
    scope: `${graphResource}/.default`,
    client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
    client_assertion: await anAssertion(cloud, { tenantId: tenant }),
    ...overrides.form,
  };
  const fields = Object.entries(form).filter((field): field is [string, string] => field[1] !== undefined);
  return cloud.fetch(`${tokenEndpoint(cloud, tenant)}${overrides.query ?? ''}`, {
    method: 'POST',
    body: new URLSearchParams(fields).toString(),
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...overrides.headers },
  });
}

const grantedTokenSchema = z.strictObject({
  token_type: z.literal('Bearer'),
  expires_in: z.int(),
  ext_expires_in: z.int(),
  access_token: z.string(),
});
const entraErrorSchema = z.strictObject({
  error: z.string(),
  error_description: z.string(),
  error_codes: z.array(z.int()).length(1),
  timestamp: z.string(),
  trace_id: z.guid(),
  correlation_id: z.guid(),
  error_uri: z.url(),
  suberror: z.string().exactOptional(),
  claims: z.string().exactOptional(),
});

export type EntraErrorBody = z.infer<typeof entraErrorSchema>;

/** The body of a token endpoint's success, and the claims of the token, unverified. */
export async function grantedToken(
  response: Response,
): Promise<z.infer<typeof grantedTokenSchema> & { claims: JWTPayload }> {
  const text = await response.text();
  assert.equal(response.status, 200, text);
  const body = grantedTokenSchema.parse(JSON.parse(text));
  return { ...body, claims: decodeJwt(body.access_token) };
}

/** The body of a refusal. Nothing else is in it: it is checked to the last field. */
export async function entraError(response: Response): Promise<EntraErrorBody> {
  return entraErrorSchema.parse(await response.json());
}

export interface AssertionOverrides {
  /** The tenant whose token endpoint is the audience. */
  tenantId?: string;
  /** Replaces header fields; `undefined` leaves one out. */
  header?: Record<string, unknown>;
  /** Replaces claims; `undefined` leaves one out. */
  claims?: Record<string, unknown>;
  /** Signs with another certificate than the registered one. */
  certificate?: { thumbprint: string; privateJwk: JWK };
}

/** A client assertion as the platform documents it, or with whatever is wrong about it by `overrides`. */
export async function anAssertion(cloud: Cloud, overrides: AssertionOverrides = {}): Promise<string> {
  const certificate = overrides.certificate ?? appCertificate(cloud.state);
  const now = Math.floor(Date.now() / 1000);
  const header = { alg: 'PS256', typ: 'JWT', 'x5t#S256': certificate.thumbprint, ...overrides.header };
  const claims = {
    aud: tokenEndpoint(cloud, overrides.tenantId),
    iss: vendor.appId,
    sub: vendor.appId,
    jti: crypto.randomUUID(),
    nbf: now,
    iat: now,
    exp: now + 600,
    ...overrides.claims,
  };
  return new SignJWT(withoutUndefined(claims))
    .setProtectedHeader({ ...withoutUndefined(header), alg: header.alg })
    .sign(await importJWK(certificate.privateJwk, header.alg));
}

/** The certificate that the vendor's app is registered with, and its private key from the vault. */
export function appCertificate(state: CloudState): { thumbprint: string; privateJwk: JWK } {
  const registered = state.registrations.find(({ appId }) => appId === vendor.appId)?.certificates[0];
  const key = state.vaultKeys.find(({ name }) => name === vendor.certificateName);
  if (registered === undefined || key === undefined) throw new Error('The seed holds no app certificate.');
  return { thumbprint: registered.thumbprint, privateJwk: key.jwk };
}

export type TokenOverrides = { [Claim in keyof AccessTokenClaims]?: AccessTokenClaims[Claim] | undefined };

/**
 * An access token of the cloud, by default Contoso's for Graph with Mail.Send; `undefined` leaves a claim out.
 *
 * @param signedBy the tenant whose key signs, where that is not the tenant that the claims name.
 */
export async function aToken(cloud: Cloud, overrides: TokenOverrides = {}, signedBy?: string): Promise<string> {
  const tid = overrides.tid ?? customers.contoso.id;
  const signer = cloud.state.tenants.find(({ id }) => id === (signedBy ?? tid));
  if (signer === undefined) throw new Error(`There is no tenant ${signedBy ?? tid}.`);
  const oid = enterpriseAppIn(cloud, tid)?.objectId ?? crypto.randomUUID();
  const now = Math.floor(Date.now() / 1000);
  const claims: TokenOverrides = {
    aud: graphResource,
    iss: issuerOf(tid),
    tid,
    oid,
    sub: oid,
    appid: vendor.appId,
    appidacr: '2',
    idtyp: 'app',
    roles: ['Mail.Send'],
    exp: now + 3600,
    iat: now,
    nbf: now,
    ver: '1.0',
    uti: randomBytes(16).toString('base64url'),
    ...overrides,
  };
  return signAccessToken(signer, withoutUndefined(claims));
}

function withoutUndefined(fields: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
