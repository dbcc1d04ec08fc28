/** What an expression comes to. What this reader does not know stops it: a template half understood proves nothing. */

import { BicepError, type Place } from './bicep-error.ts';
import { functions, type BicepFunction } from './functions.ts';
import { ModuleRun } from './module-run.ts';
import { Resource } from './resource.ts';
import type { Expression } from './syntax.ts';
import { describe, isArray, isObject, same, type Value } from './values.ts';

export interface Names {
  /** @returns undefined for a name that is not known. */
  get(name: string): Value | undefined;
  /** Functions that a file has beside Bicep's own, those that read files for one. */
  readonly functions: Readonly<Record<string, BicepFunction>>;
}

export function evaluate(expression: Expression, names: Names): Value {
  const the = (one: Expression): Value => evaluate(one, names);
  const fail = (message: string): BicepError => new BicepError(message, expression);
  switch (expression.kind) {
    case 'literal':
      return expression.value;
    case 'interpolation':
      return expression.parts.map((part) => (typeof part === 'string' ? part : textOf(the(part), part))).join('');
    case 'name': {
      const value = names.get(expression.name);
      if (value === undefined) throw fail(`nothing is called ${expression.name}`);
      return value;
    }
    case 'member':
      return member(the(expression.of), expression.name, expression);
    case 'index': {
      const index = the(expression.index);
      const of = the(expression.of);
      if (typeof index === 'string') return member(of, index, expression);
      if (of === null && expression.safe) return null;
      if (!isArray(of) || typeof index !== 'number') throw fail(`${describe(of)} has no index ${describe(index)}`);
      const item = of[index];
      if (item === undefined && !expression.safe) throw fail(`there is no item ${index}`);
      return item ?? null;
    }
    case 'child': {
      const of = the(expression.of);
      const child = of instanceof Resource ? of.children.get(expression.name) : undefined;
      if (child === undefined) throw fail(`${describe(of)} has no resource ${expression.name} inside`);
      return child();
    }
    case 'call':
      return call(expression, names);
    case 'unary': {
      const operand = the(expression.operand);
      if (expression.operator === '!' && typeof operand === 'boolean') return !operand;
      if (expression.operator === '-' && typeof operand === 'number') return -operand;
      throw fail(`${expression.operator} of ${describe(operand)}`);
    }
    case 'binary':
      return binary(expression, names);
    case 'conditional':
      return isTrue(expression.condition, names) ? the(expression.yes) : the(expression.no);
    case 'not-null': {
      const value = the(expression.operand);
      if (value === null) throw fail('null where the file says that it is none');
      return value;
    }
    case 'array':
      return expression.items.flatMap(({ spread, value }): readonly Value[] => {
        const item = the(value);
        if (!spread) return [item];
        if (!isArray(item)) throw fail(`${describe(item)} cannot be spread in an array`);
        return item;
      });
    case 'object':
      return objectOf(expression, names);
    case 'for':
      return loop(expression, names, (body, inner) => evaluate(body, inner));
    case 'lambda':
      return (...given) => {
        if (given.length < expression.parameters.length) throw fail('the lambda takes more than it is given');
        const own = new Map(expression.parameters.map((name, index) => [name, given[index] ?? null]));
        return evaluate(expression.body, within(names, own));
      };
    case 'if':
      throw fail('an if where this reader expects none');
  }
}

/** Each turn of a loop, with what its body says kept only where its condition holds. */
export function loop<T>(
  { variables, over, body }: Expression & { kind: 'for' },
  names: Names,
  turn: (body: Expression, names: Names) => T,
): T[] {
  const values = evaluate(over, names);
  if (!isArray(values)) throw new BicepError(`a loop over ${describe(values)}`, over);
  return values.flatMap((value, index) => {
    const [item = '', position] = variables;
    const own = new Map<string, Value>([[item, value]]);
    if (position !== undefined) own.set(position, index);
    const inner = within(names, own);
    if (body.kind !== 'if') return [turn(body, inner)];
    return isTrue(body.condition, inner) ? [turn(body.body, inner)] : [];
  });
}

export function isTrue(condition: Expression, names: Names): boolean {
  const value = evaluate(condition, names);
  if (typeof value !== 'boolean') throw new BicepError(`${describe(value)} where true or false is needed`, condition);
  return value;
}

export function objectOf({ properties, ...place }: Expression & { kind: 'object' }, names: Names): Map<string, Value> {
  const object = new Map<string, Value>();
  for (const { key, value } of properties) {
    const item = evaluate(value, names);
    if (key === undefined) {
      if (!isObject(item)) throw new BicepError(`${describe(item)} cannot be spread in an object`, place);
      for (const [name, one] of item) object.set(name, one);
      continue;
    }
    const name = textOf(evaluate(key, names), key);
    if (object.has(name)) throw new BicepError(`${name} is set twice`, key);
    object.set(name, item);
  }
  return object;
}

const within = (names: Names, own: ReadonlyMap<string, Value>): Names => ({
  // Its own may be null, which is a value.
  get: (name) => (own.has(name) ? own.get(name) : names.get(name)),
  functions: names.functions,
});

function member(of: Value, name: string, at: Place & { safe: boolean }): Value {
  if (of === null && at.safe) return null;
  const value = memberOf(of, name);
  if (value !== undefined) return value;
  if (at.safe && of !== null && isObject(of)) return null;
  throw new BicepError(`${describe(of)} has no ${name} that this reader knows`, at);
}

function memberOf(of: Value, name: string): Value | undefined {
  if (of instanceof Resource) return of.member(name);
  if (of instanceof ModuleRun) return name === 'outputs' ? of.outputs : undefined;
  return of !== null && isObject(of) ? of.get(name) : undefined;
}

function call({ of, name, arguments: given, ...place }: Expression & { kind: 'call' }, names: Names): Value {
  // `sys.` and `az.` only say where a function comes from.
  const namespaced = of?.kind === 'name' && (of.name === 'sys' || of.name === 'az');
  if (of !== undefined && !namespaced) throw new BicepError(`${name}() of a resource: no key is listed here`, place);
  const known = names.functions[name] ?? functions[name];
  if (known === undefined) throw new BicepError(`${name}() is a function that this reader does not know`, place);
  const values = given.map((one) => evaluate(one, names));
  try {
    return known(...values);
  } catch (error) {
    if (error instanceof BicepError || !(error instanceof Error)) throw error;
    throw new BicepError(`${name}(): ${error.message}`, place);
  }
}

function binary({ operator, left, right, ...place }: Expression & { kind: 'binary' }, names: Names): Value {
  if (operator === '&&') return isTrue(left, names) && isTrue(right, names);
  if (operator === '||') return isTrue(left, names) || isTrue(right, names);
  const one = evaluate(left, names);
  if (operator === '??') return one ?? evaluate(right, names);
  const other = evaluate(right, names);
  if (operator === '==' || operator === '!=') return same(one, other) === (operator === '==');
  if (typeof one === 'string' && typeof other === 'string' && (operator === '=~' || operator === '!~')) {
    return (one.toLowerCase() === other.toLowerCase()) === (operator === '=~');
  }
  const found = typeof one === 'number' && typeof other === 'number' ? arithmetic(operator, one, other) : undefined;
  if (found === undefined) throw new BicepError(`${describe(one)} ${operator} ${describe(other)}`, place);
  return found;
}

function arithmetic(operator: string, one: number, other: number): number | boolean | undefined {
  if (operator === '+') return one + other;
  if (operator === '-') return one - other;
  if (operator === '*') return one * other;
  if (operator === '/') return Math.trunc(one / other);
  if (operator === '%') return one % other;
  if (operator === '<') return one < other;
  if (operator === '<=') return one <= other;
  if (operator === '>') return one > other;
  return operator === '>=' ? one >= other : undefined;
}

export function textOf(value: Value, place: Place): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  // As ARM writes them into a string.
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  throw new BicepError(`${describe(value)} in a string`, place);
}
