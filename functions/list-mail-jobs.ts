/** `GET /api/mail-jobs`: what became of a tenant's mail jobs, page by page. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { toOutcomeAnswer } from '../shared/mail/api/answers.ts';
import { listQuery, readQuery } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const listMailJobs = ({ mailApi }: Pick<Services, 'mailApi'>): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'function',
  route: routes.mailJobs,
  handler: answering(problem, async ({ query }) => {
    const { tenant, limit, ...wanted } = readQuery(listQuery, query);
    const { items, ...paging } = await mailApi.list(tenant, { ...wanted, pageSize: limit });
    return { status: 200, jsonBody: { items: items.map(toOutcomeAnswer), ...paging } };
  }),
});
