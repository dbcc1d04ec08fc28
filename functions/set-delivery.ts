/** `PUT /api/tenants/{tenant}/delivery`: what holds for a tenant's mail jobs that say nothing of their own. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, jsonBody, problem } from '../shared/host/http.ts';
import { deliveryBody, readPart, tenantPath } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const setDelivery = ({ mailApi }: Pick<Services, 'mailApi'>): HttpFunctionOptions => ({
  methods: ['PUT'],
  authLevel: 'function',
  route: routes.delivery,
  handler: answering(problem, async (request) => {
    const { tenant } = readPart(tenantPath, request.params, 'The address');
    const { delivery, onUnknown } = readPart(deliveryBody, await jsonBody(request), 'The request');
    await mailApi.setDelivery(tenant, { delivery: delivery ?? undefined, onUnknown: onUnknown ?? undefined });
    return { status: 200, jsonBody: { tenant, delivery, onUnknown } };
  }),
});
