/** How a way that consent can end is told to whoever sits in front of it: what happened, and what to do next. */

import type { ErrorCode } from '../../errors.ts';
import type { Tone } from '../page.ts';

export interface Ending {
  readonly title: string;
  /** What happened, in one sentence or two. */
  readonly lead: string;
  /** What to do next, in this order. */
  readonly steps: readonly string[];
  /** `bad` if left out. */
  readonly tone?: Tone;
  /** The button that leads back to the invitation, shown where the invitation still holds. */
  readonly again?: string;
  /** Whether somebody else must go on, so that the page has a text to send on. */
  readonly forward?: boolean;
}

/** @param who the vendor, as it stands within a sentence. */
export type Endings = (who: string) => Partial<Readonly<Record<ErrorCode, Ending>>>;
