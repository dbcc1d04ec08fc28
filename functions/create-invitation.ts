/** `POST /api/invitations`: an operator asks for a link to send to a tenant's administrator. */

import type { HttpFunctionOptions } from '@azure/functions';
import { TenantpostError } from '../shared/errors.ts';
import { answering, jsonBody, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';
import { invitationRequest } from '../shared/tenants/invitation.ts';

export const createInvitation = ({ invitations, publicUrl }: Services): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.invitations,
  handler: answering(problem, async (request) => {
    const body = invitationRequest.safeParse(await jsonBody(request));
    if (!body.success) {
      const issue = body.error.issues[0];
      const field = issue?.code === 'unrecognized_keys' ? issue.keys[0] : issue?.path.join('/');
      throw new TenantpostError('REQUEST_INVALID', 'The invitation request is wrong.', {
        detail: {
          field: `/${field ?? ''}`,
          expected: issue?.code === 'unrecognized_keys' ? 'no such field' : issue?.message,
        },
      });
    }
    const { invitation, signed } = await invitations.create(body.data);
    return {
      status: 201,
      jsonBody: {
        id: invitation.id,
        tenant: invitation.tenantId ?? null,
        expiresAt: new Date(invitation.expiresAt).toISOString(),
        link: `${publicUrl}/api/${routes.consentStart}?invitation=${signed}`,
      },
    };
  }),
});
