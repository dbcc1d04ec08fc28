/** What the host's program tells the process that started it, over IPC: that it is ready, or why it never will be. */

import { z } from 'zod';

const functionSummary = z.object({
  name: z.string(),
  trigger: z.enum(['http', 'queue', 'timer']),
  /** Of an HTTP function: its path, the route prefix included, as a template: `/api/consent/start`. */
  route: z.string().optional(),
  methods: z.array(z.string()).optional(),
});

const hostKeys = z.object({
  master: z.string(),
  /** Opens every function of level `function`. */
  host: z.string(),
  /** By function name, for HTTP functions of level `function`. */
  functions: z.record(z.string(), z.string()),
});

const ready = z.object({
  type: z.literal('ready'),
  /** Every function of the app, also those that another process listens for. */
  functions: z.array(functionSummary),
  /** Absent in a process whose group is not the HTTP functions. */
  http: z.object({ url: z.string(), keys: hostKeys }).optional(),
});
const failed = z.object({ type: z.literal('failed'), message: z.string() });

export const hostMessage = z.discriminatedUnion('type', [ready, failed]);

export type FunctionSummary = z.output<typeof functionSummary>;
export type HostKeys = z.output<typeof hostKeys>;
export type HostMessage = z.output<typeof hostMessage>;
export type ReadyMessage = z.output<typeof ready>;
