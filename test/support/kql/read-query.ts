/**
 * Looks at a query of the Kusto Query Language without an engine: brackets, tables, operators, functions, and which columns there
 * are after each step. It knows what the queries of this project use; what it does not know it calls a problem.
 * https://learn.microsoft.com/kusto/query/
 */

import { type Token, splitAt, tokensOf } from './tokens.ts';
import { tables } from './tables.ts';

export interface QueryFacts {
  readonly problems: string[];
  /** Of what comes out. */
  columns: ReadonlySet<string>;
  readonly tables: Set<string>;
  /** Every text in quotes, but for `attributes`. */
  readonly texts: string[];
  /** `Properties['this']` and `Properties.this`, by what stands before the dot. */
  readonly fields: { readonly of: string; readonly name: string }[];
}

const functions = new Set([
  ...['iff', 'isempty', 'tostring', 'todouble', 'parse_json', 'split', 'round', 'bin', 'real', 'format_datetime'],
  ...['count', 'sum', 'sumif', 'min', 'max', 'maxif', 'dcount', 'arg_max'],
]);
const words = new Set(['and', 'or', 'in', 'startswith', '!endswith', 'asc', 'desc', 'null', 'true', 'false']);

export function readQuery(text: string): QueryFacts {
  const facts: QueryFacts = { problems: [], columns: new Set(), tables: new Set(), texts: [], fields: [] };
  const lets = new Map<string, ReadonlySet<string>>();
  for (const statement of splitAt(tokensOf(text, facts.problems), ';')) {
    const [first, name, , ...rest] = statement;
    if (first === undefined || name === undefined) facts.problems.push('an empty statement');
    else if (first.text !== 'let') facts.columns = columnsOf(statement, lets, facts);
    else if (rest.length === 1 && rest[0]?.kind === 'text') lets.set(name.text, new Set());
    else lets.set(name.text, columnsOf(rest, lets, facts));
  }
  return facts;
}

type Lets = ReadonlyMap<string, ReadonlySet<string>>;

function columnsOf(statement: readonly Token[], lets: Lets, facts: QueryFacts): ReadonlySet<string> {
  const [source = [], ...stages] = splitAt(statement, '|');
  let columns = new Set<string>();
  for (const { kind, text } of source) {
    if (text === 'union' || text === ',') continue;
    const known = tables[text] ?? [];
    if (kind !== 'word' || known.length === 0) facts.problems.push(`no table: ${text}`);
    facts.tables.add(text);
    columns = new Set([...columns, ...known]);
  }
  for (const [operator, ...rest] of stages) columns = after(operator?.text ?? '', rest, columns, lets, facts);
  return columns;
}

/** The columns that an operator leaves. */
function after(
  operator: string,
  rest: readonly Token[],
  columns: Set<string>,
  lets: Lets,
  facts: QueryFacts,
): Set<string> {
  const look = (part: readonly Token[]): void => lookAt(part, columns, lets, facts);
  const named = (parts: readonly Token[]): string[] =>
    splitAt(parts, ',').flatMap((part) => {
      const [first, equals, ...value] = part;
      const hasName = first?.kind === 'word' && equals?.text === '=';
      look(hasName ? value : part);
      return hasName ? [first.text] : outOf(part, facts);
    });
  const afterBy = (): readonly Token[] => rest.slice(rest.findIndex(({ text }) => text === 'by') + 1);
  switch (operator) {
    case 'where':
      look(rest);
      return columns;
    case 'extend':
      return new Set([...columns, ...named(rest)]);
    case 'project':
    case 'distinct':
      return new Set(named(rest));
    case 'summarize': {
      const by = rest.findIndex(({ text }) => text === 'by');
      return new Set([...named(by < 0 ? rest : rest.slice(0, by)), ...(by < 0 ? [] : named(rest.slice(by + 1)))]);
    }
    case 'order':
    case 'top':
      look(afterBy());
      return columns;
    case 'render':
      if (rest.length !== 1 || rest[0]?.text !== 'timechart') facts.problems.push('render what?');
      return columns;
    default:
      facts.problems.push(`no operator: ${operator}`);
      return columns;
  }
}

/** The columns of a part without a name of its own: a column, `bin(column, ...)`, or what `arg_max` picks. */
function outOf(part: readonly Token[], facts: QueryFacts): string[] {
  const [first, ...rest] = part;
  if (first !== undefined && rest.length === 0) return [first.text];
  if (first?.text === 'bin') return [rest[1]?.text ?? ''];
  if (first?.text === 'arg_max') return rest.filter(({ kind }) => kind === 'word').map(({ text }) => text);
  facts.problems.push(`a column without a name: ${part.map(({ text }) => text).join(' ')}`);
  return [];
}

/** Every word is a column, a function, a name that `let` gave, or part of the language. */
function lookAt(part: readonly Token[], columns: ReadonlySet<string>, lets: Lets, facts: QueryFacts): void {
  for (const [at, { kind, text }] of part.entries()) {
    const before = part[at - 1]?.text;
    const of = part[at - 2]?.text ?? '';
    if (kind === 'text') {
      if (before === '[') facts.fields.push({ of, name: text });
      else facts.texts.push(text);
    } else if (kind !== 'word') continue;
    else if (before === '.') facts.fields.push({ of, name: text });
    else if (part[at + 1]?.text === '(' && !words.has(text)) {
      if (!functions.has(text)) facts.problems.push(`no function: ${text}`);
    } else if (!words.has(text) && !columns.has(text) && !lets.has(text)) facts.problems.push(`no column: ${text}`);
  }
}
