/** `GET /api/openapi.json`: this API, described in OpenAPI 3.1. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { openApi } from '../shared/mail/api/open-api.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';
import { operations } from './operations.ts';

export const readOpenApi = ({ publicUrl }: Pick<Services, 'publicUrl'>): HttpFunctionOptions => {
  // Not at start, which it would only slow down; and once, as anybody may ask.
  let body: string | undefined;
  return {
    methods: ['GET'],
    authLevel: 'anonymous',
    route: routes.openApi,
    handler: answering(problem, () => {
      body ??= JSON.stringify(openApi(publicUrl, operations));
      return Promise.resolve({ status: 200, headers: { 'Content-Type': 'application/json' }, body });
    }),
  };
};
