/** Text from outside, no longer than it may be. */

import { z } from 'zod';

/** Whatever is longer meets no pattern: on megabytes of text V8 runs out of stack in one that repeats a group. */
export const upTo = (most: number, error = `at most ${most} characters`): z.ZodString =>
  z.string().max(most, { error, abort: true });
