/** Text of a mail job that goes into a header: one line of it, in any script. */

import type { z } from 'zod';
import { upTo } from '../../bounded-text.ts';

export { upTo } from '../../bounded-text.ts';

/**
 * A line break here could begin a header of its own.
 *
 * @param most in code points.
 */
export const line = (most: number): z.ZodString =>
  upTo(most)
    .regex(/^[^\u0000-\u001f\u007f-\u009f\u2028\u2029]*$/u, 'one line without control characters')
    .refine((text) => text.isWellFormed(), wellFormed);

/** Half of a surrogate pair has no UTF-8: it would arrive as another character. */
export const wellFormed = 'well-formed Unicode';
