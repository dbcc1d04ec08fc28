/** `POST /api/mailboxes/{tenant}/{mailbox}/hold`: a mailbox sends nothing until it is released, or until a time. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, jsonBody, problem } from '../shared/host/http.ts';
import { toMailboxAnswer } from '../shared/mail/api/mailbox-answer.ts';
import { holdBody, mailboxPath, readPart } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const holdMailbox = ({ mailApi }: Pick<Services, 'mailApi'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.holdMailbox,
  handler: answering(problem, async (request) => {
    const { tenant, mailbox } = readPart(mailboxPath, request.params, 'The address');
    const wanted = readPart(holdBody, await jsonBody(request), 'The request');
    return { status: 200, jsonBody: toMailboxAnswer(await mailApi.mailboxes.hold(tenant, mailbox, wanted)) };
  }),
});
