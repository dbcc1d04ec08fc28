/** `GET /api/consent/result?follow=...`: where a consent that was believed ends; it follows one that has not arrived. */

import type { HttpFunctionOptions } from '@azure/functions';
import { consentErrors } from '../shared/host/consent-errors.ts';
import { answering } from '../shared/host/http.ts';
import { resultPage } from '../shared/host/pages/result-page.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

type Needed = Pick<Services, 'invitations' | 'pages' | 'publicUrl'>;

export const consentResult = (services: Needed): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'anonymous',
  route: routes.consentResult,
  handler: answering(consentErrors(services), async ({ query }) => {
    const { follow, links, pathOf, vendor } = services.pages;
    const address = { follow: query.get('follow') ?? '' };
    const { tenant, invitation } = await follow.read(address.follow);
    // Only to whom the operator wrote as an administrator of this tenant: what an open invitation comes back with is a claim.
    const isVouchedFor = invitation?.tenantId === tenant.id;
    const page = isVouchedFor ? await links.tenantPage(tenant.id) : undefined;
    return resultPage({
      tenant,
      vendor,
      here: pathOf('consentResult', address),
      statusUrl: pathOf('consentStatus', address),
      tenantUrl: page && pathOf('tenantPage', { link: page.signed }),
      returnUrl: invitation?.returnUrl,
    });
  }),
});
