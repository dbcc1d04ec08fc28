/** `GET /api/consent/start?invitation=...`: an administrator opens the link and is sent to Entra. */

import type { HttpFunctionOptions } from '@azure/functions';
import { consentErrorPage } from '../shared/host/consent-pages.ts';
import { browserCookie, readBrowser } from '../shared/host/cookies.ts';
import { answering } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const consentStart = ({ consent, publicUrl }: Services): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'anonymous',
  route: routes.consentStart,
  handler: answering(consentErrorPage, async (request) => {
    const invitation = request.query.get('invitation') ?? undefined;
    const { location, browser } = await consent.start(invitation, readBrowser(request, publicUrl));
    return { status: 302, headers: { Location: location }, cookies: [browserCookie(browser, publicUrl)] };
  }),
});
