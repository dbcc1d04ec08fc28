/** `GET /api/poison`: mail jobs that did not leave, and why, of one tenant or of all. */

import type { HttpFunctionOptions } from '@azure/functions';
import { answering, problem } from '../shared/host/http.ts';
import { toPoisonAnswer } from '../shared/mail/api/answers.ts';
import { statusLink } from '../shared/mail/api/links.ts';
import { poisonQuery, readQuery } from '../shared/mail/api/requests.ts';
import { routes } from '../shared/names.ts';
import type { Services } from '../shared/services.ts';

export const listPoison = ({ mailApi, publicUrl }: Pick<Services, 'mailApi' | 'publicUrl'>): HttpFunctionOptions => ({
  methods: ['GET'],
  authLevel: 'function',
  route: routes.poison,
  handler: answering(problem, async ({ query }) => {
    const wanted = readQuery(poisonQuery, query);
    const { items, ...paging } =
      wanted.tenant === undefined
        ? await mailApi.listPoison.ofAll(wanted.limit, wanted.continuation)
        : await mailApi.listPoison.ofTenant(wanted.tenant, wanted.limit, wanted.continuation);
    const answers = items.map((entry) => toPoisonAnswer(entry, statusLink(publicUrl, entry)));
    return { status: 200, jsonBody: { items: answers, ...paging } };
  }),
});
