/** The operations of the HTTP API around the pages: the state that a page follows, and the link to a tenant's page. */

import { z } from 'zod';
import type { Operation } from '../api-operation.ts';
import { routes } from '../names.ts';
import { tenantId, tenantStates } from './tenant.ts';

const time = z.iso.datetime().meta({ description: 'RFC 3339, in UTC.' });

export const tenantLinkPath = z.strictObject({ tenant: tenantId.meta({ description: 'A tenant id.' }) });

const followQuery = z.strictObject({
  follow: z.string().meta({ description: 'The signed link of the page that follows the consent: the only authority.' }),
});

const consentStatusAnswer = z.strictObject({
  tenant: z.guid(),
  state: z.enum(tenantStates),
  since: time.meta({ description: 'When the state began.' }),
  done: z.boolean().meta({ description: 'Whether the consent is no longer on its way, however it ended.' }),
});

const tenantLinkAnswer = z.strictObject({
  tenant: z.guid(),
  link: z.url().meta({ description: 'Whoever has it sees the tenant’s page, and may have the tenant checked.' }),
  expiresAt: time,
});

const tenant = '11111111-aaaa-4aaa-8aaa-111111111111';

export const operations: readonly Operation[] = [
  {
    id: 'consentStatus',
    method: 'get',
    route: routes.consentStatus,
    summary: 'How a consent stands, for the page that follows it.',
    isAnonymous: true,
    query: followQuery,
    status: 200,
    answers: [consentStatusAnswer],
    answerExamples: { pending: { tenant, state: 'pending', since: '2026-02-01T08:00:00.000Z', done: false } },
    errors: ['PAGE_LINK_INVALID', 'PAGE_LINK_EXPIRED', 'TENANT_UNKNOWN', 'VAULT_UNAVAILABLE', 'VAULT_REFUSED'],
  },
  {
    id: 'tenantLink',
    method: 'post',
    route: routes.tenantLinks,
    summary: 'A link to a tenant’s page, to be sent to its administrator. It is good for thirty days.',
    path: tenantLinkPath,
    status: 201,
    answers: [tenantLinkAnswer],
    answerExamples: {
      link: {
        tenant,
        link: 'https://mail.example.com/api/tenant?link=eyJhbGciOiJIUzI1NiJ9.e30.c2ln',
        expiresAt: '2026-03-03T08:00:00.000Z',
      },
    },
    errors: ['TENANT_UNKNOWN', 'VAULT_UNAVAILABLE', 'VAULT_REFUSED'],
  },
];
