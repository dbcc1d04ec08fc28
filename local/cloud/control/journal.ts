/** The journal: found by what is asked, and forgotten. */

import type { Hono } from 'hono';
import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import { serviceNames } from '../faults/fault-rule.ts';
import { type JournalEntry, outcomeOf, outcomes } from '../journal.ts';
import { readQuery } from './read-body.ts';
import { done, ok, resource } from './resource.ts';

/** A time as a date of ISO 8601 or in epoch milliseconds. */
const moment = z
  .string()
  .transform((text) => (/^\d{1,15}$/.test(text) ? Number(text) : Date.parse(text)))
  .refine((at) => !Number.isNaN(at), 'must be a date of ISO 8601 or epoch milliseconds');

const most = 1000;

const journalQuery = z.strictObject({
  service: z.enum(serviceNames).exactOptional(),
  operation: z.string().exactOptional(),
  tenantId: z.string().exactOptional(),
  mailbox: z.string().exactOptional(),
  fault: z.string().exactOptional(),
  outcome: z.enum(outcomes).exactOptional(),
  since: moment.exactOptional(),
  limit: z
    .string()
    .regex(/^\d{1,4}$/, 'must be a number')
    .transform(Number)
    .refine((limit) => limit >= 1 && limit <= most, `must be from 1 to ${most}`)
    .default(100),
});

export function journalRoutes(app: Hono, cloud: CloudContext): void {
  resource(app, '/journal', {
    GET: (c) => ok(c, { entries: cloud.journal.find(readQuery(c, journalQuery)).map(entryView) }),
    DELETE: (c) => {
      cloud.journal.clear();
      return done(c);
    },
  });
}

function entryView(entry: JournalEntry) {
  return { ...entry, at: new Date(entry.at).toISOString(), outcome: outcomeOf(entry) };
}
