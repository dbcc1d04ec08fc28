/** The operations of the HTTP API behind the console: figures for programs, and the link that opens it. */

import { z } from 'zod';
import type { Operation } from '../api-operation.ts';
import { hours, minutes } from '../clock.ts';
import { errorMeanings } from '../errors.ts';
import { routes } from '../names.ts';
import { type OverviewAnswer, overviewAnswer } from './overview-answer.ts';

const time = z.iso.datetime().meta({ description: 'RFC 3339, in UTC.' });

const consoleLinkAnswer = z
  .strictObject({
    link: z.url().meta({ description: 'Opens the console once, in the browser that is to keep the session.' }),
    expiresAt: time,
  })
  .meta({ description: 'A link to the console.' });

const sessionsEndedAnswer = z.strictObject({
  ended: z.int().min(0).meta({ description: 'How many sessions of the console there were.' }),
});

const at = Date.UTC(2026, 1, 1, 8);

const slices = (buckets: number, milliseconds: number): OverviewAnswer['sent']['hours'] =>
  Array.from({ length: buckets }, (_, place) => {
    const from = new Date(at - (buckets - 1 - place) * milliseconds).toISOString();
    return { from, count: place === buckets - 1 ? 12 : 0 };
  });

const { meaning, remedy, owner } = errorMeanings.MAILBOX_NOT_FOUND;

const overview: OverviewAnswer = {
  at: new Date(at).toISOString(),
  complete: true,
  tenantsWithMail: 2,
  tenants: { invited: 1, pending: 0, active: 2, degraded: 0, revoked: 0, removed: 0 },
  queues: [
    { name: 'mail-graph', messages: 3 },
    { name: 'mail-graph-poison', messages: null },
  ],
  sent: { perMinute: 1.4, lastHour: 12, lastDay: 12, fiveMinutes: slices(12, 5 * minutes), hours: slices(24, hours) },
  notSent: { lastDay: { refused: 0, failed: 1, unknown: 0 }, all: { refused: 0, failed: 1, unknown: 0 } },
  poison: 1,
  held: [],
  heldInAll: 0,
  credentials: [],
  failures: [
    {
      code: 'MAILBOX_NOT_FOUND',
      meaning,
      remedy,
      owner,
      count: 1,
      lastDay: 1,
      tenants: 1,
      newest: new Date(at).toISOString(),
    },
  ],
  problems: [],
};

export const operations: readonly Operation[] = [
  {
    id: 'readOverview',
    method: 'get',
    route: routes.overview,
    summary: 'How this installation does: tenants, queues, what was sent, what is held, and what failed, by cause.',
    status: 200,
    answers: [overviewAnswer],
    answerExamples: { usual: overview },
    errors: [],
  },
  {
    id: 'createConsoleLink',
    method: 'post',
    route: routes.consoleLinks,
    summary: 'A link that opens the console once, within five minutes.',
    status: 201,
    answers: [consoleLinkAnswer],
    answerExamples: {
      link: { link: 'https://mail.example.com/api/console/open?link=eyJ...', expiresAt: '2026-02-01T08:05:00Z' },
    },
    errors: ['VAULT_UNAVAILABLE', 'VAULT_REFUSED'],
  },
  {
    id: 'endConsoleSessions',
    method: 'post',
    route: routes.endConsoleSessions,
    summary: 'Signs everybody out of the console.',
    status: 200,
    answers: [sessionsEndedAnswer],
    answerExamples: { two: { ended: 2 } },
    errors: [],
  },
];
