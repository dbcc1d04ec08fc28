/** `GET /api/tenants/{tenant}`: a tenant, what it lacks, what happened to it, and its invitations. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import { readPart } from '../shared/request-parts.ts';
import type { Services } from '../shared/services.ts';
import { toHistoryAnswer } from '../shared/tenants/api/answers.ts';
import { tenantPath } from '../shared/tenants/api/requests.ts';

type Needed = Pick<Services, 'invitations' | 'tenantApi'>;

export const readTenant = ({ invitations, tenantApi }: Needed): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'function',
  route: routes.tenant,
  handler: answering(problem, async ({ params }) => {
    const { tenant } = readPart(tenantPath, params, 'The address');
    const history = await tenantApi.read(await tenantApi.resolve(tenant));
    return { status: 200, jsonBody: toHistoryAnswer(history, invitations.now()) };
  }),
});
