/** `GET /api/tenants`: the tenants that are known here, page by page. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import { readQuery } from '../shared/request-parts.ts';
import type { Services } from '../shared/services.ts';
import { toTenantAnswer } from '../shared/tenants/api/answers.ts';
import { tenantsQuery } from '../shared/tenants/api/requests.ts';

export const listTenants = ({ tenantApi }: Pick<Services, 'tenantApi'>): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'function',
  route: routes.tenants,
  handler: answering(problem, async ({ query }) => {
    const { tenants, ...paging } = await tenantApi.list(readQuery(tenantsQuery, query));
    return { status: 200, jsonBody: { tenants: tenants.map(toTenantAnswer), ...paging } };
  }),
});
