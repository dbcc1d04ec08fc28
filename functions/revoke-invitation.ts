/** `POST /api/invitations/{id}/revoke`: takes an invitation back that nobody has used. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import { readPart } from '../shared/request-parts.ts';
import type { Services } from '../shared/services.ts';
import { toInvitationAnswer } from '../shared/tenants/api/answers.ts';
import { invitationPath } from '../shared/tenants/api/requests.ts';

export const revokeInvitation = ({ invitations }: Pick<Services, 'invitations'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.revokeInvitation,
  handler: answering(problem, async ({ params }) => {
    const { id } = readPart(invitationPath, params, 'The address');
    const invitation = await invitations.revoke(id);
    return { status: 200, jsonBody: toInvitationAnswer(invitation, invitations.now()) };
  }),
});
