/** `GET /api/invitations`: the invitations that were made, and what became of them; never their links. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import { readQuery } from '../shared/request-parts.ts';
import type { Services } from '../shared/services.ts';
import { toInvitationAnswer } from '../shared/tenants/api/answers.ts';
import { invitationsQuery } from '../shared/tenants/api/requests.ts';

type Needed = Pick<Services, 'invitations' | 'tenantApi'>;

export const listInvitations = ({ invitations, tenantApi }: Needed): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'function',
  route: routes.invitations,
  handler: answering(problem, async ({ query }) => {
    const { tenant, ...page } = readQuery(invitationsQuery, query);
    const tenantId = tenant === undefined ? undefined : await tenantApi.resolve(tenant);
    const { invitations: found, ...paging } = await invitations.list({ ...page, tenantId });
    const at = invitations.now();
    return { status: 200, jsonBody: { invitations: found.map((one) => toInvitationAnswer(one, at)), ...paging } };
  }),
});
