/** The examples of the OpenAPI description. A test holds each to its schema. */

import { errorMeanings } from '../../errors.ts';
import { explained } from './answers.ts';

export const tenant = '11111111-aaaa-4aaa-8aaa-111111111111';
const status = (id: string): string => `https://mail.example.com/api/mail-jobs/${tenant}/${id}`;

export const mailJob = {
  version: 1,
  id: 'invoice-4711',
  tenant,
  from: 'billing@contoso.example',
  to: ['anna@customer.example'],
  subject: 'Your invoice',
  text: 'It is attached.',
};

const waiting = { tenant, id: 'invoice-4711', state: 'scheduled', transport: 'graph' };

export const taken = { ...waiting, duplicatesRemoved: 0, status: status('invoice-4711') };

const refusal = errorMeanings.JOB_INVALID;
export const manyTaken = {
  taken: 1,
  refused: 1,
  results: [
    { index: 0, result: 'taken', job: taken },
    {
      index: 1,
      result: 'refused',
      problem: {
        type: 'about:blank',
        status: refusal.httpStatus,
        title: refusal.meaning,
        detail: "The mail job's field /to is wrong: expected at least one recipient in to, cc or bcc.",
        code: 'JOB_INVALID',
        remedy: refusal.remedy,
        owner: refusal.owner,
        field: '/to',
        expected: 'at least one recipient in to, cc or bcc',
      },
    },
  ],
};

const times = { createdAt: '2026-01-31T09:30:00.000Z', updatedAt: '2026-01-31T09:30:02.417Z' };
const ended = { ...times, endedAt: times.updatedAt };

export const sent = {
  ...{ tenant, id: 'invoice-4711', state: 'sent', transport: 'graph', tries: 1, ...ended },
  mailbox: 'billing@contoso.example',
  requestId: '9f2d1c9e-6f0e-4d3a-9b52-0c7f8d0f1a2b',
};

export const failed = {
  ...{ tenant, id: 'invoice-4712', state: 'failed', transport: 'graph', tries: 1, ...ended },
  mailbox: 'biling@contoso.example',
  code: 'MAILBOX_NOT_FOUND',
  ...explained('MAILBOX_NOT_FOUND'),
  requestId: '4e1c7a55-2f63-4a4f-8f1b-5d9a3e7c6b10',
  serviceCode: 'ErrorInvalidUser',
};

export const cancelled = {
  ...{ tenant, id: 'invoice-4713', state: 'cancelled', transport: 'graph', tries: 0, ...ended },
};

export const replayed = { ...waiting, id: 'invoice-4712', status: status('invoice-4712') };

export const poison = {
  ...{ tenant, id: 'invoice-4712', transport: 'graph', at: times.updatedAt, code: 'MAILBOX_NOT_FOUND' },
  ...explained('MAILBOX_NOT_FOUND'),
  message: 'Graph knows no such mailbox.',
  status: status('invoice-4712'),
};

export const content = {
  blob: 'jobs/9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  sha256: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
  bytes: 4,
};

export const mailbox = {
  tenant,
  mailbox: 'billing@contoso.example',
  underWay: { graph: { used: 1, limit: 4 }, smtp: { used: 0, limit: 3 } },
  messagesInMinute: { used: 28, limit: 30 },
  bytesIn5Minutes: { used: 4_200_000, limit: 150_000_000 },
  recipientsInDay: { used: 1234, limit: 10_000 },
  waiting: 17,
  nextTurn: '2026-01-31T09:31:06.000Z',
  hold: {
    ...{ by: 'operator', since: '2026-01-31T09:30:00.000Z', until: '2026-02-01T08:00:00.000Z', reason: 'INC-1234' },
    ...{ code: 'MAILBOX_HELD', ...explained('MAILBOX_HELD') },
  },
};
