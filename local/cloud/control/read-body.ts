/** The body of a request to the control API: JSON, of a known form, and of a size that somebody can have meant. */

import type { Context } from 'hono';
import type { z } from 'zod';
import { fieldProblems } from '../field-problem.ts';
import { readAtMost } from '../read-at-most.ts';
import { invalid, Problem } from './problem.ts';

const mostBytes = 1024 * 1024;

/**
 * The content type is required because a form of another site cannot send this one without asking first (CORS).
 *
 * @throws Problem
 */
export async function readJson(c: Context): Promise<unknown> {
  const text = await readText(c.req.raw);
  const type = c.req.header('content-type') ?? '';
  if (!/^application\/(?:[\w.-]+\+)?json\s*(?:;|$)/i.test(type)) {
    throw new Problem(415, 'The body must be JSON, with Content-Type: application/json.');
  }
  try {
    return JSON.parse(text);
  } catch {
    throw new Problem(400, 'The body is no JSON.');
  }
}

/** @throws Problem naming the fields */
export function parse<Schema extends z.ZodType>(schema: Schema, value: unknown): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (!parsed.success) throw invalid(fieldProblems(parsed.error));
  return parsed.data;
}

export const readBody = async <Schema extends z.ZodType>(c: Context, schema: Schema): Promise<z.output<Schema>> =>
  parse(schema, await readJson(c));

/** The parameters of a query; one that is given twice is refused as one that is unknown is. */
export function readQuery<Schema extends z.ZodType>(c: Context, schema: Schema): z.output<Schema> {
  const given = [...new URL(c.req.url).searchParams];
  const repeated = given.map(([name]) => name).find((name, place, names) => names.indexOf(name) !== place);
  if (repeated !== undefined) throw invalid([{ field: repeated, message: 'must be given once' }]);
  return parse(schema, Object.fromEntries(given));
}

/** @throws Problem 413 */
export async function readText(request: Request): Promise<string> {
  const body = await readAtMost(request, mostBytes);
  if (body === undefined) throw new Problem(413, `The body has more than ${mostBytes} bytes.`);
  return body.toString('utf8');
}
