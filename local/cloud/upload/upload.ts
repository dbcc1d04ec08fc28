/**
 * The host to which the ranges of large attachments go, `outlook.office.com` in reality:
 * https://learn.microsoft.com/graph/outlook-large-attachments. Its URLs carry their own authorization.
 */

import { type Context, Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';
import { detailsOf, GraphRefusal, idHeaders, itemNotFound, refuse, requestIds } from '../graph/refusal.ts';
import { hasLength, readBody } from '../graph/request-body.ts';
import type { UploadSession } from '../state.ts';
import { refuseAuthorization } from './refusals.ts';
import { appendUploadedRange } from './ranges.ts';
import { forgetSession } from './sessions.ts';
import { type UploadTarget, uploadTarget } from './target.ts';

type UploadEnv = { Variables: { target: UploadTarget } };

export function upload(cloud: CloudContext): Hono {
  const app = new Hono<UploadEnv>();

  const record = (c: Context<UploadEnv>, entry: { status: number; code?: string; reason?: string }): void => {
    const { operation, session } = c.var.target;
    const { tenantId, mailbox } = session ?? {};
    cloud.journal.record({
      service: 'upload',
      operation,
      ...entry,
      ...(tenantId !== undefined && { tenantId }),
      ...(mailbox !== undefined && { mailbox }),
    });
  };
  const sessionOf = (c: Context<UploadEnv>): UploadSession => {
    const { session } = c.var.target;
    // What Outlook says of a session that is gone is not documented; this is what it says of anything that is gone.
    if (session === undefined) throw itemNotFound('upload session');
    return session;
  };

  app.onError((error, c) => {
    const details = detailsOf(error);
    const { status, code, reason } = details;
    record(c, { status, code, reason });
    const ids = requestIds(c.req.header('client-request-id') ?? null);
    return refuse(details, ids, cloud.now('upload'));
  });

  app.use(async (c, next) => {
    c.set('target', uploadTarget(cloud, c.req.method, new URL(c.req.url)));
    const authorization = c.req.header('authorization');
    if (authorization === undefined) return next();
    // Read to its end first: a client that still writes when the answer comes sees a reset in its place.
    await readBody(c.req.raw);
    record(c, { status: 401, code: 'InvalidAudienceForResource', reason: 'an Authorization header' });
    return refuseAuthorization(authorization, cloud.urls.upload, cloud.now('upload'));
  });

  app.put('*', async (c) => {
    const bytes = await readBody(c.req.raw);
    const session = sessionOf(c);
    const { status, json, location } = appendUploadedRange(cloud, session, {
      contentRange: c.req.header('content-range'),
      contentType: c.req.header('content-type'),
      hasLength: hasLength(c.req.raw),
      bytes,
    });
    record(c, { status });
    const headers = idHeaders(requestIds(c.req.header('client-request-id') ?? null));
    if (json) return Response.json(json, { status, headers });
    return new Response(null, { status, headers: { ...headers, ...(location && { location }) } });
  });

  app.get('*', (c) => {
    const { expiresAt, received } = sessionOf(c);
    record(c, { status: 200 });
    // In camel case: Microsoft's own client reads nothing else when it resumes.
    return c.json({ expirationDateTime: new Date(expiresAt).toISOString(), nextExpectedRanges: [String(received)] });
  });

  app.delete('*', (c) => {
    forgetSession(cloud, sessionOf(c));
    record(c, { status: 204 });
    return c.body(null, 204);
  });

  app.all('*', async (c) => {
    await readBody(c.req.raw);
    throw new GraphRefusal({
      status: 405,
      code: 'ErrorInvalidRequest',
      message: 'The OData request is not supported.',
      reason: 'method not allowed',
      headers: { Allow: 'PUT, GET, DELETE' },
    });
  });

  return new Hono().route('/', app);
}
