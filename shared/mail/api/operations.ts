/** The HTTP API, one entry an operation: what the OpenAPI description is made from. */

import type { z } from 'zod';
import type { ErrorCode } from '../../errors.ts';
import { routes } from '../../names.ts';
import {
  contentAnswer,
  deliveryAnswer,
  manyTakenAnswer,
  outcomeAnswer,
  outcomesAnswer,
  poisonListAnswer,
  replayedAnswer,
  takenAnswer,
} from './answers.ts';
import * as examples from './examples.ts';
import { mailboxAnswer } from './mailbox-answer.ts';
import * as asked from './requests.ts';

export interface Operation {
  /** The function's name. */
  readonly id: string;
  readonly method: 'get' | 'post' | 'put';
  readonly route: string;
  readonly summary: string;
  readonly path?: z.ZodObject;
  readonly query?: z.ZodObject;
  readonly headers?: z.ZodObject;
  /** `mail-jobs`: one, or an object with many. */
  readonly body?: z.ZodType | 'mail-jobs' | 'octets';
  readonly bodyExamples?: Readonly<Record<string, unknown>>;
  readonly status: 200 | 201 | 202;
  /** Several are alternatives. */
  readonly answers: readonly z.ZodType[];
  readonly answerExamples: Readonly<Record<string, unknown>>;
  readonly hasLocation?: boolean;
  /** Beside what every operation may answer. */
  readonly errors: readonly ErrorCode[];
}

export const operations: readonly Operation[] = [
  {
    id: 'submitMailJobs',
    method: 'post',
    route: routes.mailJobs,
    summary: 'Takes one mail job, or up to 100, and answers before they leave.',
    query: asked.submitQuery,
    headers: asked.submitHeaders,
    body: 'mail-jobs',
    bodyExamples: { one: examples.mailJob, many: { jobs: [examples.mailJob] } },
    status: 202,
    answers: [takenAnswer, manyTakenAnswer],
    answerExamples: { one: examples.taken, many: examples.manyTaken },
    hasLocation: true,
    errors: [
      ...(['JOB_VERSION_UNKNOWN', 'JOB_INVALID', 'JOB_TOO_LARGE', 'JOB_ID_REUSED', 'JOB_ENDED'] as const),
      ...(['TENANT_NOT_HOME', 'TRANSPORT_OFF'] as const),
    ],
  },
  {
    id: 'listMailJobs',
    method: 'get',
    route: routes.mailJobs,
    summary: 'What became of a tenant’s mail jobs, in the order of their ids.',
    query: asked.listQuery,
    status: 200,
    answers: [outcomesAnswer],
    answerExamples: { page: { items: [examples.sent, examples.failed], continuation: 'eyJuZXh0Um93S2V5IjoiNDcxMyJ9' } },
    errors: [],
  },
  {
    id: 'readMailJob',
    method: 'get',
    route: routes.mailJob,
    summary: 'What became of a mail job.',
    path: asked.jobPath,
    status: 200,
    answers: [outcomeAnswer],
    answerExamples: { sent: examples.sent, failed: examples.failed },
    errors: ['JOB_NOT_FOUND'],
  },
  {
    id: 'cancelMailJob',
    method: 'post',
    route: routes.cancelMailJob,
    summary: 'Takes a mail job back before it leaves. One that has not come yet will not leave when it comes.',
    path: asked.jobPath,
    status: 200,
    answers: [outcomeAnswer],
    answerExamples: { cancelled: examples.cancelled },
    errors: ['JOB_ENDED'],
  },
  {
    id: 'replayMailJob',
    method: 'post',
    route: routes.replayMailJob,
    summary: 'Queues a mail job again that did not leave, from its entry in poison.',
    path: asked.jobPath,
    body: asked.replayBody,
    bodyExamples: { usual: {}, unknown: { evenIfSent: true } },
    status: 202,
    answers: [replayedAnswer],
    answerExamples: { replayed: examples.replayed },
    hasLocation: true,
    errors: ['JOB_NOT_FOUND', 'JOB_ENDED', 'JOB_ID_REUSED', 'TRANSPORT_OFF'],
  },
  {
    id: 'listPoison',
    method: 'get',
    route: routes.poison,
    summary: 'Mail jobs that did not leave, and why.',
    query: asked.poisonQuery,
    status: 200,
    answers: [poisonListAnswer],
    answerExamples: { page: { items: [examples.poison] } },
    errors: [],
  },
  {
    id: 'storeMailContent',
    method: 'post',
    route: routes.mailContent,
    summary: 'Keeps octets that are too large for a mail job, up to 100 MB, and answers what to write there instead.',
    body: 'octets',
    status: 201,
    answers: [contentAnswer],
    answerExamples: { kept: examples.content },
    errors: [],
  },
  {
    id: 'readMailbox',
    method: 'get',
    route: routes.mailbox,
    summary: 'How much a mailbox may send this moment, and whether it is held.',
    path: asked.mailboxPath,
    status: 200,
    answers: [mailboxAnswer],
    answerExamples: { held: examples.mailbox },
    errors: [],
  },
  {
    id: 'holdMailbox',
    method: 'post',
    route: routes.holdMailbox,
    summary: 'Lets a mailbox send nothing until it is released, or until a time. What it has to send waits.',
    path: asked.mailboxPath,
    body: asked.holdBody,
    bodyExamples: { forGood: {}, untilATime: { until: '2026-02-01T08:00:00Z', reason: 'INC-1234' } },
    status: 200,
    answers: [mailboxAnswer],
    answerExamples: { held: examples.mailbox },
    errors: [],
  },
  {
    id: 'releaseMailbox',
    method: 'post',
    route: routes.releaseMailbox,
    summary: 'Lets a mailbox that is held send again.',
    path: asked.mailboxPath,
    status: 200,
    answers: [mailboxAnswer],
    answerExamples: { held: examples.mailbox },
    errors: [],
  },
  {
    id: 'setDelivery',
    method: 'put',
    route: routes.delivery,
    summary: 'What holds for a tenant’s mail jobs that say nothing of their own.',
    path: asked.tenantPath,
    body: asked.deliveryBody,
    bodyExamples: { exactlyOnce: { delivery: 'exactly-once' }, asInstalled: { delivery: null } },
    status: 200,
    answers: [deliveryAnswer],
    answerExamples: { exactlyOnce: { tenant: examples.tenant, delivery: 'exactly-once', onUnknown: null } },
    errors: ['TENANT_NOT_CONSENTED'],
  },
];
