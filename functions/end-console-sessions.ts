/** `POST /api/console/sessions/end`: signs everybody out of the console. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const endConsoleSessions = ({ consoleSessions }: Pick<Services, 'consoleSessions'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.endConsoleSessions,
  handler: answering(problem, async () => ({ status: 200, jsonBody: { ended: await consoleSessions.closeAll() } })),
});
