/**
 * The managed identity endpoint in the form that App Service and Functions give it:
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference.
 */

import { timingSafeEqual } from 'node:crypto';
import { Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';
import type { ManagedIdentity } from '../state.ts';
import { issueAccessToken } from '../tokens.ts';
import { IdentityError, identityRefusal, unexpected } from './identity-error.ts';
import { selectIdentity } from './select-identity.ts';

const API_VERSION = '2019-08-01';
const LIFETIME_SECONDS = 24 * 60 * 60;
/** A token is renewed so long before its end; by how long is not documented. */
const RENEWAL_SECONDS = 5 * 60;
const resources = ['https://vault.azure.net', 'https://storage.azure.com', 'api://AzureADTokenExchange'];

interface GrantedToken {
  token: string;
  /** Epoch seconds. */
  issuedAt: number;
  expiresOn: number;
}

export function identity(cloud: CloudContext): Hono {
  const app = new Hono();
  const tokens = new Map<string, GrantedToken>();

  app.get('/msi/token', async (c) => {
    const query = new URL(c.req.url).searchParams;
    requireIdentityHeader(c.req.header('x-identity-header'), cloud.identityHeader);
    if (query.get('api-version') !== API_VERSION) {
      throw new IdentityError(400, `The api-version query parameter must be '${API_VERSION}'.`);
    }
    const resource = query.get('resource');
    if (resource === null || resource === '') throw new IdentityError(400, 'The resource query parameter is missing.');
    const selected = selectIdentity(cloud.state.identities, query);
    requireResource(resource);
    const tenantId = selected.tenantId ?? cloud.state.registrations[0]?.homeTenantId;
    if (tenantId === undefined) throw new Error('The managed identity has no tenant: the cloud has no registration.');

    const { token, expiresOn } = await tokenFor(cloud, tokens, selected, tenantId, resource);
    cloud.journal.record({ service: 'identity', operation: 'token', status: 200, tenantId });
    return c.json({
      access_token: token,
      expires_on: String(expiresOn),
      resource,
      token_type: 'Bearer',
      client_id: selected.clientId,
    });
  });

  app.notFound(() => refuse(cloud, 404, 'The path does not exist.'));
  app.onError((error) => {
    if (error instanceof IdentityError) return refuse(cloud, error.status, error.message, error.cause);
    return refuse(cloud, 500, unexpected, error);
  });
  return app;
}

/** @param cause what the journal says in place of the message, where that says too little. */
function refuse(cloud: CloudContext, status: number, message: string, cause?: unknown): Response {
  const reason = cause instanceof Error ? cause.message : message;
  cloud.journal.record({ service: 'identity', operation: 'token', status, reason });
  return identityRefusal(status, message);
}

/** The header is what keeps a request forged through the app (SSRF) from getting a token: it cannot be set that way. */
function requireIdentityHeader(value: string | undefined, expected: string): void {
  const given = Buffer.from(value ?? '');
  const wanted = Buffer.from(expected);
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw new IdentityError(401, 'The X-IDENTITY-HEADER header is missing or wrong.');
}

/**
 * Entra refuses a resource that it does not know with AADSTS500011; of that the endpoint tells nothing
 * (https://github.com/Azure/azure-sdk-for-python/issues/33858). The audiences of other clouds, `https://vault.azure.cn` or
 * `api://AzureADTokenExchangeUSGov`, are such resources: this is the public cloud.
 *
 * @throws IdentityError 500
 */
function requireResource(resource: string): void {
  if (resources.includes(resource.endsWith('/') ? resource.slice(0, -1) : resource)) return;
  throw new IdentityError(500, unexpected, { cause: new Error('AADSTS500011: no such resource') });
}

/**
 * A token is given again and again within its life, whatever changed meanwhile: "The back-end services for managed
 * identities maintain a cache per resource URI for around 24 hours" (overview-managed-identity, as above).
 */
async function tokenFor(
  cloud: CloudContext,
  tokens: Map<string, GrantedToken>,
  { clientId, principalId }: ManagedIdentity,
  tenantId: string,
  resource: string,
): Promise<GrantedToken> {
  const name = [tenantId, clientId, principalId, resource].join(' ');
  const now = Math.floor(cloud.now('identity') / 1000);
  const kept = tokens.get(name);
  if (kept !== undefined && now >= kept.issuedAt && now < kept.expiresOn - RENEWAL_SECONDS) return kept;
  const { token, expiresIn } = await issueAccessToken(cloud, {
    issuedBy: 'identity',
    tenantId,
    resource,
    appId: clientId,
    objectId: principalId,
    appidacr: '2',
    roles: [],
    lifetimeSeconds: LIFETIME_SECONDS,
  });
  const granted = { token, issuedAt: now, expiresOn: now + expiresIn };
  tokens.set(name, granted);
  return granted;
}
