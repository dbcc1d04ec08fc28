/** `POST /api/tenants/{tenant}/checks`: the doctor. Whatever it finds, the answer is 200: the report says what is wrong. */

import type { HttpFunctionOptions } from '@azure/functions';
import { checkBody, checkPath } from '../shared/checks/check-request.ts';
import { answering, jsonBody, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import { readPart } from '../shared/request-parts.ts';
import type { Services } from '../shared/services.ts';

export const checkTenant = ({ doctor }: Pick<Services, 'doctor'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.checks,
  handler: answering(problem, async (request) => {
    const { tenant } = readPart(checkPath, request.params, 'The address');
    const { mailbox, sendTo } = readPart(checkBody, await jsonBody(request), 'The request');
    return { status: 200, jsonBody: await doctor.run({ tenant, mailbox, sendTo }) };
  }),
});
