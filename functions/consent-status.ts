/** `GET /api/consent/status?follow=...`: how a consent stands, for the page that follows it. The link is the authority. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const consentStatus = ({ pages }: Pick<Services, 'pages'>): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'anonymous',
  route: routes.consentStatus,
  handler: answering(problem, async ({ query }) => {
    const { tenant } = await pages.follow.read(query.get('follow') ?? undefined);
    const { id, state, since } = tenant;
    return {
      status: 200,
      jsonBody: { tenant: id, state, since: new Date(since).toISOString(), done: state !== 'pending' },
    };
  }),
});
