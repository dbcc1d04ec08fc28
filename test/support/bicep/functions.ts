/** Bicep's functions, those that our templates need: https://learn.microsoft.com/azure/azure-resource-manager/bicep/bicep-functions. */

import { deploymentPlace, guidOf, uniqueStringOf } from './place-of-deployment.ts';
import { fromPlain, describe, isArray, isObject, plain, same, type Value } from './values.ts';

export type BicepFunction = (...given: Value[]) => Value;

const place = deploymentPlace;

function text(value: Value | undefined): string {
  if (typeof value === 'string') return value;
  throw new Error(`expected a string, got ${describe(value ?? null)}`);
}

function whole(value: Value | undefined): number {
  if (typeof value === 'number') return value;
  throw new Error(`expected a number, got ${describe(value ?? null)}`);
}

function list(value: Value | undefined): readonly Value[] {
  if (value !== undefined && isArray(value)) return value;
  throw new Error(`expected an array, got ${describe(value ?? null)}`);
}

function object(value: Value | undefined): ReadonlyMap<string, Value> {
  if (value !== undefined && isObject(value)) return value;
  throw new Error(`expected an object, got ${describe(value ?? null)}`);
}

function lambda(value: Value | undefined): (...given: Value[]) => Value {
  if (typeof value === 'function') return value;
  throw new Error(`expected a lambda, got ${describe(value ?? null)}`);
}

function truth(value: Value): boolean {
  if (typeof value === 'boolean') return value;
  throw new Error(`expected true or false, got ${describe(value)}`);
}

const texts = (values: readonly Value[]): string[] => values.map((value) => text(value));

/** `null` counts as empty in Bicep. */
function lengthOf(value: Value | undefined): number {
  if (value === null || value === undefined) return 0;
  if (typeof value === 'string' || isArray(value)) return value.length;
  return object(value).size;
}

function joined(...values: Value[]): Value {
  if (values.every((value) => isArray(value))) return values.flat();
  return texts(values).join('');
}

function union(...values: Value[]): Value {
  if (values.every((value) => isArray(value))) {
    const all: Value[] = values.flat();
    return all.filter((value, index) => all.findIndex((one) => same(one, value)) === index);
  }
  return new Map(values.flatMap((value) => [...object(value)]));
}

function contains(container: Value = null, wanted: Value = null): boolean {
  if (typeof container === 'string') return container.includes(text(wanted));
  if (isArray(container)) return container.some((one) => same(one, wanted));
  return object(container).has(text(wanted));
}

/** In the order of the keys, as ARM gives them. */
const items = (value: Value | undefined): Value[] =>
  [...object(value)]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(
      ([key, item]) =>
        new Map<string, Value>([
          ['key', key],
          ['value', item],
        ]),
    );

function resourceIdBelow(scope: string, type: string, names: readonly string[]): string {
  const [namespace = '', ...types] = type.split('/');
  if (types.length !== names.length) throw new Error(`${type} needs ${types.length} names`);
  return `${scope}/providers/${namespace}/${types.map((one, index) => `${one}/${names[index] ?? ''}`).join('/')}`;
}

/** The subnet of this size and number; IPv4 alone. */
function subnetOf(range: string, size: number, index: number): string {
  const [, address, bits] = /^([\d.]+)\/(\d+)$/.exec(range) ?? [];
  const octets = (address ?? '').split('.').map(Number);
  if (octets.length !== 4 || size < Number(bits) || size > 32) throw new Error(`${range} has no subnet of /${size}`);
  const first = octets.reduce((sum, octet) => sum * 256 + octet, 0) + index * 2 ** (32 - size);
  const dotted = [24, 16, 8, 0].map((shift) => Math.trunc(first / 2 ** shift) % 256);
  return `${dotted.join('.')}/${size}`;
}

const subscriptionPath = `/subscriptions/${place.subscriptionId}`;

export const functions: Readonly<Record<string, BicepFunction>> = {
  bool: (value) => text(value).toLowerCase() === 'true',
  cidrSubnet: (range, size, index) => subnetOf(text(range), whole(size), whole(index)),
  concat: joined,
  contains,
  empty: (value) => lengthOf(value) === 0,
  endsWith: (value, end) => text(value).toLowerCase().endsWith(text(end).toLowerCase()),
  environment: () =>
    fromPlain({
      name: 'AzureCloud',
      resourceManager: 'https://management.azure.com/',
      authentication: { loginEndpoint: 'https://login.microsoftonline.com/', tenant: 'common' },
      suffixes: { storage: 'core.windows.net', keyvaultDns: '.vault.azure.net' },
    }),
  fail: (message) => {
    throw new Error(text(message));
  },
  filter: (values, keep) => list(values).filter((value) => truth(lambda(keep)(value))),
  first: (value) => (typeof value === 'string' ? value.slice(0, 1) : (list(value)[0] ?? null)),
  format: (pattern, ...given) =>
    text(pattern).replaceAll(/\{(\d+)\}/g, (_, index: string) => String(given[Number(index)] ?? '')),
  guid: (...parts) => guidOf(...texts(parts)),
  int: (value) => {
    if (typeof value === 'number') return value;
    if (!/^-?\d+$/.test(text(value))) throw new Error(`${text(value)} is no number`);
    return Number(value);
  },
  intersection: (...values) =>
    list(values[0]).filter((value) => values.every((other) => list(other).some((one) => same(one, value)))),
  items: (value) => items(value),
  join: (values, by) => list(values).map(String).join(text(by)),
  json: (value) => fromPlain(JSON.parse(text(value))),
  last: (value) => (typeof value === 'string' ? value.slice(-1) : (list(value).at(-1) ?? null)),
  length: (value) => lengthOf(value),
  map: (values, change) => list(values).map((value) => lambda(change)(value)),
  max: (...values) => Math.max(...values.map((value) => whole(value))),
  min: (...values) => Math.min(...values.map((value) => whole(value))),
  objectKeys: (value) => [...object(value).keys()].sort(),
  range: (from, count) => Array.from({ length: whole(count) }, (_, index) => whole(from) + index),
  replace: (value, from, to) => text(value).replaceAll(text(from), text(to)),
  resourceGroup: (...given) => {
    if (given.length > 0) throw new Error('another resource group');
    return fromPlain({ id: place.resourceGroupId, name: place.resourceGroup, location: place.location, tags: {} });
  },
  resourceId: (type, ...names) => resourceIdBelow(place.resourceGroupId, text(type), texts(names)),
  split: (value, by) => text(value).split(text(by)),
  startsWith: (value, start) => text(value).toLowerCase().startsWith(text(start).toLowerCase()),
  string: (value = null) => (typeof value === 'string' ? value : JSON.stringify(plain(value))),
  subscription: () =>
    fromPlain({ id: subscriptionPath, subscriptionId: place.subscriptionId, tenantId: place.tenantId }),
  subscriptionResourceId: (type, ...names) => resourceIdBelow(subscriptionPath, text(type), texts(names)),
  substring: (value, from, count) =>
    text(value).slice(whole(from), count === undefined ? undefined : whole(from) + whole(count)),
  take: (value, count) =>
    typeof value === 'string' ? value.slice(0, whole(count)) : list(value).slice(0, whole(count)),
  tenant: () => fromPlain({ tenantId: place.tenantId }),
  toLower: (value) => text(value).toLowerCase(),
  toObject: (values, key, change) =>
    new Map(
      list(values).map((value) => [text(lambda(key)(value)), change === undefined ? value : lambda(change)(value)]),
    ),
  union,
  uniqueString: (...parts) => uniqueStringOf(...texts(parts)),
  /** Bicep takes it as a default of a parameter alone. */
  utcNow: (pattern) => {
    const date = '2026-01-01T00:00:00Z';
    return pattern === 'yyyy-MM-01' || pattern === 'yyyy-MM-dd' ? date.slice(0, 10) : date.replaceAll(/[-:]/g, '');
  },
};
