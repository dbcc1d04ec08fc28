/**
 * What the producer is told of the end of a mail job: one message on the events queue, where one is configured. At least
 * once, since a worker may die between the row and the message; `state` and `endedAt` of a job's messages are the same.
 */

import { z } from 'zod';
import { errorCodes } from '../errors.ts';
import { type Outcome, terminalStates, transportNames } from './outcome.ts';

export interface Events {
  /** @param outcome with a terminal state. */
  publish(outcome: Outcome): Promise<void>;
}

/** Where nobody asked to be told. */
export const noEvents: Events = { publish: () => Promise.resolve() };

const time = z.iso.datetime().meta({ description: 'RFC 3339, in UTC.' });

export const jobEndedEvent = z.strictObject({
  version: z.literal(1).meta({ description: 'Of this schema. Fields may be added to it; none changes its meaning.' }),
  type: z.literal('mail-job.ended'),
  tenant: z.string(),
  id: z.string().meta({ description: 'The mail job’s, or message-<digest> for a message without a readable one.' }),
  state: z.enum(terminalStates),
  transport: z.enum(transportNames),
  code: z.enum(errorCodes).optional(),
  tries: z.int().min(0),
  createdAt: time,
  endedAt: time,
  requestId: z.string().optional().meta({ description: 'Graph’s request-id, for Microsoft’s support.' }),
});

export type JobEndedEvent = z.infer<typeof jobEndedEvent>;

export function jobEnded(outcome: Outcome): JobEndedEvent {
  const { tenantId, id, state, transport, code, tries, createdAt, updatedAt, endedAt = updatedAt, requestId } = outcome;
  return jobEndedEvent.parse({
    version: 1,
    type: 'mail-job.ended',
    tenant: tenantId,
    id,
    state,
    transport,
    ...(code === undefined ? {} : { code }),
    tries,
    createdAt: new Date(createdAt).toISOString(),
    endedAt: new Date(endedAt).toISOString(),
    ...(requestId === undefined ? {} : { requestId }),
  });
}
