/** The Exchange set-up in the description of the HTTP API. */

import { z } from 'zod';
import type { Operation } from '../../api-operation.ts';
import { routes } from '../../names.ts';
import { exchangePath, exchangeQuery } from './exchange-instructions.ts';
import { exchangeSetup } from './exchange-setup.ts';

export const operations: readonly Operation[] = [
  {
    id: 'exchangeSetup',
    method: 'get',
    route: routes.exchange,
    summary:
      'The PowerShell with which the tenant’s administrator sets Exchange Online up for the app, or undoes that.',
    path: exchangePath,
    query: exchangeQuery,
    status: 200,
    answerType: 'text/plain',
    answers: [z.string()],
    answerExamples: {
      commands: exchangeSetup({
        form: 'commands',
        organization: '11111111-aaaa-4aaa-8aaa-111111111111',
        appId: '5c2d9f4e-8a41-4f0e-9c77-3d1b8a6f2e10',
        objectId: '6233fba6-0198-4277-892f-9275bf728bcc',
        displayName: 'tenantpost',
        mailboxes: ['billing@contoso.example'],
        rights: ['SMTP.SendAsApp'],
      }),
    },
    errors: ['CONSENT_NOT_PROVEN', 'TENANT_UNKNOWN', 'TENANT_NOT_FOUND', 'TENANT_IN_OTHER_CLOUD', 'ENTRA_UNAVAILABLE'],
  },
];
