/** `POST /api/tenants/{tenant}/verify`: a tenant whose administrator granted the rights without an invitation. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, jsonBody, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import { readPart } from '../shared/request-parts.ts';
import type { Services } from '../shared/services.ts';
import { toTenantAnswer } from '../shared/tenants/api/answers.ts';
import { tenantPath, verifyBody } from '../shared/tenants/api/requests.ts';

export const verifyTenant = ({ tenantApi }: Pick<Services, 'tenantApi'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.verifyTenant,
  handler: answering(problem, async (request) => {
    const { tenant } = readPart(tenantPath, request.params, 'The address');
    const how = readPart(verifyBody, await jsonBody(request), 'The request');
    const verified = await tenantApi.verify(await tenantApi.resolve(tenant), how);
    return { status: 200, jsonBody: toTenantAnswer(verified) };
  }),
});
