/** `GET /api/overview`: how this installation does, in figures. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const readOverview = ({ overview }: Pick<Services, 'overview'>): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'function',
  route: routes.overview,
  handler: answering(problem, async () => ({ status: 200, jsonBody: await overview.read() })),
});
