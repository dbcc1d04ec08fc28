/** `POST /api/console/links`: a link that opens the console once, for whoever holds a key. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routePrefix, routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const createConsoleLink = ({
  consoleSessions,
  publicUrl,
}: Pick<Services, 'consoleSessions' | 'publicUrl'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.consoleLinks,
  handler: answering(problem, async () => {
    const { signed, expiresAt } = await consoleSessions.createLink();
    const link = `${publicUrl}/${routePrefix}/${routes.consoleOpen}?link=${signed}`;
    return { status: 201, jsonBody: { link, expiresAt: new Date(expiresAt).toISOString() } };
  }),
});
