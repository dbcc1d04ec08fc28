/** `POST /api/mailboxes/{tenant}/{mailbox}/release`: a mailbox that is held sends again. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, jsonBody, problem } from '../shared/host/http.ts';
import { toMailboxAnswer } from '../shared/mail/api/mailbox-answer.ts';
import { mailboxPath, nothing, readPart } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const releaseMailbox = ({ mailApi }: Pick<Services, 'mailApi'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.releaseMailbox,
  handler: answering(problem, async (request) => {
    const { tenant, mailbox } = readPart(mailboxPath, request.params, 'The address');
    readPart(nothing, await jsonBody(request), 'The request');
    return { status: 200, jsonBody: toMailboxAnswer(await mailApi.mailboxes.release(tenant, mailbox)) };
  }),
});
