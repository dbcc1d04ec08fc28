/**
 * Microsoft Graph as far as this project uses it: `POST /v1.0/users/{id or user principal name}/sendMail`, as strict as
 * the real one. Every request is in the journal with what was decided, and without recipients, subject or body.
 */

import { type Context, Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';
import type { AccessTokenClaims } from '../tokens.ts';
import { authenticate } from './authorize.ts';
import { GraphRefusal, notImplemented, refuse, type RequestIds } from './refusal.ts';
import { readBody } from './request-body.ts';
import { sendMail } from './send-mail.ts';

/** `operation` is for the journal; claims are there once the token was accepted. */
type GraphEnv = { Variables: { ids: RequestIds; operation?: string; body?: string; claims?: AccessTokenClaims } };

/** Graph's segments are case-insensitive; these are the spellings in use. */
const sendMailPath = '/v1.0/users/:user/:action{[Ss]end[Mm]ail}';

export function graph(cloud: CloudContext): Hono {
  const app = new Hono<GraphEnv>();

  const record = (c: Context<GraphEnv>, entry: { status: number; code?: string; reason?: string }): void => {
    const { operation = 'other', claims } = c.var;
    cloud.journal.record({ service: 'graph', operation, ...entry, ...(claims && { tenantId: claims.tid }) });
  };

  app.onError((error, c) => {
    if (!(error instanceof GraphRefusal)) throw error;
    const { status, code, reason } = error.details;
    record(c, { status, code, reason });
    return refuse(c, error.details, c.var.ids);
  });

  app.use(async (c, next) => {
    const ids = requestIds(c.req.header('client-request-id'));
    c.set('ids', ids);
    const body = await readBody(c.req.raw);
    if (body !== undefined) c.set('body', body);
    await next();
    c.header('request-id', ids.requestId);
    c.header('client-request-id', ids.clientRequestId);
  });

  app.all(sendMailPath, async (c, next) => {
    c.set('operation', 'sendMail');
    await next();
  });

  app.use(async (c, next) => {
    const version = c.req.path.split('/')[1];
    if (version === 'beta') throw notImplemented('the beta endpoint');
    // https://github.com/microsoftgraph/msgraph-sample-blazor-clientside/issues/94
    if (version !== 'v1.0') throw badRequest('Invalid version.', 'no such version');
    c.set('claims', await authenticate(cloud, c.req.header('authorization')));
    await next();
  });

  app.post(sendMailPath, (c) => {
    const { claims, body } = c.var;
    if (!claims) throw new Error('sendMail is reached only with an accepted token.');
    const contentType = c.req.header('content-type') ?? '';
    sendMail(cloud, { claims, user: c.req.param('user'), contentType, body });
    record(c, { status: 202 });
    // No content type: a client that sees JSON would parse the empty body, fail, and take the mail for unsent.
    return c.body(null, 202);
  });

  app.all(sendMailPath, () => {
    // https://github.com/microsoftgraph/microsoft-graph-docs/issues/119
    throw new GraphRefusal({
      status: 405,
      code: 'Request_BadRequest',
      message: 'Specified HTTP method is not allowed for the request target.',
      reason: 'method not allowed',
      headers: { Allow: 'POST' },
    });
  });

  app.all('*', (c) => {
    throw noSuchResource(c.req.path);
  });

  return new Hono().route('/', app);
}

function requestIds(named = ''): RequestIds {
  const requestId = crypto.randomUUID();
  const isGuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(named);
  return { requestId, clientRequestId: isGuid ? named : requestId };
}

function noSuchResource(path: string): GraphRefusal {
  const [resource = '', , property] = path.split('/').slice(2);
  if (resource === 'me') {
    return badRequest('/me request is only valid with delegated authentication flow.', 'me without a user');
  }
  if (resource === 'users' && (property === undefined || /^(messages|mailFolders)$/i.test(property))) {
    return notImplemented('requests for users, messages or folders');
  }
  const segment = resource === 'users' ? property : resource;
  // https://github.com/microsoftgraph/microsoft-graph-docs/issues/21648
  return badRequest(`Resource not found for the segment '${segment}'.`, 'no such resource');
}

function badRequest(message: string, reason: string): GraphRefusal {
  return new GraphRefusal({ status: 400, code: 'BadRequest', message, reason });
}
