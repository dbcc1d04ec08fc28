/** `GET /api/consent/invitation?invitation=...`: what an invitation asks for, before anything is begun. */

import type { HttpFunctionOptions } from '@azure/functions';
import { consentErrors } from '../shared/host/consent-errors.ts';
import { answering } from '../shared/host/http.ts';
import { invitationPage as page } from '../shared/host/pages/invitation-page.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

type Needed = Pick<Services, 'invitations' | 'pages' | 'publicUrl'>;

export const invitationPage = (services: Needed): HttpFunctionOptions => ({
  // HEAD too: mail programs and chats look at a link before they show it. Looking spends nothing.
  methods: ['GET', 'HEAD'],
  authLevel: 'anonymous',
  route: routes.consentInvitation,
  handler: answering(consentErrors(services), async ({ query }) => {
    const { invitations, pages } = services;
    const { vendor, clientId, pathOf, urlOf } = pages;
    const signed = query.get('invitation') ?? undefined;
    const invitation = await invitations.open(signed);
    const address = { invitation: signed ?? '' };
    return page({
      invitation,
      vendor,
      clientId,
      link: urlOf('consentInvitation', address),
      startUrl: pathOf('consentStart', address),
    });
  }),
});
