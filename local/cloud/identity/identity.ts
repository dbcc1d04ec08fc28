/**
 * The managed identity endpoint in the form that App Service and Functions give it:
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference.
 */

import { timingSafeEqual } from 'node:crypto';
import { type Context, Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';
import type { ManagedIdentity } from '../state.ts';
import { issueAccessToken } from '../tokens.ts';

const API_VERSION = '2019-08-01';
const LIFETIME_SECONDS = 24 * 60 * 60;
const resources = ['https://vault.azure.net', 'https://storage.azure.com', 'api://AzureADTokenExchange'];

class IdentityError extends Error {
  override readonly name = 'IdentityError';
  readonly status: 400 | 401 | 404 | 500;

  constructor(status: IdentityError['status'], message: string) {
    super(message);
    this.status = status;
  }
}

export function identity(cloud: CloudContext): Hono {
  const app = new Hono();

  app.get('/msi/token', async (c) => {
    const query = new URL(c.req.url).searchParams;
    requireIdentityHeader(c.req.header('x-identity-header'), cloud.identityHeader);
    if (query.get('api-version') !== API_VERSION) {
      throw new IdentityError(400, `The api-version query parameter must be '${API_VERSION}'.`);
    }
    const resource = requireResource(query.get('resource'));
    const selected = selectIdentity(cloud.state.identities, query);
    const tenantId = selected.tenantId ?? cloud.state.registrations[0]?.homeTenantId;
    if (tenantId === undefined) throw new Error('The managed identity has no tenant: the cloud has no registration.');

    const { token, expiresIn } = await issueAccessToken(cloud, {
      issuedBy: 'identity',
      tenantId,
      resource,
      appId: selected.clientId,
      objectId: selected.principalId,
      appidacr: '2',
      roles: [],
      lifetimeSeconds: LIFETIME_SECONDS,
    });
    cloud.journal.record({ service: 'identity', operation: 'token', status: 200, tenantId });
    return c.json({
      access_token: token,
      expires_on: String(Math.floor(cloud.now('identity') / 1000) + expiresIn),
      resource,
      token_type: 'Bearer',
      client_id: selected.clientId,
    });
  });

  app.notFound((c) => refuse(c, cloud, new IdentityError(404, 'The path does not exist.')));
  app.onError((error, c) => {
    const refusal = error instanceof IdentityError ? error : undefined;
    // The text is Azure's own for whatever goes wrong inside, spelling included.
    const unexpected = 'An unexpected error occured while fetching the AAD Token.';
    return refuse(c, cloud, refusal ?? new IdentityError(500, unexpected));
  });
  return app;
}

function refuse(c: Context, cloud: CloudContext, { status, message }: IdentityError): Response {
  cloud.journal.record({ service: 'identity', operation: 'token', status, reason: message });
  return c.json({ statusCode: status, message, correlationId: crypto.randomUUID() }, status);
}

/** The header is what keeps a request forged through the app (SSRF) from getting a token: it cannot be set that way. */
function requireIdentityHeader(value: string | undefined, expected: string): void {
  const given = Buffer.from(value ?? '');
  const wanted = Buffer.from(expected);
  if (given.length === wanted.length && timingSafeEqual(given, wanted)) return;
  throw new IdentityError(401, 'The X-IDENTITY-HEADER header is missing or wrong.');
}

function requireResource(resource: string | null): string {
  if (resource === null || resource === '') throw new IdentityError(400, 'The resource query parameter is missing.');
  const wanted = resource.endsWith('/') ? resource.slice(0, -1) : resource;
  if (resources.includes(wanted)) return resource;
  throw new IdentityError(400, `The resource principal named ${resource} was not found in the tenant.`);
}

/** Several selectors must agree. Without one the system-assigned identity would answer, and there is none here. */
function selectIdentity(identities: ManagedIdentity[], query: URLSearchParams): ManagedIdentity {
  const clientId = query.get('client_id');
  const objectId = query.get('object_id') ?? query.get('principal_id');
  const resourceId = query.get('mi_res_id');
  if (clientId === null && objectId === null && resourceId === null) {
    throw new IdentityError(400, 'Unable to load the proper Managed Identity.');
  }
  const selected = identities.find(
    (one) =>
      (clientId === null || one.clientId === clientId.toLowerCase()) &&
      (objectId === null || one.principalId === objectId.toLowerCase()) &&
      (resourceId === null || resourceId.toLowerCase().endsWith(`/userassignedidentities/${one.name.toLowerCase()}`)),
  );
  if (selected !== undefined) return selected;
  throw new IdentityError(
    400,
    'No User Assigned or Delegated Managed Identity found for specified ClientId/ResourceId/PrincipalId.',
  );
}
