/** `GET /api/consent/start?invitation=...`: an administrator has read the invitation and is sent to Entra. */

import type { HttpFunctionOptions } from '@azure/functions';
import { consentErrors } from '../shared/host/consent-errors.ts';
import { browserCookie, invitationCookie, readBrowser, stateCookie } from '../shared/host/cookies.ts';
import { answering } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

type Needed = Pick<Services, 'consent' | 'invitations' | 'pages' | 'publicUrl'>;

export const consentStart = (services: Needed): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'anonymous',
  route: routes.consentStart,
  handler: answering(consentErrors(services), async (request) => {
    const { consent, publicUrl } = services;
    const invitation = request.query.get('invitation') ?? undefined;
    const { location, browser, state } = await consent.start(invitation, readBrowser(request, publicUrl));
    return {
      status: 302,
      headers: { Location: location },
      cookies: [
        browserCookie(browser, publicUrl),
        stateCookie(state, publicUrl),
        invitationCookie(invitation ?? '', publicUrl),
      ],
    };
  }),
});
