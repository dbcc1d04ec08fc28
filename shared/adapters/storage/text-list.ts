/** A list of texts in one column, as JSON: a table has no lists. */

import { z } from 'zod';

const texts = z.array(z.string());

export const textList = z
  .string()
  .default('')
  .transform((written): readonly string[] => (written === '' ? [] : texts.parse(JSON.parse(written))));
