/** `GET /api/health`: for probes and people; states and codes, no secret and no name. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const health = ({ health: checks }: Services): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'anonymous',
  route: routes.health,
  handler: answering(problem, async () => {
    const report = await checks.report();
    return { status: report.state === 'failed' ? 503 : 200, jsonBody: report };
  }),
});
