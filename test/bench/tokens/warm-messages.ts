/** What is said between the measurement of warming, its cloud and the process that warms. */

import { z } from 'zod';

export const toWarmCloud = z.object({ question: z.enum(['count', 'cool']) });

const counted = z.object({
  /** Requests since the last look: what the cloud's journal has, by service and operation. */
  signCalls: z.number(),
  tokenRequests: z.number(),
  storageRequests: z.number(),
  /** Answered with 429, by whichever service. */
  throttled: z.number(),
});
export type Counted = z.infer<typeof counted>;

export const fromWarmCloud = z.union([
  z.object({ seeded: z.number() }),
  z.object({ settings: z.record(z.string(), z.string()) }),
  counted,
  z.object({ cooled: z.literal(true) }),
]);
export type FromWarmCloud = z.infer<typeof fromWarmCloud>;

export const fromWarmProcess = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({
    seconds: z.number(),
    /** The most that the process ever had, in megabytes. */
    rssMB: z.number(),
    cpuSeconds: z.number(),
    report: z.object({ warm: z.number(), renewed: z.number(), failed: z.number(), left: z.number() }),
  }),
]);
export type FromWarmProcess = z.infer<typeof fromWarmProcess>;
