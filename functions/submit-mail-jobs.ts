/** `POST /api/mail-jobs`: takes one mail job, or many, and answers before they leave. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, jsonBody, problem, problemDetails, refused } from '../shared/host/http.ts';
import { toTakenAnswer } from '../shared/mail/api/answers.ts';
import { requireNoKey, withIdempotencyKey } from '../shared/mail/api/idempotency-key.ts';
import { statusLink } from '../shared/mail/api/links.ts';
import { isMany, manyJobs, readPart, readQuery, submitHeaders, submitQuery } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const submitMailJobs = ({
  mailApi: { submitJobs },
  publicUrl,
}: Pick<Services, 'mailApi' | 'publicUrl'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.mailJobs,
  handler: answering(problem, async (request) => {
    const { transport } = readQuery(submitQuery, request.query);
    const { 'idempotency-key': key } = readPart(submitHeaders, Object.fromEntries(request.headers), 'A header');
    const body = await jsonBody(request);
    if (isMany(body)) {
      requireNoKey(key);
      const { jobs } = readPart(manyJobs, body, 'The list of mail jobs');
      const results = await submitJobs.submitAll(jobs, transport);
      const answers = results.map((one, index) =>
        one.status === 'fulfilled'
          ? { index, result: 'taken', job: toTakenAnswer(one.value, statusLink(publicUrl, one.value.outcome)) }
          : { index, result: 'refused', problem: problemDetails(refused(one.reason)) },
      );
      const count = answers.filter(({ result }) => result === 'taken').length;
      return { status: 202, jsonBody: { taken: count, refused: answers.length - count, results: answers } };
    }
    const taken = await submitJobs.submit(withIdempotencyKey(body, key), transport);
    const link = statusLink(publicUrl, taken.outcome);
    return { status: 202, headers: { Location: link }, jsonBody: toTakenAnswer(taken, link) };
  }),
});
