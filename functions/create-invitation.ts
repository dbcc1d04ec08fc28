/** `POST /api/invitations`: an operator asks for a link to send to a tenant's administrator. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, jsonBody, problem } from '../shared/host/http.ts';
import { routePrefix, routes } from '../shared/names.ts';
import { readPart } from '../shared/request-parts.ts';
import type { Services } from '../shared/services.ts';
import { toInvitationAnswer } from '../shared/tenants/api/answers.ts';
import { invitationRequest } from '../shared/tenants/invitation-request.ts';

export const createInvitation = ({
  invitations,
  publicUrl,
}: Pick<Services, 'invitations' | 'publicUrl'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.invitations,
  handler: answering(problem, async (request) => {
    const wanted = readPart(invitationRequest, await jsonBody(request), 'The invitation request');
    const { invitation, signed } = await invitations.create(wanted);
    const link = `${publicUrl}/${routePrefix}/${routes.consentInvitation}?invitation=${signed}`;
    return { status: 201, jsonBody: { ...toInvitationAnswer(invitation, invitation.createdAt), link } };
  }),
});
