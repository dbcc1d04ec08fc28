/** The system query options that a request for messages may have: https://learn.microsoft.com/graph/query-parameters. */

import { refuseWith } from './call.ts';
import { checkPropertyId } from './extended-properties.ts';
import { type Filter, readFilter } from './filter.ts';
import { notImplemented } from './refusal.ts';
import { isTime, type TimeProperty } from './times.ts';

export interface Expansion {
  property: 'attachments' | 'singleValueExtendedProperties';
  /** Of the extended properties that are wanted. */
  ids: string[];
}

export interface Query {
  select?: string[];
  expand: Expansion[];
  filter?: Filter;
  orderBy: { time: TimeProperty; descending: boolean };
  top: number;
  skip: number;
}

const DEFAULT_PAGE = 10;
const LARGEST_PAGE = 1000;

/**
 * @param taken the options that the operation knows.
 * @param selectable the properties of its type.
 * @throws GraphRefusal
 */
export function readQuery(
  url: URL,
  taken: readonly ('select' | 'expand' | 'filter' | 'orderby' | 'top' | 'skip')[],
  { type, selectable }: { type: string; selectable: ReadonlySet<string> },
): Query {
  const query: Query = {
    expand: [],
    orderBy: { time: 'receivedDateTime', descending: true },
    top: DEFAULT_PAGE,
    skip: 0,
  };
  let ordered: string | undefined;
  for (const [key, value] of url.searchParams) {
    // The dollar sign may be left out in v1.0.
    const option = taken.find((one) => one === key.replace(/^\$/, '').toLowerCase());
    switch (option) {
      case undefined:
        if (key.startsWith('$')) throw notImplemented(`the query option ${key}`);
        break;
      case 'select':
        query.select = value.split(',').map((name) => propertyOf(name.trim(), type, selectable));
        break;
      case 'expand':
        query.expand = readExpand(value);
        break;
      case 'filter':
        query.filter = readFilter(value);
        break;
      case 'orderby':
        query.orderBy = readOrderBy(value);
        ordered = query.orderBy.time;
        break;
      case 'top':
        query.top = readNumber('$top', value, 1, LARGEST_PAGE);
        break;
      case 'skip':
        query.skip = readNumber('$skip', value, 0, Number.MAX_SAFE_INTEGER);
        break;
    }
  }
  if (ordered !== undefined && query.filter && query.filter.properties[0] !== ordered) {
    // https://github.com/microsoftgraph/msgraph-sdk-dotnet/issues/183: what is sorted by has to be filtered by first.
    refuseWith(
      400,
      'InefficientFilter',
      'The restriction or sort order is too complex for this operation.',
      'sorted by what is not filtered by',
    );
  }
  return query;
}

/** https://github.com/microsoftgraph/microsoft-graph-explorer-v4/issues/3916 */
function propertyOf(name: string, type: string, selectable: ReadonlySet<string>): string {
  if (selectable.has(name)) return name;
  refuseWith(
    400,
    'RequestBroker--ParseUri',
    `Could not find a property named '${name}' on type '${type}'.`,
    'no such property',
  );
}

function readOrderBy(value: string): Query['orderBy'] {
  const [, name = '', direction = 'asc'] = /^\s*(\w+)(?:\s+(asc|desc))?\s*$/i.exec(value) ?? [];
  if (!isTime(name)) throw notImplemented('this $orderby');
  return { time: name, descending: direction.toLowerCase() === 'desc' };
}

/** `attachments`, and extended properties, which have to be named: https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get. */
function readExpand(value: string): Expansion[] {
  return splitOutsideParentheses(value).map((item) => {
    const [, property = '', , options] = /^\s*(\w+)\s*(\((.*)\))?\s*$/s.exec(item) ?? [];
    if (/^attachments$/i.test(property) && options === undefined) return { property: 'attachments', ids: [] };
    const [, filter] = /^\s*\$filter\s*=(.*)$/is.exec(options ?? '') ?? [];
    if (!/^singleValueExtendedProperties$/i.test(property) || filter === undefined)
      throw notImplemented('this $expand');
    const ids = filter.split(/\s+or\s+(?=id\s)/i).map((clause) => {
      const [, id] = /^\s*id\s+eq\s+'((?:[^']|'')*)'\s*$/i.exec(clause) ?? [];
      if (id === undefined) throw notImplemented('this filter of $expand');
      return checkPropertyId(id.replaceAll("''", "'"));
    });
    return { property: 'singleValueExtendedProperties', ids };
  });
}

function splitOutsideParentheses(text: string): string[] {
  const items = [''];
  let depth = 0;
  for (const character of text) {
    if (character === '(') depth += 1;
    if (character === ')') depth -= 1;
    if (character === ',' && depth === 0) items.push('');
    else items[items.length - 1] += character;
  }
  return items;
}

/** No source tells Graph's answer to numbers out of range: the sentence is this cloud's own. */
function readNumber(option: string, value: string, least: number, most: number): number {
  const number = /^\d{1,9}$/.test(value) ? Number(value) : NaN;
  if (number >= least && number <= most) return number;
  refuseWith(
    400,
    'BadRequest',
    `Invalid value '${value.slice(0, 20)}' for ${option} query option found. The ${option} query option requires a number from ${least} to ${most}.`,
    `${option} out of range`,
  );
}
