/** Admin consent in the browser: who signs in, what is asked, and the redirect with the answer. */

import type { Context } from 'hono';
import type { CloudContext } from '../cloud.ts';
import { type Html, pageHeaders } from '../page.ts';
import { EntraError, errorDescription, type RequestIds } from './aadsts.ts';
import { consentPage, errorPage, needApprovalPage, signInPage } from './consent-pages.ts';
import { type ConsentRequest, parseConsentRequest } from './consent-request.ts';
import { grantConsent } from './enterprise-apps.ts';
import { single } from './parameters.ts';
import { responseUrl } from './redirect-uri.ts';
import { type Administrator, type Session, Sessions } from './sessions.ts';

/** What the journal is told of one request. */
interface Decision {
  response: Response | Promise<Response>;
  status: number;
  code?: string;
  tenantId?: string;
  reason: string;
}

export class AdminConsent {
  readonly #cloud: CloudContext;
  readonly #sessions = new Sessions();

  constructor(cloud: CloudContext) {
    this.#cloud = cloud;
  }

  async handle(c: Context, segment: string, ids: RequestIds): Promise<Response> {
    const { response, ...entry } = await this.#decide(c, segment, ids);
    this.#cloud.journal.record({ service: 'entra', operation: 'adminconsent', ...entry });
    return response;
  }

  async #decide(c: Context, segment: string, ids: RequestIds): Promise<Decision> {
    try {
      const url = new URL(c.req.url);
      const request = parseConsentRequest(this.#cloud.state, segment, url.searchParams);
      const here = `${url.pathname}${url.search}`;
      if (c.req.method !== 'POST') return this.#show(c, request, here, ids);
      const session = this.#sessions.find(c);
      const form = new URLSearchParams(await c.req.text());
      requireAntiForgeryToken(session, form);
      const administrator = single(form, 'administrator');
      return administrator === undefined
        ? this.#choose(c, request, here, { session, choice: single(form, 'choice'), ids })
        : signIn(c, request, here, { session, administrator });
    } catch (error) {
      if (!(error instanceof EntraError)) throw error;
      const { status, code, tenantId, reason } = error;
      const response = show(c, errorPage(error, ids), status);
      return { response, status, code: `AADSTS${code}`, reason, ...(tenantId !== undefined && { tenantId }) };
    }
  }

  #show(c: Context, request: ConsentRequest, here: string, ids: RequestIds): Decision {
    const session = this.#sessions.open(c);
    const who = session.signedIn?.request === here ? session.signedIn.as : undefined;
    if (who === undefined) {
      return { response: show(c, signInPage(request, session)), status: 200, reason: 'asks who signs in' };
    }
    const application = [new URL(request.redirectUri).origin];
    if (who === 'not-an-administrator') {
      const error = needsAdministrator();
      const response = show(c, needApprovalPage(request, session, error, ids), error.status, application);
      return { response, status: error.status, code: 'AADSTS90094', reason: error.reason };
    }
    const response = show(c, consentPage(request, session, who), 200, application);
    return { response, status: 200, tenantId: who.tenant.id, reason: 'asks for consent' };
  }

  #choose(
    c: Context,
    request: ConsentRequest,
    here: string,
    { session, choice, ids }: { session: Session; choice: string | undefined; ids: RequestIds },
  ): Decision {
    const who = session.signedIn?.request === here ? session.signedIn.as : undefined;
    if (who === undefined) {
      throw new EntraError(50058, 'Session information is not sufficient for single-sign-on.', {
        reason: 'nobody is signed in for this request',
      });
    }
    if (choice === 'switch') {
      delete session.signedIn;
      return { response: c.redirect(here), status: 302, reason: 'signs in with another account' };
    }
    if (who === 'not-an-administrator') {
      if (choice !== 'return') throw needsAdministrator();
      delete session.signedIn;
      return refuse(c, request, needsAdministrator(), ids);
    }
    if (choice === 'accept') {
      delete session.signedIn;
      return this.#accept(c, request, who);
    }
    if (choice === 'cancel') {
      delete session.signedIn;
      const declined = 'The resource owner or authorization server denied the request.';
      return refuse(c, request, new EntraError(65004, declined, { reason: 'declined', tenantId: who.tenant.id }), ids);
    }
    throw new EntraError(90023, "The authentication service request isn't valid.", { reason: 'no such choice' });
  }

  #accept(c: Context, { registration, redirectUri, state }: ConsentRequest, { tenant }: Administrator): Decision {
    grantConsent(this.#cloud.state, registration, tenant.id);
    const granted = registration.requiredAppRoles.map(({ resource, role }) => `${resource}/${role}`).join(' ');
    const location = responseUrl(redirectUri, [
      ['admin_consent', 'True'],
      ['tenant', tenant.id],
      ['scope', granted],
      ...withState(state),
    ]);
    return { response: c.redirect(location), status: 302, tenantId: tenant.id, reason: 'accepted' };
  }
}

function signIn(
  c: Context,
  { tenants }: ConsentRequest,
  here: string,
  { session, administrator }: { session: Session; administrator: string },
): Decision {
  const tenant = tenants.find(({ administrators }) => administrators.includes(administrator));
  if (administrator !== 'not-an-administrator' && tenant === undefined) {
    throw new EntraError(
      50034,
      `The user account ${administrator} does not exist in the directory. To sign into this application, the account ` +
        'must be added to the directory.',
      { reason: 'account is no administrator of a tenant that may consent here' },
    );
  }
  session.signedIn = {
    request: here,
    as: tenant === undefined ? 'not-an-administrator' : { tenant, userPrincipalName: administrator },
  };
  return {
    response: c.redirect(here),
    status: 302,
    reason: 'signed in',
    ...(tenant !== undefined && { tenantId: tenant.id }),
  };
}

/** Errors after sign-in go to the app, with `admin_consent=True` as well: an app must look at `error` first. */
function refuse(c: Context, { redirectUri, state }: ConsentRequest, error: EntraError, ids: RequestIds): Decision {
  const location = responseUrl(redirectUri, [
    ['admin_consent', 'True'],
    ['error', error.error],
    ['error_description', errorDescription(error, ids)],
    ...withState(state),
  ]);
  return {
    response: c.redirect(location),
    status: 302,
    code: `AADSTS${error.code}`,
    reason: error.reason,
    ...(error.tenantId !== undefined && { tenantId: error.tenantId }),
  };
}

const withState = (state: string | undefined): [string, string][] => (state === undefined ? [] : [['state', state]]);

const needsAdministrator = (): EntraError =>
  new EntraError(90094, 'The grant requires admin permission.', { reason: 'account is not an administrator' });

/** Without this, a page elsewhere could press Accept in the browser of an administrator who is signed in. */
function requireAntiForgeryToken(session: Session | undefined, form: URLSearchParams): asserts session is Session {
  if (session !== undefined && single(form, 'antiForgeryToken') === session.antiForgeryToken) return;
  throw new EntraError(
    165000,
    'Invalid Request: The request tokens do not match the user context. Do not copy the user context values (cookies; ' +
      'form fields; headers) between different requests or user sessions; always maintain the ALL of the supplied ' +
      'values across a complete single user flow.',
    { reason: session === undefined ? 'no session' : 'anti-forgery token does not match' },
  );
}

function show(c: Context, content: Html, status: 200 | EntraError['status'] = 200, formTargets: string[] = []) {
  return c.html(content, status, pageHeaders(formTargets));
}
