/** `GET /api/mail-jobs/{tenant}/{id}`: what became of a mail job. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { toOutcomeAnswer } from '../shared/mail/api/answers.ts';
import { jobPath, readPart } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const readMailJob = ({ mailApi }: Pick<Services, 'mailApi'>): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'function',
  route: routes.mailJob,
  handler: answering(problem, async ({ params }) => {
    const { tenant, id } = readPart(jobPath, params, 'The address');
    return { status: 200, jsonBody: toOutcomeAnswer(await mailApi.read(tenant, id)) };
  }),
});
