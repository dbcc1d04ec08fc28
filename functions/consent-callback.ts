/** `GET /api/consent/callback`: Entra sends the administrator's browser back, and what it brings is judged. */

import type { HttpFunctionOptions } from '@azure/functions';
import { consentErrorPage, consentResultPage } from '../shared/host/consent-pages.ts';
import { readBrowser } from '../shared/host/cookies.ts';
import { answering } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const consentCallback = ({ consent, publicUrl }: Services): HttpFunctionOptions => ({
  methods: ['GET'],
  // Anonymous, since a browser brings it: the state decides whether it is believed.
  authLevel: 'anonymous',
  route: routes.consentCallback,
  handler: answering(consentErrorPage, async (request) => {
    const read = (name: string): string | undefined => request.query.get(name) ?? undefined;
    const tenant = await consent.finish({
      error: read('error'),
      errorDescription: read('error_description'),
      tenant: read('tenant'),
      state: read('state'),
      browser: readBrowser(request, publicUrl),
    });
    return consentResultPage(tenant);
  }),
});
