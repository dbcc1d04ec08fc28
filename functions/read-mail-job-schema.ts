/** `GET /api/schemas/mail-job`: the JSON Schema of a mail job, for whoever writes one. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { mailJobSchema } from '../shared/mail/job/mail-job.ts';
import { routes } from '../shared/names.ts';

export const readMailJobSchema = (): HttpFunctionOptions => {
  // Not at start, which it would only slow down; and once, as anybody may ask.
  let body: string | undefined;
  return {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: routes.mailJobSchema,
    handler: answering(problem, () => {
      body ??= JSON.stringify(mailJobSchema());
      return Promise.resolve({ status: 200, headers: { 'Content-Type': 'application/schema+json' }, body });
    }),
  };
};
