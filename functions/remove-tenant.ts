/** `DELETE /api/tenants/{tenant}`: takes a tenant out, with what is kept of it. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import { readPart } from '../shared/request-parts.ts';
import type { Services } from '../shared/services.ts';
import { toOffboardingAnswer } from '../shared/tenants/api/answers.ts';
import { tenantPath } from '../shared/tenants/api/requests.ts';

export const removeTenant = ({ tenantApi }: Pick<Services, 'tenantApi'>): HttpFunctionOptions => ({
  methods: ['DELETE'],
  authLevel: 'function',
  route: routes.tenant,
  handler: answering(problem, async ({ params }) => {
    const { tenant } = readPart(tenantPath, params, 'The address');
    const removed = await tenantApi.remove(await tenantApi.resolve(tenant));
    return { status: 200, jsonBody: toOffboardingAnswer(removed) };
  }),
});
