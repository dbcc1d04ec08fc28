/** What is said between the measurement of hits and the processes that hold the caches. */

import { z } from 'zod';

export const subjectNames = ['tenantpost', 'map', 'msal', 'identity'] as const;
export type SubjectName = (typeof subjectNames)[number];

/** Tenants in a cache. */
export const sizes = [10, 100, 1000, 2000, 10_000] as const;

export const toHitProcess = z.object({ subject: z.enum(subjectNames).optional(), tenants: z.number().optional() });

export const fromHitProcess = z.union([
  z.object({ filling: z.number(), label: z.string() }),
  z.object({ filled: z.literal(true) }),
  z.object({ nanoseconds: z.number() }),
]);
export type FromHitProcess = z.infer<typeof fromHitProcess>;
