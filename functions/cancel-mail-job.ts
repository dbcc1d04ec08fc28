/** `POST /api/mail-jobs/{tenant}/{id}/cancel`: takes a mail job back before it leaves. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, jsonBody, problem } from '../shared/host/http.ts';
import { toOutcomeAnswer } from '../shared/mail/api/answers.ts';
import { jobPath, nothing, readPart } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const cancelMailJob = ({ mailApi }: Pick<Services, 'mailApi'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.cancelMailJob,
  handler: answering(problem, async (request) => {
    const { tenant, id } = readPart(jobPath, request.params, 'The address');
    readPart(nothing, await jsonBody(request), 'The request');
    return { status: 200, jsonBody: toOutcomeAnswer(await mailApi.cancelJob.cancel(tenant, id)) };
  }),
});
