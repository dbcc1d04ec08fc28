/** `GET /api/consent/callback`: Entra sends the administrator's browser back, and what it brings is judged. */

import type { HttpFunctionOptions } from '@azure/functions';
import { consentErrors } from '../shared/host/consent-errors.ts';
import { readBrowser, readState } from '../shared/host/cookies.ts';
import { answering } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

type Needed = Pick<Services, 'consent' | 'invitations' | 'pages' | 'publicUrl'>;

export const consentCallback = (services: Needed): HttpFunctionOptions => ({
  methods: ['GET'],
  // Anonymous, since a browser brings it: the state decides whether it is believed.
  authLevel: 'anonymous',
  route: routes.consentCallback,
  handler: answering(consentErrors(services), async (request) => {
    const { consent, pages, publicUrl } = services;
    const read = (name: string): string | undefined => request.query.get(name) ?? undefined;
    const state = read('state');
    const tenant = await consent.finish({
      error: read('error'),
      errorDescription: read('error_description'),
      tenant: read('tenant'),
      state,
      browser: readBrowser(request, publicUrl),
      begun: readState(request, publicUrl),
    });
    // To a page that can be loaded again: the state is spent, and does not stay in the browser's address and history.
    const follow = await pages.links.follow(tenant.id, state);
    return { status: 303, headers: { Location: pages.urlOf('consentResult', { follow }) } };
  }),
});
