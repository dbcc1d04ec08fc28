/** `GET` and `POST /api/console/open`: the page of a link to the console, and the button on it that spends the link. */

import type { HttpFunctionOptions } from '@azure/functions';
import { consoleErrorPage } from '../shared/host/console/error-page.ts';
import { sameOriginReferrer } from '../shared/host/console/guarded.ts';
import { openPage } from '../shared/host/console/open-page.ts';
import { consolePath } from '../shared/host/console/paths.ts';
import { formFields, requireSameOrigin } from '../shared/host/console/same-origin.ts';
import { sessionCookie } from '../shared/host/console/session-cookie.ts';
import { answering } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

type Entrance = Pick<Services, 'consoleSessions' | 'publicUrl'>;

export const consoleOpen = ({ consoleSessions }: Entrance): HttpFunctionOptions => ({
  methods: ['GET'],
  // Anonymous, since a browser brings it: the signed link decides.
  authLevel: 'anonymous',
  route: routes.consoleOpen,
  handler: answering(consoleErrorPage, async ({ query }) => {
    const signed = query.get('link') ?? '';
    await consoleSessions.examine(signed);
    const page = openPage(signed);
    return { ...page, headers: { ...(page.headers as Record<string, string>), ...sameOriginReferrer } };
  }),
});

export const consoleEnter = ({ consoleSessions, publicUrl }: Entrance): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'anonymous',
  route: routes.consoleOpen,
  handler: answering(consoleErrorPage, async (request) => {
    // Otherwise another site could put its visitors into a session of its choice.
    requireSameOrigin(request, publicUrl);
    const { cookie } = await consoleSessions.open((await formFields(request)).get('link') ?? undefined);
    // See Other: the browser's history keeps the console's own address, and no link.
    return { status: 303, headers: { Location: consolePath('console') }, cookies: [sessionCookie(cookie, publicUrl)] };
  }),
});
