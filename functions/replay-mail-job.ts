/** `POST /api/mail-jobs/{tenant}/{id}/replay`: queues a mail job again that did not leave. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, jsonBody, problem } from '../shared/host/http.ts';
import { toReplayedAnswer } from '../shared/mail/api/answers.ts';
import { statusLink } from '../shared/mail/api/links.ts';
import { jobPath, readPart, replayBody } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const replayMailJob = ({
  mailApi,
  publicUrl,
}: Pick<Services, 'mailApi' | 'publicUrl'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.replayMailJob,
  handler: answering(problem, async (request) => {
    const { tenant, id } = readPart(jobPath, request.params, 'The address');
    const { evenIfSent } = readPart(replayBody, await jsonBody(request), 'The request');
    const outcome = await mailApi.replayJob.replay(tenant, id, evenIfSent);
    const link = statusLink(publicUrl, outcome);
    return { status: 202, headers: { Location: link }, jsonBody: toReplayedAnswer(outcome, link) };
  }),
});
