/** What every page and form of the console goes through: a session, and for forms that a page of it has sent them. */

import type { HttpHandler, HttpRequest, HttpResponseInit } from '@azure/functions';
import type { ConsoleSession, ConsoleSessions } from '../../checks/console-sessions.ts';
import { answering } from '../http.ts';
import { consoleErrorPage } from './error-page.ts';
import { formFields, requireSameOrigin } from './same-origin.ts';
import { endedCookie, readSession, sessionCookie } from './session-cookie.ts';

export interface ConsoleEntrance {
  readonly consoleSessions: ConsoleSessions;
  readonly publicUrl: string;
}

export interface Visit {
  readonly session: ConsoleSession;
  /** For the forms of the page. */
  readonly formToken: string;
}

/** The scripts of the pages say so when they ask by themselves: nobody was there, so the session is not prolonged. */
const refreshHeader = 'x-console-refresh';

/**
 * A form is sent with `Origin: null` from a page that tells nobody where it came from, and would be refused:
 * https://fetch.spec.whatwg.org/#append-a-request-origin-header
 */
export const sameOriginReferrer = { 'Referrer-Policy': 'same-origin' };

export function consolePage(
  entrance: ConsoleEntrance,
  answer: (request: HttpRequest, visit: Visit) => Promise<HttpResponseInit>,
): HttpHandler {
  const { consoleSessions, publicUrl } = entrance;
  return answering(consoleErrorPage, async (request) => {
    const { session, cookie } = await consoleSessions.resume(readSession(request, publicUrl));
    const formToken = await consoleSessions.formToken(session);
    const answered = await answer(request, { session, formToken });
    const isRefresh = request.headers.get(refreshHeader) !== null;
    return {
      ...answered,
      headers: { ...(answered.headers as Record<string, string> | undefined), ...sameOriginReferrer },
      ...(isRefresh ? {} : { cookies: [sessionCookie(cookie, publicUrl)] }),
    };
  });
}

/** @param act is called only for a form that a page of this very session has sent. */
export function consoleForm(
  entrance: ConsoleEntrance,
  act: (request: HttpRequest, visit: Visit, fields: URLSearchParams) => Promise<HttpResponseInit>,
): HttpHandler {
  return consolePage(entrance, async (request, visit) => {
    requireSameOrigin(request, entrance.publicUrl);
    const fields = await formFields(request);
    await entrance.consoleSessions.requireForm(visit.session, fields.get('form') ?? undefined);
    return act(request, visit, fields);
  });
}

/** Ends the session here and in the browser. */
export function consoleExit(
  { consoleSessions, publicUrl }: ConsoleEntrance,
  left: () => HttpResponseInit,
): HttpHandler {
  return answering(consoleErrorPage, async (request) => {
    requireSameOrigin(request, publicUrl);
    const { session } = await consoleSessions.resume(readSession(request, publicUrl));
    await consoleSessions.requireForm(session, (await formFields(request)).get('form') ?? undefined);
    await consoleSessions.close(session);
    return { ...left(), cookies: [endedCookie(publicUrl)] };
  });
}
