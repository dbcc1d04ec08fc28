/** `GET /api/mailboxes/{tenant}/{mailbox}`: how much a mailbox may send this moment, and whether it is held. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { toMailboxAnswer } from '../shared/mail/api/mailbox-answer.ts';
import { mailboxPath, readPart } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const readMailbox = ({ mailApi }: Pick<Services, 'mailApi'>): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'function',
  route: routes.mailbox,
  handler: answering(problem, async ({ params }) => {
    const { tenant, mailbox } = readPart(mailboxPath, params, 'The address');
    return { status: 200, jsonBody: toMailboxAnswer(await mailApi.mailboxes.read(tenant, mailbox)) };
  }),
});
