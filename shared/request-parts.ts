/** What requests of the HTTP API share: the page that is wanted, and how a part of a request is judged. */

import { z } from 'zod';
import { TenantpostError } from './errors.ts';
import { firstProblem } from './field-problem.ts';

/** A page is held in memory; a table gives 1000 rows at a time at most. */
const mostItems = 500;

const whole = `a number from 1 to ${mostItems}`;
export const limit = z
  .string()
  .regex(/^\d{1,4}$/, whole)
  .transform(Number)
  .refine((count) => count >= 1 && count <= mostItems, whole)
  .meta({
    description: `How many at most: ${whole}. 100 if not given; a page may have fewer and still not be the last.`,
  })
  .default(100);

export const continuation = z
  .string()
  .min(1, 'the continuation of the page before')
  .max(4096, 'the continuation of the page before')
  .meta({ description: 'Of the page before, as it was.' })
  .optional();

/** The Functions host reads its key from there, and hands the query on as it is. */
const ofTheHost: readonly string[] = ['code', 'clientId'];

/** @param query may be given with one name twice, which the Functions host joins to one value (seen on host 4.1037). */
export function readQuery<S extends z.ZodType>(schema: S, query: Iterable<[string, string]>): z.infer<S> {
  return readPart(schema, Object.fromEntries([...query].filter(([name]) => !ofTheHost.includes(name))), 'The query');
}

/** @throws TenantpostError `REQUEST_INVALID`, whose detail names the field and what was expected, never what was there. */
export function readPart<S extends z.ZodType>(schema: S, value: unknown, what: string): z.infer<S> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw new TenantpostError('REQUEST_INVALID', `${what} is wrong.`, {
    detail: { ...firstProblem(parsed.error.issues) },
  });
}
