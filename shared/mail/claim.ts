/**
 * The claim: one row per mail job in the outcome table, inserted if absent, so that of two deliveries of one job only one
 * sends. Storage queues deliver at least once, and a killed worker's message comes back after ten minutes.
 */

import { type Clock, minutes, seconds } from '../clock.ts';
import { type Outcome, type OutcomeStore, standing, type StoredOutcome } from './outcome.ts';

/** The Functions host hides a message for ten minutes at a time; a worker silent for longer than that is gone. */
export const workerIsGoneAfter = 10 * minutes;

/** A message appears again at a whole second, its row has milliseconds. */
const rounding = 1 * seconds;

/** Two workers met at one row: the one that lost looks again a little later. */
const raceDelay = 2 * seconds;

export type Claim =
  /** The job is ours to send. */
  | { readonly kind: 'ours'; readonly stored: StoredOutcome }
  /** It ended before; the second delivery has nothing to do. */
  | { readonly kind: 'ended'; readonly outcome: Outcome }
  /** Another job has this id. */
  | { readonly kind: 'other-job' }
  /** Another worker has it now, or its time has not come. */
  | { readonly kind: 'elsewhere'; readonly retryAfterMilliseconds: number }
  /** A worker claimed it and died: it may have sent it. */
  | { readonly kind: 'abandoned'; readonly stored: StoredOutcome };

/**
 * Claims a job right before it is sent. A row left in `sending` therefore means that the request may have reached Graph,
 * and nothing milder: that is why the token is had before the claim and not after.
 */
export async function claim(
  store: OutcomeStore,
  { tenantId, id, fingerprint }: Pick<Outcome, 'tenantId' | 'id' | 'fingerprint'>,
  now: Clock,
): Promise<Claim> {
  const at = now();
  const ours: Outcome = {
    tenantId,
    id,
    state: 'sending',
    fingerprint,
    tries: 1,
    createdAt: at,
    updatedAt: at,
  };
  const inserted = await store.insert(ours);
  if (inserted !== undefined) return { kind: 'ours', stored: { outcome: ours, etag: inserted } };

  const stored = await store.read(tenantId, id);
  if (stored === undefined) return { kind: 'elsewhere', retryAfterMilliseconds: raceDelay };
  const { outcome } = stored;
  switch (standing(outcome, fingerprint)) {
    case 'other-job':
      return { kind: 'other-job' };
    case 'ended':
      return { kind: 'ended', outcome };
    case 'sending': {
      const silentFor = at - outcome.updatedAt;
      if (silentFor >= workerIsGoneAfter) return { kind: 'abandoned', stored };
      return { kind: 'elsewhere', retryAfterMilliseconds: workerIsGoneAfter - silentFor };
    }
    case 'waiting':
    case 'free': {
      // A second delivery comes at any time; what Graph asked for in Retry-After holds for it too.
      const early = outcome.state === 'scheduled' ? (outcome.notBefore ?? at) - at : 0;
      if (early > rounding) return { kind: 'elsewhere', retryAfterMilliseconds: early };
      const again: Outcome = { ...ours, tries: outcome.tries + 1, createdAt: outcome.createdAt };
      const replaced = await store.replace(again, stored.etag);
      if (replaced === undefined) return { kind: 'elsewhere', retryAfterMilliseconds: raceDelay };
      return { kind: 'ours', stored: { outcome: again, etag: replaced } };
    }
  }
}
