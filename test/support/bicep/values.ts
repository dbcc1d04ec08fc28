/** What an expression can come to, and plain data of it for those who read the result. */

import type { ModuleRun } from './module-run.ts';
import type { Resource } from './resource.ts';

export type Value =
  | string
  | number
  | boolean
  | null
  | readonly Value[]
  | ReadonlyMap<string, Value>
  | Resource
  | ModuleRun
  | ((...given: Value[]) => Value);

/** JSON: what ARM would be sent. */
export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [name: string]: Plain };

/** @throws Error for what cannot be sent, such as a resource itself where its id is meant. */
export function plain(value: Value): Plain {
  if (value === null || typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
    return value;
  }
  if (isArray(value)) return value.map(plain);
  if (isObject(value)) return Object.fromEntries([...value].map(([name, one]) => [name, plain(one)]));
  throw new Error(`${describe(value)} stands where data is meant`);
}

export function fromPlain(data: Plain): Value {
  if (data === null || typeof data !== 'object') return data;
  if (isPlainArray(data)) return data.map(fromPlain);
  return new Map(Object.entries(data).map(([name, one]) => [name, fromPlain(one)]));
}

const isPlainArray = (data: Plain): data is readonly Plain[] => Array.isArray(data);

export const isArray = (value: Value): value is readonly Value[] => Array.isArray(value);

export const isObject = (value: Value): value is ReadonlyMap<string, Value> => value instanceof Map;

export function describe(value: Value): string {
  if (value === null) return 'null';
  if (isArray(value)) return 'an array';
  if (isObject(value)) return 'an object';
  if (typeof value === 'function') return 'a lambda';
  if (typeof value === 'object')
    return `the ${'type' in value ? `resource ${value.symbol}` : `module ${value.symbol}`}`;
  return JSON.stringify(value);
}

export function same(one: Value, other: Value): boolean {
  if (isArray(one)) {
    return (
      isArray(other) && one.length === other.length && one.every((item, index) => same(item, other[index] ?? null))
    );
  }
  if (isObject(one)) {
    return (
      isObject(other) &&
      one.size === other.size &&
      [...one].every(([name, item]) => same(item, other.get(name) ?? null))
    );
  }
  return one === other;
}
