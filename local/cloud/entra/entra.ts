/** Entra ID: discovery, keys, tokens for apps, and admin consent. As strict as the service that it stands for. */

import { type Context, Hono } from 'hono';
import type { CloudContext } from '../cloud.ts';
import { answerHeaders, EntraError, errorBody } from './aadsts.ts';
import { AdminConsent } from './admin-consent.ts';
import { keySet, openIdConfiguration } from './discovery.ts';
import { readForm } from './request-form.ts';
import { requestIds } from './request-ids.ts';
import { shownCertificate } from './shown-certificate.ts';
import { TokenEndpoint } from './token-endpoint.ts';

interface Answer {
  body: object;
  tenantId?: string;
}

export function entra(cloud: CloudContext): Hono {
  const app = new Hono();
  const tokens = new TokenEndpoint(cloud);
  const consent = new AdminConsent(cloud);

  /** @param work tells by `reads` which form it has read: the caller may name its request there. */
  const answer = async (
    c: Context,
    operation: string,
    work: (reads: (form: URLSearchParams) => void) => Answer | Promise<Answer>,
  ) => {
    let form: URLSearchParams | undefined;
    const shown = (): { certificate?: string } => {
      const certificate = shownCertificate(form);
      return certificate === undefined ? {} : { certificate };
    };
    try {
      const { body, tenantId } = await work((read) => (form = read));
      cloud.journal.record({
        service: 'entra',
        operation,
        status: 200,
        ...(tenantId !== undefined && { tenantId }),
        ...shown(),
      });
      return c.json(body, 200, answerHeaders(requestIds(cloud, c.req.raw, form)));
    } catch (error) {
      const refusal = error instanceof EntraError ? error : unexpected(error);
      const { status, code, tenantId, reason, retryAfterSeconds } = refusal;
      cloud.journal.record({
        service: 'entra',
        operation,
        status,
        code: `AADSTS${code}`,
        reason,
        ...(tenantId !== undefined && { tenantId }),
        ...shown(),
      });
      const ids = requestIds(cloud, c.req.raw, form);
      return c.json(errorBody(refusal, ids), status, {
        ...answerHeaders(ids),
        ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
      });
    }
  };

  for (const [path, version] of [
    ['/:tenant/v2.0/.well-known/openid-configuration', 'v2.0'],
    ['/:tenant/.well-known/openid-configuration', 'v1.0'],
  ] as const) {
    app.get(path, (c) =>
      answer(c, 'discovery', () => ({ body: openIdConfiguration(cloud, c.req.param('tenant'), version) })),
    );
  }
  for (const path of ['/:tenant/discovery/v2.0/keys', '/:tenant/discovery/keys'] as const) {
    app.get(path, (c) => answer(c, 'keys', () => ({ body: keySet(cloud, c.req.param('tenant')) })));
  }
  app.post('/:tenant/oauth2/v2.0/token', (c) =>
    answer(c, 'token', async (reads) => {
      const form = await readForm(c.req.raw);
      reads(form);
      return tokens.respond(c.req.param('tenant'), form, c.req.header('authorization'));
    }),
  );
  app.all('/:tenant/oauth2/v2.0/token', (c) => answer(c, 'token', () => onlyPost(c.req.method)));
  for (const [path, version] of [
    ['/:tenant/v2.0/adminconsent', 'v2.0'],
    ['/:tenant/adminconsent', 'v1.0'],
  ] as const) {
    app.on(['GET', 'POST'], path, (c) => consent.handle(c, c.req.param('tenant') ?? '', version));
  }

  app.notFound((c) => answer(c, 'unknown', () => noSuchPath()));
  app.onError((error, c) => answer(c, 'unknown', () => Promise.reject(error)));
  return app;
}

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
