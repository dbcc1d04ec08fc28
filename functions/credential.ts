/** `GET /api/credential`: what proves the app now, and whether an old certificate or secret may be removed. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const credential = ({ credentialReport }: Services): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'function',
  route: routes.credential,
  handler: answering(problem, async () => ({ status: 200, jsonBody: await credentialReport() })),
});
