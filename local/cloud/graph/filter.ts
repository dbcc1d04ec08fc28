/**
 * `$filter` as far as a sender needs it to find its messages again: clauses joined by `and`. What Graph understands and
 * this cloud does not is refused by a code of its own (501), since a filter that is passed over finds too much; what is no
 * clause at all, as Graph refuses it.
 */

import type { StoredMessage } from '../state.ts';
import { checkPropertyId } from './extended-properties.ts';
import { conversationIdOf } from './message-json.ts';
import { GraphRefusal, notImplemented } from './refusal.ts';
import { isTime, times } from './times.ts';

export interface Filter {
  matches(message: StoredMessage): boolean;
  /** What it asks for, in the order of the clauses. */
  properties: string[];
}

interface Clause {
  property: string;
  matches(message: StoredMessage): boolean;
}

const string = "'((?:[^']|'')*)'";
const extended = new RegExp(
  `singleValueExtendedProperties/any\\(\\s*(\\w+)\\s*:\\s*\\1/id\\s+eq\\s+${string}\\s+and\\s+(?:\\1/value\\s+(eq|ne)\\s+${string}|(contains|startswith)\\(\\s*\\1/value\\s*,\\s*${string}\\s*\\))\\s*\\)`,
  'iy',
);
const comparison = new RegExp(`([\\w/]+)\\s+(eq|ne|ge|gt|le|lt)\\s+(?:${string}|([\\w:.+-]+))`, 'iy');

const texts = new Map<string, (message: StoredMessage) => string>([
  ['internetMessageId', ({ internetMessageId }) => internetMessageId],
  ['conversationId', conversationIdOf],
  ['subject', ({ subject }) => subject],
]);
const flags = new Map<string, (message: StoredMessage) => boolean>([
  ['isDraft', ({ isDraft }) => isDraft],
  ['isRead', ({ isRead }) => isRead],
  ['hasAttachments', ({ attachments }) => attachments.some(({ isInline }) => !isInline)],
]);

/** @throws GraphRefusal */
export function readFilter(text: string): Filter {
  const clauses: Clause[] = [];
  let at = 0;
  while (at < text.length || clauses.length === 0) {
    at += /^\s*/.exec(text.slice(at))?.[0].length ?? 0;
    const found = match(extended, text, at) ?? match(comparison, text, at);
    if (found === undefined) throw unreadable(text, at);
    clauses.push(found.pattern === extended ? extendedClause(found.groups) : comparisonClause(found.groups));
    at = found.end;
    const and = /^(?:\s+and\s+(?=\S)|\s*$)/i.exec(text.slice(at));
    if (!and) throw unreadable(text, at);
    at += and[0].length;
  }
  return {
    matches: (message) => clauses.every((clause) => clause.matches(message)),
    properties: clauses.map(({ property }) => property),
  };
}

interface Found {
  pattern: RegExp;
  groups: readonly (string | undefined)[];
  end: number;
}

function match(pattern: RegExp, text: string, at: number): Found | undefined {
  pattern.lastIndex = at;
  const found = pattern.exec(text);
  return found ? { pattern, groups: found.slice(1), end: pattern.lastIndex } : undefined;
}

const unquoted = (text = ''): string => text.replaceAll("''", "'");

/** https://learn.microsoft.com/graph/api/singlevaluelegacyextendedproperty-get: values are compared without regard to case. */
function extendedClause([, id, operator, equal, part, partOf]: Found['groups']): Clause {
  const wanted = checkPropertyId(unquoted(id));
  const value = unquoted(equal ?? partOf).toLowerCase();
  const compare = (is: string): boolean => {
    switch ((operator ?? part)?.toLowerCase()) {
      case 'eq':
        return is === value;
      case 'ne':
        return is !== value;
      case 'contains':
        return is.includes(value);
      default:
        return is.startsWith(value);
    }
  };
  return {
    property: 'singleValueExtendedProperties',
    matches: ({ extendedProperties, headers }) =>
      [...extendedProperties, ...headers.map(asProperty)].some(
        (one) => one.id === wanted && compare(one.value.toLowerCase()),
      ),
  };
}

/** PS_INTERNET_HEADERS: https://learn.microsoft.com/openspecs/exchange_server_protocols/ms-oxcmail/d296c8c5-27c8-46d4-93a9-4da1d69175cf */
function asProperty({ name, value }: { name: string; value: string }): { id: string; value: string } {
  return { id: `String {00020386-0000-0000-c000-000000000046} Name ${name}`, value };
}

function comparisonClause([property = '', operator = '', text, literal = '']: Found['groups']): Clause {
  const isEqual = operator.toLowerCase() === 'eq';
  const textOf = texts.get(property);
  if (textOf && text !== undefined && isEqual) {
    const value = unquoted(text);
    return { property, matches: (message) => textOf(message) === value };
  }
  const flagOf = flags.get(property);
  if (flagOf && isEqual && /^(true|false)$/i.test(literal)) {
    return { property, matches: (message) => flagOf(message) === (literal.toLowerCase() === 'true') };
  }
  const moment = Date.parse(literal);
  if (isTime(property) && !Number.isNaN(moment)) {
    const timeOf = times[property];
    return { property, matches: (message) => compareTimes(timeOf(message), operator.toLowerCase(), moment) };
  }
  throw notImplemented(`a filter on '${property}' such as this`);
}

/** Graph's times have whole seconds. */
function compareTimes(is: number, operator: string, wanted: number): boolean {
  const seconds = Math.floor(is / 1000);
  const bound = wanted / 1000;
  switch (operator) {
    case 'ge':
      return seconds >= bound;
    case 'gt':
      return seconds > bound;
    case 'le':
      return seconds <= bound;
    case 'lt':
      return seconds < bound;
    case 'ne':
      return seconds !== bound;
    default:
      return seconds === bound;
  }
}

/** In the words of https://github.com/OData/odata.net. */
function unreadable(text: string, at: number): GraphRefusal {
  return new GraphRefusal({
    status: 400,
    code: 'BadRequest',
    message: `Invalid filter clause: Syntax error at position ${at} in '${text.slice(0, 200)}'.`,
    reason: 'unreadable filter',
  });
}
