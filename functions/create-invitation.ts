/** `POST /api/invitations`: an operator asks for a link to send to a tenant's administrator. */

import type { HttpFunctionOptions } from '@azure/functions';
import { TenantpostError } from '../shared/errors.ts';
import { firstProblem } from '../shared/field-problem.ts';
import { answering, jsonBody, problem } from '../shared/host/http.ts';
import { routePrefix, routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';
import { invitationRequest } from '../shared/tenants/invitation.ts';

export const createInvitation = ({ invitations, publicUrl }: Services): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.invitations,
  handler: answering(problem, async (request) => {
    const body = invitationRequest.safeParse(await jsonBody(request));
    if (!body.success) {
      throw new TenantpostError('REQUEST_INVALID', 'The invitation request is wrong.', {
        detail: { ...firstProblem(body.error.issues) },
      });
    }
    const { invitation, signed } = await invitations.create(body.data);
    return {
      status: 201,
      jsonBody: {
        id: invitation.id,
        tenant: invitation.tenantId ?? null,
        expiresAt: new Date(invitation.expiresAt).toISOString(),
        link: `${publicUrl}/${routePrefix}/${routes.consentStart}?invitation=${signed}`,
      },
    };
  }),
});
