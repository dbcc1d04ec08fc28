/**
 * Microsoft Graph as far as mail needs it: https://learn.microsoft.com/graph/api/resources/mail-api-overview. Every
 * request is in the journal with what was decided, and without recipients, subject or body.
 */

import { Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';
import { answers } from './answers.ts';
import { authenticate, mailboxOfUser } from './authorize.ts';
import type { GraphEnv } from './graph-env.ts';
import { limits } from './limits/limits.ts';
import { targetOf } from './operations.ts';
import { detailsOf, GraphRefusal, idHeaders, notImplemented, refuse, requestIds } from './refusal.ts';
import { hasLength, readBody } from './request-body.ts';

export function graph(cloud: CloudContext): Hono {
  const app = new Hono<GraphEnv>();
  const { arrival, admission } = limits(cloud);

  const record = ({ target, claims }: GraphEnv['Variables'], entry: Decision): void => {
    const mailbox = claims && target.user !== undefined && mailboxOfUser(cloud, claims.tid, target.user);
    cloud.journal.record({
      service: 'graph',
      operation: target.operation,
      ...entry,
      ...(claims && { tenantId: claims.tid }),
      ...(mailbox && { mailbox: mailbox.address }),
    });
  };

  app.onError((error, c) => {
    const details = detailsOf(error);
    const { status, code, reason } = details;
    record(c.var, { status, code, reason });
    return refuse(details, c.var.ids, cloud.now('graph'));
  });

  app.use(arrival);
  app.use(async (c, next) => {
    c.set('ids', requestIds(c.req.header('client-request-id') ?? null));
    c.set('target', targetOf(c.req.method, c.req.path));
    const body = await readBody(c.req.raw);
    if (body !== undefined) c.set('body', body);
    if (!hasLength(c.req.raw)) {
      record(c.var, { status: 411, reason: 'neither length nor chunks' });
      return lengthRequired();
    }
    return next();
  });

  app.use(async (c, next) => {
    const version = c.req.path.split('/')[1];
    if (version === 'beta') throw notImplemented('the beta endpoint');
    // https://github.com/microsoftgraph/msgraph-sample-blazor-clientside/issues/94
    if (version !== 'v1.0') throw badRequest('Invalid version.', 'no such version');
    c.set('claims', await authenticate(cloud, c.req.header('authorization')));
    await next();
  });
  app.use(admission);

  app.all('*', async (c) => {
    const { target, claims, body, ids } = c.var;
    if (!claims) throw new Error('Operations are reached only with an accepted token.');
    if (target.operation === 'other') throw noSuchResource(c.req.path);
    if (target.allowed) throw methodNotAllowed(target.allowed);
    if (body === undefined) throw tooLarge();
    const { status, json, bytes, headers } = await answers(target.operation)({
      cloud,
      claims,
      target,
      url: new URL(c.req.url),
      headers: c.req.raw.headers,
      body,
    });
    record(c.var, { status });
    const common = { ...idHeaders(ids), ...headers };
    if (json) return Response.json(json, { status, headers: common });
    // No content type without content: a client that sees JSON would parse the empty body of a 202, fail, and take the
    // mail for unsent.
    if (!bytes) return new Response(null, { status, headers: common });
    return new Response(new Uint8Array(bytes.content), {
      status,
      headers: { ...common, 'content-type': bytes.contentType },
    });
  });

  return new Hono().route('/', app);
}

interface Decision {
  status: number;
  code?: string;
  reason?: string;
}

function noSuchResource(path: string): GraphRefusal {
  const [resource = '', , property] = path.split('/').slice(2);
  if (resource === 'me') {
    return badRequest('/me request is only valid with delegated authentication flow.', 'me without a user');
  }
  if (/^\$batch$/i.test(resource)) return notImplemented('batches');
  if (resource === 'users' && /^(messages|mailFolders)\b/i.test(property ?? '')) {
    return notImplemented('this request for messages or folders');
  }
  const segment = resource === 'users' ? property : resource;
  // https://github.com/microsoftgraph/microsoft-graph-docs/issues/21648
  return badRequest(`Resource not found for the segment '${segment}'.`, 'no such resource');
}

function badRequest(message: string, reason: string): GraphRefusal {
  return new GraphRefusal({ status: 400, code: 'BadRequest', message, reason });
}

function methodNotAllowed(allowed: readonly string[]): GraphRefusal {
  // https://github.com/microsoftgraph/microsoft-graph-docs/issues/119
  return new GraphRefusal({
    status: 405,
    code: 'Request_BadRequest',
    message: 'Specified HTTP method is not allowed for the request target.',
    reason: 'method not allowed',
    headers: { Allow: allowed.join(', ') },
  });
}

function tooLarge(): GraphRefusal {
  // https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/682
  return new GraphRefusal({
    status: 413,
    code: 'BadRequest',
    message: 'The maximum request length supported is 4MB.',
    reason: 'request over 4 MB',
  });
}

/** What Windows' HTTP server says before Graph sees the request: RFC 9110 section 15.5.12. */
function lengthRequired(): Response {
  const body =
    '<HTML><HEAD><TITLE>Length Required</TITLE></HEAD><BODY><h2>Length Required</h2><hr><p>HTTP Error 411. The request must be chunked or have a content length.</p></BODY></HTML>';
  return new Response(body, { status: 411, headers: { 'content-type': 'text/html; charset=us-ascii' } });
}
