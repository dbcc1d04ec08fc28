/** The query options of requests for users and the organization: https://learn.microsoft.com/graph/query-parameters. */

import { refuseWith } from './call.ts';
import { notImplemented } from './refusal.ts';

/** By property. */
export type Entity = Record<string, unknown>;

interface EntityType {
  name: string;
  properties: string[];
}

interface DirectoryQuery {
  select?: string[];
  top: number;
  skip: number;
  matches(entity: Entity): boolean;
}

/** https://learn.microsoft.com/graph/api/user-list#optional-query-parameters */
const DEFAULT_PAGE = 100;
const LARGEST_PAGE = 999;

/**
 * @param taken the options that the operation knows.
 * @throws GraphRefusal
 */
export function readDirectoryQuery(
  url: URL,
  taken: readonly ('select' | 'top' | 'filter')[],
  type: EntityType,
): DirectoryQuery {
  const query: DirectoryQuery = { top: DEFAULT_PAGE, skip: 0, matches: () => true };
  for (const [key, value] of url.searchParams) {
    const option = key.replace(/^\$/, '').toLowerCase();
    if (option === 'skiptoken' && taken.includes('top')) query.skip = /^\d{1,9}$/.test(value) ? Number(value) : 0;
    else if (option === 'select' && taken.includes('select')) query.select = readSelect(value, type);
    else if (option === 'top' && taken.includes('top')) query.top = readTop(value);
    else if (option === 'filter' && taken.includes('filter')) query.matches = readFilter(value, type);
    else if (key.startsWith('$')) throw notImplemented(`the query option ${key} here`);
  }
  return query;
}

export const selected = (entity: Entity, properties: readonly string[]): Entity =>
  Object.fromEntries(properties.map((name) => [name, entity[name]]));

/** https://github.com/microsoft/secmgmt-insights-connector/issues/135 */
function readSelect(value: string, { name: type, properties }: EntityType): string[] {
  return value.split(',').map((one) => {
    const name = properties.find((property) => property.toLowerCase() === one.trim().toLowerCase());
    if (name !== undefined) return name;
    refuseWith(
      400,
      'BadRequest',
      `Parsing OData Select and Expand failed: Could not find a property named '${one.trim()}' on type '${type}'.`,
      'no such property',
    );
  });
}

/** No source has Graph's sentence. */
function readTop(value: string): number {
  const top = /^\d{1,4}$/.test(value) ? Number(value) : 0;
  if (top >= 1 && top <= LARGEST_PAGE) return top;
  refuseWith(400, 'Request_BadRequest', 'Invalid page size specified.', '$top out of range');
}

/** One comparison of text; Graph knows many more. */
function readFilter(value: string, { properties }: EntityType): DirectoryQuery['matches'] {
  const [, named = '', quoted = ''] = /^\s*(\w+)\s+eq\s+'((?:[^']|'')*)'\s*$/i.exec(value) ?? [];
  const property = properties.find((one) => one.toLowerCase() === named.toLowerCase());
  if (property === undefined) throw notImplemented('this $filter');
  const wanted = quoted.replaceAll("''", "'").toLowerCase();
  return (entity) => {
    const found = entity[property];
    return typeof found === 'string' && found.toLowerCase() === wanted;
  };
}
