/** Changes to things of the state by JSON Merge Patch: https://www.rfc-editor.org/rfc/rfc7396. */

import type { z } from 'zod';
import { parse } from './read-body.ts';

/** What is left out stays, what is null goes, a list is replaced whole. */
function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch;
  const merged = new Map(Object.entries(isObject(target) ? target : {}));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) merged.delete(name);
    else merged.set(name, mergePatch(merged.get(name), value));
  }
  return Object.fromEntries(merged);
}

/**
 * Changes those fields of a thing that the schema knows, all or none of them.
 *
 * @throws Problem naming the fields
 */
export function change<Shape extends z.ZodRawShape>(
  thing: z.output<z.ZodObject<Shape>>,
  schema: z.ZodObject<Shape>,
  patch: unknown,
): void {
  const fields = Object.keys(schema.shape);
  const current = Object.fromEntries(Object.entries(thing).filter(([name]) => fields.includes(name)));
  const changed = parse(schema, mergePatch(current, patch));
  for (const name of fields) if (!(name in changed)) Reflect.deleteProperty(thing, name);
  Object.assign(thing, changed);
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
