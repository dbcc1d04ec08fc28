/** What is said between the measurement of sending, its cloud and the least program. */

import { z } from 'zod';

/**
 * How far a program goes: `gate` writes a row of the mailbox in one transaction with the job's, as the app does, `claims` the
 * job's row alone, and `bare` only gets, sends and deletes.
 */
const promises = ['gate', 'claims', 'bare'] as const;
export type Kept = (typeof promises)[number];

const mailbox = z.object({ tenantId: z.string(), address: z.string() });
export type SendingMailbox = z.infer<typeof mailbox>;

export const toSendCloud = z.object({ question: z.enum(['count', 'take']) });

const world = z.object({
  /** The app's settings, with its storage behind the cloud's front. */
  settings: z.record(z.string(), z.string()),
  ca: z.string(),
  graphUrl: z.string(),
  /** Of Azurite itself. */
  connectionString: z.string(),
  mailboxes: z.array(mailbox),
  /** A token for Graph, by tenant. */
  tokens: z.record(z.string(), z.string()),
});
export type SendWorld = z.infer<typeof world>;

const taken = z.object({
  /** Mail that Graph has accepted since the last look. */
  accepted: z.array(z.object({ mailbox: z.string(), at: z.number() })),
  /** Requests that Graph has refused. */
  refused: z.number(),
  /** Requests for queues and tables that came to the storage front, by operation. */
  storage: z.record(z.string(), z.number()),
});
export type Taken = z.infer<typeof taken>;

export const fromSendCloud = z.union([world, taken, z.object({ count: z.number() })]);
export type FromSendCloud = z.infer<typeof fromSendCloud>;

const leastSetUp = z.object({
  queueUrl: z.string(),
  tableUrl: z.string(),
  /** Shared access signature of the account. */
  signature: z.string(),
  graphUrl: z.string(),
  tokens: z.record(z.string(), z.string()),
  batchSize: z.number(),
  newBatchThreshold: z.number(),
});
export type LeastSetUp = z.infer<typeof leastSetUp>;

export const toLeast = z.union([
  z.object({ setUp: leastSetUp }),
  /** Runs until so many messages are done. */
  z.object({ run: z.enum(promises), messages: z.number() }),
  z.object({ question: z.literal('cpu') }),
]);

export const fromLeast = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({ done: z.number() }),
  z.object({ cpuSeconds: z.number() }),
]);
export type FromLeast = z.infer<typeof fromLeast>;
