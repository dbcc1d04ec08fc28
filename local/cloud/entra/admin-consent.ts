/** Admin consent in the browser: who signs in, what is asked, and the redirect with the answer. */

import type { Context } from 'hono';
import type { CloudContext } from '../cloud.ts';
import { type Html, pageHeaders } from '../page.ts';
import { EntraError, invalidRequest, type RequestIds } from './aadsts.ts';
import { grantedUrl, refusedUrl } from './consent-answer.ts';
import { consentPage, errorPage, needApprovalPage, signInPage } from './consent-pages.ts';
import { type ConsentRequest, type ConsentVersion, parseConsentRequest } from './consent-request.ts';
import { requireConsentable } from './consent-requirements.ts';
import { grantConsent } from './consents.ts';
import { single } from './parameters.ts';
import { readForm } from './request-form.ts';
import { requestIds } from './request-ids.ts';
import { type Administrator, type Session, Sessions } from './sessions.ts';

/** What the journal is told of one request. */
interface Decision {
  response: Response | Promise<Response>;
  status: number;
  code?: string;
  tenantId?: string;
  reason: string;
}

/** One request at the consent pages, understood. */
interface Visit {
  c: Context;
  request: ConsentRequest;
  /** Path and query: who signed in did so for this request alone. */
  here: string;
  ids: RequestIds;
}

export class AdminConsent {
  readonly #cloud: CloudContext;
  readonly #sessions = new Sessions();

  constructor(cloud: CloudContext) {
    this.#cloud = cloud;
  }

  async handle(c: Context, segment: string, version: ConsentVersion): Promise<Response> {
    const { response, ...entry } = await this.#decide(c, segment, version);
    this.#cloud.journal.record({ service: 'entra', operation: 'adminconsent', ...entry });
    return response;
  }

  async #decide(c: Context, segment: string, version: ConsentVersion): Promise<Decision> {
    const ids = requestIds(this.#cloud, c.req.raw);
    try {
      // Before all else, as a client that still writes when it is answered sees a reset.
      const form = c.req.method === 'POST' ? await readForm(c.req.raw) : undefined;
      const url = new URL(c.req.url);
      const request = parseConsentRequest(this.#cloud.state, segment, url.searchParams, version);
      const visit = { c, request, here: `${url.pathname}${url.search}`, ids };
      if (form === undefined) return this.#show(visit);
      const session = this.#sessions.find(c);
      requireAntiForgeryToken(session, form);
      const administrator = single(form, 'administrator');
      return administrator === undefined
        ? this.#choose(visit, session, single(form, 'choice'))
        : signIn(visit, session, administrator);
    } catch (error) {
      if (!(error instanceof EntraError)) throw error;
      const response = show(c, errorPage(error, ids), error.status);
      return { response, status: error.status, ...told(error) };
    }
  }

  #show(visit: Visit): Decision {
    const { c, request, here, ids } = visit;
    const session = this.#sessions.open(c);
    const who = session.signedIn?.request === here ? session.signedIn.as : undefined;
    if (who === undefined) {
      return { response: show(c, signInPage(request, session)), status: 200, reason: 'asks who signs in' };
    }
    const application = [new URL(request.redirectUri).origin];
    if (who === 'not-an-administrator') {
      const error = needsAdministrator();
      const response = show(c, needApprovalPage(request, session, error, ids), error.status, application);
      return { response, status: error.status, ...told(error) };
    }
    return callBackOnRefusal(visit, session, () => {
      requireConsentable(request, who.tenant);
      const response = show(c, consentPage(request, session, who), 200, application);
      return { response, status: 200, tenantId: who.tenant.id, reason: 'asks for consent' };
    });
  }

  #choose(visit: Visit, session: Session, choice: string | undefined): Decision {
    const { c, here } = visit;
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
      return callBackOnRefusal(visit, session, () => {
        throw needsAdministrator();
      });
    }
    if (choice === 'accept') return callBackOnRefusal(visit, session, () => this.#accept(visit, session, who));
    if (choice === 'cancel') {
      return callBackOnRefusal(visit, session, () => {
        throw declined(who.tenant.id);
      });
    }
    throw invalidRequest('no such choice');
  }

  #accept({ c, request }: Visit, session: Session, { tenant }: Administrator): Decision {
    requireConsentable(request, tenant);
    grantConsent(this.#cloud, request.registration, tenant.id);
    delete session.signedIn;
    const response = c.redirect(grantedUrl(request, tenant.id));
    return { response, status: 302, tenantId: tenant.id, reason: 'accepted' };
  }
}

function signIn({ c, request, here }: Visit, session: Session, administrator: string): Decision {
  const tenant = request.tenants.find(({ administrators }) => administrators.includes(administrator));
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

/** What is refused to somebody who has signed in is told to the app, and the sign-in is over. */
function callBackOnRefusal({ c, request, ids }: Visit, session: Session, decide: () => Decision): Decision {
  try {
    return decide();
  } catch (error) {
    if (!(error instanceof EntraError)) throw error;
    delete session.signedIn;
    return { response: c.redirect(refusedUrl(request, error, ids)), status: 302, ...told(error) };
  }
}

const told = ({ code, reason, tenantId }: EntraError) => ({
  code: `AADSTS${code}`,
  reason,
  ...(tenantId !== undefined && { tenantId }),
});

const needsAdministrator = (): EntraError =>
  new EntraError(90094, 'The grant requires admin permission.', { reason: 'account is not an administrator' });

const declined = (tenantId: string): EntraError =>
  new EntraError(65004, 'The resource owner or authorization server denied the request.', {
    reason: 'declined',
    tenantId,
  });

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
