/** `POST /api/mail-content`: keeps octets that are too large for a mail job, and answers what to write in the job instead. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const storeMailContent = ({ mailApi }: Pick<Services, 'mailApi'>): HttpFunctionOptions => ({
  methods: ['POST'],
  authLevel: 'function',
  route: routes.mailContent,
  handler: answering(problem, async (request) => {
    const octets = new Uint8Array(await request.arrayBuffer());
    return { status: 201, jsonBody: await mailApi.content.put(octets) };
  }),
});
