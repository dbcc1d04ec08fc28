/**
 * Reads JSON the way Graph's OData layer does: by declared types, refusing what they do not declare. The sentences are
 * those of https://github.com/OData/odata.net, with code `RequestBodyRead`.
 */

import { z } from 'zod';
import { GraphRefusal } from './refusal.ts';

/** Any object of JSON, by its properties. */
export const jsonObject = z.record(z.string(), z.unknown());

/** @throws GraphRefusal 400 `RequestBodyRead` with the first thing that is wrong. */
export function readTyped<T>(schema: z.ZodType<T>, value: unknown): T {
  const read = schema.safeParse(value);
  if (read.success) return read.data;
  const message = read.error.issues[0]?.message ?? 'Cannot read the request body.';
  throw badBody(message);
}

export function badBody(message: string): GraphRefusal {
  return new GraphRefusal({ status: 400, code: 'RequestBodyRead', message, reason: 'request body' });
}

/**
 * An object of a declared type. `@odata.type` may name the type itself, which SDKs do
 * (https://github.com/microsoftgraph/msgraph-sdk-python/issues/440).
 */
export function complexType<S extends z.ZodRawShape>(name: string, shape: S) {
  const annotation = z.literal(`#${name}`, { error: (issue) => invalidType(issue.input) }).optional();
  return z.strictObject(
    { '@odata.type': annotation, ...shape },
    {
      error: (issue) =>
        issue.code === 'unrecognized_keys'
          ? `The property '${issue.keys[0]}' does not exist on type '${name}'. Make sure to only use property names that are defined by the type or mark the type as open type.`
          : wrongNode(issue.input, 'StartObject', name),
    },
  );
}

/** A collection; absent and null are the empty one. */
export function collection<T extends z.ZodType>(of: T) {
  return z
    .array(of, { error: (issue) => wrongNode(issue.input, 'StartArray', 'Collection') })
    .nullish()
    .transform((items) => items ?? []);
}

export const edmString = z.string({ error: (issue) => wrongNode(issue.input, 'PrimitiveValue', 'Edm.String') });
export const edmBoolean = z.boolean({ error: (issue) => wrongNode(issue.input, 'PrimitiveValue', 'Edm.Boolean') });

/** Members are matched without regard to case, as .NET reads enumerations. */
export function enumeration<const M extends string>(...members: M[]) {
  return edmString.transform((value, context): M => {
    const member = members.find((one) => one === value.toLowerCase());
    if (member !== undefined) return member;
    context.addIssue({ code: 'custom', message: `Requested value '${value.slice(0, 100)}' was not found.` });
    return z.NEVER;
  });
}

/** With its padding, and with the line breaks that .NET allows. */
export function isBase64(text: string): boolean {
  const digits = text.replace(/\s/g, '');
  return digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits);
}

/** The result has no line breaks. */
export const edmBinary = edmString.transform((value, context): string => {
  if (isBase64(value)) return value.replace(/\s/g, '');
  context.addIssue({ code: 'custom', message: cannotConvert(value, 'Edm.Binary') });
  return z.NEVER;
});

/** https://github.com/microsoft/notification-provider/issues/82 */
export function invalidType(name: unknown): string {
  // What is no text may be nested deeper than the stack.
  return `Invalid OData type specified: ${typeof name === 'string' ? JSON.stringify(name.slice(0, 100)) : nodeOf(name)}`;
}

type Node = 'StartObject' | 'StartArray' | 'PrimitiveValue';

function nodeOf(value: unknown): Node {
  if (Array.isArray(value)) return 'StartArray';
  return typeof value === 'object' && value !== null ? 'StartObject' : 'PrimitiveValue';
}

function wrongNode(value: unknown, expected: Node, type: string): string {
  const found = nodeOf(value);
  return found === expected
    ? cannotConvert(value, type)
    : `An unexpected '${found}' node was found when reading from the JSON reader. A '${expected}' node was expected.`;
}

/**
 * https://github.com/microsoftgraph/microsoft-graph-docs-contrib/issues/1430. Graph quotes the literal whole; that can be
 * a megabyte of attachment, so here its beginning stands for it.
 */
function cannotConvert(literal: unknown, type: string): string {
  return `Cannot convert the literal '${String(literal).slice(0, 100)}' to the expected type '${type}'.`;
}
