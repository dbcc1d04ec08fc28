/** What may be asked of the HTTP API, each part by its schema: the OpenAPI description is made from the same ones. */

import { z } from 'zod';
import { continuation, limit } from '../../request-parts.ts';
import { deliveries, onUnknowns, tenantId } from '../../tenants/tenant.ts';
import { address } from '../job/address.ts';
import { line } from '../job/line.ts';
import { outcomeStates, transportNames, unreadableTenant } from '../outcome.ts';
import { rfc3339 } from '../job/rfc3339.ts';

const tenant = tenantId.meta({ description: 'A tenant id.' });

/** Messages whose tenant cannot be read have their outcomes too. */
const tenantOrUnreadable = z
  .union([tenantId, z.literal(unreadableTenant)], { error: `a tenant id, or "${unreadableTenant}"` })
  .meta({ description: `A tenant id, or "${unreadableTenant}" for messages whose tenant cannot be read.` });

const jobId = z
  .string()
  .regex(/^[A-Za-z0-9_.:@=+~-]{1,220}$/, 'the id of a mail job')
  .meta({ description: 'The mail job’s id, or the one that its outcome or its entry in poison has.' });

export const jobPath = z.object({ tenant: tenantOrUnreadable, id: jobId });
export const tenantPath = z.object({ tenant });
export const mailboxPath = z.object({
  tenant,
  // The host leaves this one escape as it is (seen on host 4.1037), and an address may have a slash in it.
  mailbox: z
    .preprocess((text) => (typeof text === 'string' ? text.replaceAll(/%2f/gi, '/') : text), address)
    .meta({
      description: 'The address of a mailbox.',
    }),
});

export const submitQuery = z.strictObject({
  transport: z
    .enum(transportNames, { error: transportNames.join(' or ') })
    .meta({ description: 'How the mail leaves.' })
    .default('graph'),
});

/** RFC 8941 writes a string in quotes, as the Idempotency-Key draft wants it; most clients leave them out. */
const idempotencyKey = z
  .string()
  .transform((text) => /^"(.*)"$/.exec(text)?.[1] ?? text)
  .meta({ description: 'Stands for id in a job that has none; must equal it in one that has.' })
  .optional();

export const submitHeaders = z.object({ 'idempotency-key': idempotencyKey });

const mostJobs = 100;
/** The jobs themselves are judged one by one. */
export const manyJobs = z.strictObject({
  jobs: z.array(z.unknown()).min(1, `1 to ${mostJobs} mail jobs`).max(mostJobs, `1 to ${mostJobs} mail jobs`),
});

export function isMany(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'jobs' in body;
}

export const listQuery = z
  .strictObject({
    tenant: tenantOrUnreadable,
    state: z.enum(outcomeStates, { error: `one of ${outcomeStates.join(', ')}` }).optional(),
    from: rfc3339.meta({ description: 'Changed at this time or later.' }).optional(),
    to: rfc3339.meta({ description: 'Changed before this time.' }).optional(),
    limit,
    continuation,
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from < to, {
    path: ['to'],
    message: 'a time later than from',
  });

export const poisonQuery = z.strictObject({
  tenant: tenantOrUnreadable.meta({ description: 'Of which tenant; without it, of all.' }).optional(),
  limit,
  continuation,
});

export const nothing = z.strictObject({});

export const replayBody = z.strictObject({
  evenIfSent: z
    .boolean({ error: 'true or false' })
    .meta({ description: 'Queues a job that is unknown as well, which may have left: the mail may arrive twice.' })
    .default(false),
});

export const holdBody = z.strictObject({
  until: rfc3339.meta({ description: 'The mailbox is released by itself then; without it, by hand alone.' }).optional(),
  reason: line(200).min(1, 'why').meta({ description: 'For whoever asks why; no address belongs in it.' }).optional(),
});

export const deliveryBody = z.strictObject({
  delivery: z
    .enum(deliveries, { error: deliveries.join(' or ') })
    .nullable()
    .meta({ description: 'Of jobs that say nothing of their own; null for what the installation has.' }),
  onUnknown: z
    .enum(onUnknowns, { error: onUnknowns.join(' or ') })
    .nullable()
    .meta({ description: 'The same for a mail of which nobody can tell whether it left.' })
    .default(null),
});

export { readPart, readQuery } from '../../request-parts.ts';
