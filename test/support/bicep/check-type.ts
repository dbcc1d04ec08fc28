/** Whether a value is of the type that a parameter or output declares, and within what its decorators allow. */

import { BicepError } from './bicep-error.ts';
import { plainDecorators, type Constraints } from './constraints.ts';
import type { TypeExpression } from './syntax.ts';
import { describe, isArray, isObject, same, type Value } from './values.ts';

/** The user-defined types of a file. */
export type Types = ReadonlyMap<string, { type: TypeExpression; constraints: Constraints }>;

/** @returns what is wrong, in words that name the place within the value; undefined when nothing is. */
export function typeProblem(value: Value, type: TypeExpression, types: Types, at: string): string | undefined {
  switch (type.kind) {
    case 'named': {
      const own = types.get(type.name);
      if (own !== undefined)
        return typeProblem(value, own.type, types, at) ?? constraintProblem(value, own.constraints, at);
      const fits = basic[type.name];
      if (fits === undefined) throw new BicepError(`${type.name} is a type that this reader does not know`, type);
      return fits(value) ? undefined : `${at}: ${describe(value)} is no ${type.name}`;
    }
    case 'literal':
      return value === type.value ? undefined : `${at}: ${describe(value)} is not ${describe(type.value)}`;
    case 'union':
      return type.members.some((one) => typeProblem(value, one, types, at) === undefined)
        ? undefined
        : `${at}: ${describe(value)} is none of what is allowed`;
    case 'nullable':
      return value === null ? undefined : typeProblem(value, type.of, types, at);
    case 'array':
      if (!isArray(value)) return `${at}: ${describe(value)} is no array`;
      return firstOf(value.map((item, index) => typeProblem(item, type.of, types, `${at}[${index}]`)));
    case 'object': {
      if (value === null || !isObject(value)) return `${at}: ${describe(value)} is no object`;
      const unknown = [...value.keys()].filter((name) => !type.properties.some((one) => one.name === name));
      const { additional } = type;
      if (additional === undefined && unknown[0] !== undefined) return `${at}: ${unknown[0]} is no property of it`;
      return firstOf([
        ...type.properties.map(({ name, type: own, decorators }) => {
          const item = value.get(name) ?? null;
          return (
            typeProblem(item, own, types, `${at}.${name}`) ??
            (item === null ? undefined : constraintProblem(item, plainDecorators(decorators), `${at}.${name}`))
          );
        }),
        ...unknown.map((name) =>
          additional === undefined
            ? undefined
            : typeProblem(value.get(name) ?? null, additional, types, `${at}.${name}`),
        ),
      ]);
    }
  }
}

const basic: Readonly<Record<string, (value: Value) => boolean>> = {
  string: (value) => typeof value === 'string',
  int: (value) => typeof value === 'number',
  bool: (value) => typeof value === 'boolean',
  array: isArray,
  object: (value) => value !== null && isObject(value),
};

export function constraintProblem(value: Value, constraints: Constraints, at: string): string | undefined {
  const { allowed, minLength, maxLength, minValue, maxValue } = constraints;
  if (allowed !== undefined) {
    // Of an array each item has to be one of them.
    const items = isArray(value) ? value : [value];
    const other = items.find((item) => !allowed.some((one) => same(one, item)));
    if (other !== undefined) return `${at}: ${describe(other)} is none of ${allowed.map(describe).join(', ')}`;
  }
  const length = typeof value === 'string' || isArray(value) ? value.length : undefined;
  if (length !== undefined && length < (minLength ?? 0)) return `${at}: shorter than ${minLength}`;
  if (length !== undefined && length > (maxLength ?? length)) return `${at}: longer than ${maxLength}`;
  if (typeof value === 'number' && value < (minValue ?? value)) return `${at}: less than ${minValue}`;
  if (typeof value === 'number' && value > (maxValue ?? value)) return `${at}: more than ${maxValue}`;
  return undefined;
}

const firstOf = (problems: readonly (string | undefined)[]): string | undefined =>
  problems.find((problem) => problem !== undefined);
