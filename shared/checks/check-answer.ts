/** The doctor's report as the HTTP API answers it. */

import { z } from 'zod';
import type { Operation } from '../api-operation.ts';
import { errorCodes } from '../errors.ts';
import { routes } from '../names.ts';
import { checkNames } from './chain.ts';
import { checkBody, checkPath } from './check-request.ts';
import { type CheckReport, findingStates } from './finding.ts';

const time = z.iso.datetime().meta({ description: 'RFC 3339, in UTC.' });

const finding = z
  .strictObject({
    check: z.enum(checkNames).meta({ description: 'Of docs/doctor.md.' }),
    state: z.enum(findingStates).meta({ description: 'skipped: not tried, and tried says why.' }),
    tried: z.string(),
    answered: z.string().optional().meta({ description: 'The code or status that came back.' }),
    code: z.enum(errorCodes).optional().meta({ description: 'Of docs/errors.md; its meaning never changes.' }),
    meaning: z.string().optional(),
    remedy: z.string().optional(),
    owner: z.enum(['operator', 'tenant admin']).optional().meta({ description: 'Who must act.' }),
    arrivesWithin: z.string().optional().meta({ description: 'How long the remedy takes to be seen everywhere.' }),
    since: time.optional(),
  })
  .meta({ id: 'Finding', description: 'What one check tried, what came back, and what that means.' });

export const checkReportAnswer = z
  .strictObject({
    tenant: z.string().meta({ description: 'The tenant’s id; as it was asked for where that could not be found out.' }),
    mailbox: z.string().nullable(),
    checkedAt: time,
    verdict: z.enum(['ok', 'warning', 'failed']),
    cause: finding.nullable().meta({ description: 'What to mend first; null where nothing is wrong.' }),
    findings: z.array(finding).meta({ description: 'In the order of the chain, from the outside in.' }),
  })
  .meta({ description: 'Why the tenant’s mail does not leave, as far as it can be told.' });

const example: CheckReport['findings'][number] = {
  check: 'consent',
  state: 'failed',
  tried: 'Asked Entra for a fresh token of the tenant for Graph.',
  answered: 'AADSTS7000229',
  code: 'APP_NOT_IN_TENANT',
  meaning: 'The tenant has not consented, has removed the app, or consent has not arrived everywhere yet.',
  remedy: 'Consent through an invitation link.',
  owner: 'tenant admin',
  arrivesWithin: 'minutes as a rule, up to an hour',
  since: '2026-02-01T08:00:00.000Z',
};

export const operations: readonly Operation[] = [
  {
    id: 'checkTenant',
    method: 'post',
    route: routes.checks,
    summary:
      'The doctor: finds out why a tenant’s mail does not leave. Changes nothing, and sends only where sendTo asks.',
    path: checkPath,
    body: checkBody,
    bodyExamples: { tenant: {}, mailbox: { mailbox: 'post@contoso.example' } },
    status: 200,
    answers: [checkReportAnswer],
    answerExamples: {
      withoutConsent: {
        tenant: '11111111-aaaa-4aaa-8aaa-111111111111',
        mailbox: 'post@contoso.example',
        checkedAt: '2026-02-01T08:00:00.000Z',
        verdict: 'failed',
        cause: example,
        findings: [example, { check: 'roles', state: 'skipped', tried: 'Not tried: consent decides it.' }],
      } satisfies CheckReport,
    },
    errors: [],
  },
];
