/**
 * Outlook's limits of what one app may ask of one mailbox, and how Graph throttles beyond them:
 * https://learn.microsoft.com/graph/throttling-limits#outlook-service-limits.
 *
 *     const { arrival, admission } = limits(cloud);
 *     app.use(arrival);   // before the body is read: a request is in flight from its first byte
 *     app.use(admission); // once the token is accepted
 */

import { createMiddleware } from 'hono/factory';
import { decodeJwt } from 'jose';
import type { CloudContext } from '../../cloud.ts';
import { secondsUntilFree, useOf, withUse } from '../../exchange/sliding-window.ts';
import type { CloudState, Mailbox } from '../../state.ts';
import type { GraphUse, Rate } from '../../state/limits.ts';
import { bearerToken } from '../../tokens.ts';
import { mailboxOfUser } from '../authorize.ts';
import type { GraphEnv } from '../graph-env.ts';
import { type GraphTarget, targetOf } from '../operations.ts';
import { GraphRefusal } from '../refusal.ts';

/** Users and organizations are Entra's, which has limits of its own. */
const notOutlooks = ['other', 'listUsers', 'getUser', 'listOrganization'];

export function limits(cloud: CloudContext) {
  /** By app and mailbox. */
  const inFlight = new Map<string, number>();
  const tooMany = new WeakSet<Request>();

  return {
    arrival: createMiddleware<GraphEnv>(async (c, next) => {
      const key = unverifiedKey(cloud, c.req.header('authorization'), targetOf(c.req.method, c.req.path));
      if (key === undefined) return next();
      const running = inFlight.get(key) ?? 0;
      if (running >= cloud.state.limits.graph.concurrentRequests) {
        tooMany.add(c.req.raw);
        return next();
      }
      inFlight.set(key, running + 1);
      try {
        await next();
      } finally {
        const left = (inFlight.get(key) ?? 1) - 1;
        if (left > 0) inFlight.set(key, left);
        else inFlight.delete(key);
      }
    }),

    admission: createMiddleware<GraphEnv>(async (c, next) => {
      const { claims, target, body } = c.var;
      const mailbox = claims && mailboxOf(cloud, claims.tid, target);
      if (mailbox) {
        const isUpload = ['POST', 'PUT', 'PATCH'].includes(c.req.method);
        const bytes = isUpload ? (body?.length ?? Number(c.req.header('content-length') ?? 0)) : 0;
        countRequest(cloud, { appId: claims.appid, mailbox, bytes, isConcurrent: tooMany.has(c.req.raw) });
      }
      await next();
    }),
  };
}

interface CountedRequest {
  appId: string;
  mailbox: Mailbox;
  bytes: number;
  isConcurrent: boolean;
}

/**
 * A request counts whether it is refused or not: who goes on asking while being throttled stays throttled
 * (https://learn.microsoft.com/graph/throttling#best-practices-to-handle-throttling).
 *
 * @throws GraphRefusal 429
 */
function countRequest(cloud: CloudContext, { appId, mailbox, bytes, isConcurrent }: CountedRequest): void {
  const { requests, uploadedBytes } = cloud.state.limits.graph;
  const now = cloud.now('graph');
  const use = graphUseOf(cloud.state, appId, mailbox);
  use.requests = withUse(use.requests, requests, now, 1);
  if (bytes > 0) use.uploadedBytes = withUse(use.uploadedBytes, uploadedBytes, now, bytes);
  // https://github.com/alcionai/corso/issues/3695
  if (isConcurrent) throw throttled('MailboxConcurrency', 1);
  if (useOf(use.requests, requests, now) > requests.most) {
    // No source has the name of this budget: it is this cloud's own.
    throw throttled('MailboxRequests', secondsUntilFree(use.requests, requests, now, 1));
  }
  if (bytes > 0) checkUploadedBytes(use, uploadedBytes, now, bytes);
}

/**
 * Counts a range that came to the upload host: Outlook's limit is one for all that is uploaded.
 *
 * @throws GraphRefusal 429
 */
export function countRange(cloud: CloudContext, appId: string, mailbox: Mailbox, bytes: number): void {
  const { uploadedBytes } = cloud.state.limits.graph;
  const now = cloud.now('upload');
  const use = graphUseOf(cloud.state, appId, mailbox);
  use.uploadedBytes = withUse(use.uploadedBytes, uploadedBytes, now, bytes);
  checkUploadedBytes(use, uploadedBytes, now, bytes);
}

function checkUploadedBytes(use: GraphUse, rate: Rate, now: number, bytes: number): void {
  if (useOf(use.uploadedBytes, rate, now) <= rate.most) return;
  // https://github.com/O365/python-o365/issues/500
  throw throttled('IncomingBytes', secondsUntilFree(use.uploadedBytes, rate, now, bytes));
}

const throttled = (budget: string, seconds: number): GraphRefusal =>
  new GraphRefusal({
    status: 429,
    code: 'ApplicationThrottled',
    message: `Application is over its ${budget} limit.`,
    reason: `over the ${budget} limit`,
    headers: { 'Retry-After': String(seconds) },
  });

function mailboxOf(cloud: CloudContext, tenantId: string, { operation, user }: GraphTarget): Mailbox | undefined {
  if (user === undefined || notOutlooks.includes(operation)) return undefined;
  return mailboxOfUser(cloud, tenantId, user);
}

/** Whom the token names, before anybody knows whether it is true: admission comes only after the token is accepted. */
function unverifiedKey(
  cloud: CloudContext,
  authorization: string | undefined,
  target: GraphTarget,
): string | undefined {
  try {
    const { tid, appid } = decodeJwt<{ tid?: unknown; appid?: unknown }>(bearerToken(authorization) ?? '');
    const mailbox = mailboxOf(cloud, String(tid), target);
    return mailbox && `${String(appid)} ${mailbox.id}`;
  } catch {
    return undefined;
  }
}

function graphUseOf(state: CloudState, appId: string, { tenantId, address }: Mailbox): GraphUse {
  const known = state.graphUse.find(
    (one) => one.tenantId === tenantId && one.appId === appId && one.mailbox === address,
  );
  if (known !== undefined) return known;
  const made = { tenantId, appId, mailbox: address, requests: [], uploadedBytes: [] };
  state.graphUse.push(made);
  return made;
}
