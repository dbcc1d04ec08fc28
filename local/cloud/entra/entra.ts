/** Entra ID: discovery, keys, tokens for apps, and admin consent. As strict as the service that it stands for. */

import { type Context, Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';
import { EntraError, errorBody, type RequestIds } from './aadsts.ts';
import { AdminConsent } from './admin-consent.ts';
import { UsedAssertions } from './client-assertion.ts';
import { keySet, openIdConfiguration } from './discovery.ts';
import { isGuid } from './tenant-path.ts';
import { respondToTokenRequest } from './token-endpoint.ts';

interface Answer {
  body: object;
  tenantId?: string;
}

export function entra(cloud: CloudContext): Hono {
  const app = new Hono();
  const used = new UsedAssertions();
  const consent = new AdminConsent(cloud);

  const answer = async (
    c: Context,
    operation: string,
    work: () => Answer | Promise<Answer>,
    form?: URLSearchParams,
  ) => {
    const ids = requestIds(c, form);
    try {
      const { body, tenantId } = await work();
      cloud.journal.record({ service: 'entra', operation, status: 200, ...(tenantId !== undefined && { tenantId }) });
      return c.json(body, 200, headers(ids));
    } catch (error) {
      const refusal = error instanceof EntraError ? error : unexpected(error);
      const { status, code, tenantId, reason } = refusal;
      cloud.journal.record({
        service: 'entra',
        operation,
        status,
        code: `AADSTS${code}`,
        reason,
        ...(tenantId !== undefined && { tenantId }),
      });
      return c.json(errorBody(refusal, ids), status, headers(ids));
    }
  };

  for (const path of ['/:tenant/v2.0/.well-known/openid-configuration', '/:tenant/.well-known/openid-configuration']) {
    app.get(path, (c) =>
      answer(c, 'discovery', () => ({ body: openIdConfiguration(cloud, c.req.param('tenant') ?? '') })),
    );
  }
  app.get('/:tenant/discovery/v2.0/keys', (c) =>
    answer(c, 'keys', () => ({ body: keySet(cloud, c.req.param('tenant')) })),
  );
  app.post('/:tenant/oauth2/v2.0/token', async (c) => {
    const form = await readForm(c);
    return answer(c, 'token', () => respondToTokenRequest(cloud, c.req.param('tenant'), form, used), form);
  });
  app.all('/:tenant/oauth2/v2.0/token', (c) => answer(c, 'token', () => onlyPost(c.req.method)));
  app.on(['GET', 'POST'], '/:tenant/v2.0/adminconsent', (c) => consent.handle(c, c.req.param('tenant'), requestIds(c)));

  app.notFound((c) => answer(c, 'unknown', () => noSuchPath()));
  app.onError((error, c) => answer(c, 'unknown', () => Promise.reject(error)));
  return app;
}

/** Anything but a form has no parameters as far as Entra is concerned, JSON included. */
async function readForm(c: Context): Promise<URLSearchParams> {
  const type = c.req.header('content-type') ?? '';
  const isForm = /^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type);
  return new URLSearchParams(isForm ? await c.req.text() : '');
}

/** The caller may name its request: MSAL does so in the query and in the form. */
function requestIds(c: Context, form?: URLSearchParams): RequestIds {
  const own =
    form?.get('client-request-id') ?? c.req.query('client-request-id') ?? c.req.header('client-request-id') ?? '';
  return {
    traceId: crypto.randomUUID(),
    correlationId: isGuid(own) ? own : crypto.randomUUID(),
    at: new Date(),
  };
}

const headers = (ids: RequestIds): Record<string, string> => ({
  'Content-Type': 'application/json; charset=utf-8',
  'Cache-Control': 'no-store, no-cache',
  Pragma: 'no-cache',
  'X-Content-Type-Options': 'nosniff',
  'x-ms-request-id': ids.traceId,
});

function noSuchPath(): never {
  throw new EntraError(90023, "The authentication service request isn't valid.", {
    reason: 'no such path',
    status: 404,
  });
}

function onlyPost(method: string): never {
  throw new EntraError(900561, `The endpoint only accepts POST requests. Received a ${method} request.`, {
    reason: 'not a POST',
  });
}

/** Only the name of what went wrong inside is told: a message could hold what the caller sent. */
const unexpected = (error: unknown): EntraError =>
  new EntraError(50000, 'There is an issue with the sign-in service.', {
    reason: `unexpected ${error instanceof Error ? error.name : typeof error}`,
  });
