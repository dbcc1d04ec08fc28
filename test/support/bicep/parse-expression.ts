/** Expressions: https://learn.microsoft.com/azure/azure-resource-manager/bicep/operators and .../data-types. */

import type { Token } from './lexer.ts';
import { resourceStatement, startsResource } from './parse-resource.ts';
import type { ArrayItem, Expression, Property, ResourceStatement } from './syntax.ts';
import { TokenCursor } from './token-cursor.ts';

const precedence = new Map([
  ['??', 1],
  ['||', 2],
  ['&&', 3],
  ...['==', '!=', '=~', '!~'].map((operator): [string, number] => [operator, 4]),
  ...['<', '<=', '>', '>='].map((operator): [string, number] => [operator, 5]),
  ['+', 6],
  ['-', 6],
  ['*', 7],
  ['/', 7],
  ['%', 7],
]);

export function parseExpression(cursor: TokenCursor): Expression {
  const condition = binary(cursor, 1);
  const place = placeOf(cursor.peek());
  // The parts of a conditional may stand on lines of their own.
  if (!acceptsOnNextLine(cursor, '?')) return condition;
  cursor.skipNewlines();
  const yes = parseExpression(cursor);
  if (!acceptsOnNextLine(cursor, ':')) throw cursor.fail("':'");
  cursor.skipNewlines();
  return { ...place, kind: 'conditional', condition, yes, no: parseExpression(cursor) };
}

function acceptsOnNextLine(cursor: TokenCursor, symbol: string): boolean {
  if (!cursor.sees(symbol, cursor.newlines())) return false;
  cursor.skipNewlines();
  return cursor.accepts(symbol);
}

function binary(cursor: TokenCursor, least: number): Expression {
  let left = unary(cursor);
  for (;;) {
    const { kind, text, ...token } = cursor.peek();
    const strength = kind === 'symbol' ? precedence.get(text) : undefined;
    if (strength === undefined || strength < least) return left;
    cursor.take();
    cursor.skipNewlines();
    const right = binary(cursor, strength + 1);
    left = { kind: 'binary', operator: text, left, right, file: token.file, line: token.line };
  }
}

function unary(cursor: TokenCursor): Expression {
  const token = cursor.peek();
  if (!cursor.sees('!') && !cursor.sees('-')) return parsePostfix(cursor);
  cursor.take();
  return { ...placeOf(token), kind: 'unary', operator: token.text, operand: unary(cursor) };
}

function parsePostfix(cursor: TokenCursor): Expression {
  let of = primary(cursor);
  for (;;) {
    const place = placeOf(cursor.peek());
    if (cursor.accepts('.')) {
      const name = cursor.expectName();
      of = cursor.sees('(')
        ? { ...place, kind: 'call', of, name, arguments: parseArguments(cursor) }
        : { ...place, kind: 'member', of, name, safe: false };
    } else if (cursor.accepts('.?')) of = { ...place, kind: 'member', of, name: cursor.expectName(), safe: true };
    else if (cursor.accepts('::')) of = { ...place, kind: 'child', of, name: cursor.expectName() };
    else if (cursor.sees('[') || cursor.sees('[?')) {
      const safe = cursor.take().text === '[?';
      const index = parseExpression(cursor);
      cursor.expect(']');
      of = { ...place, kind: 'index', of, index, safe };
    } else if (cursor.accepts('!')) of = { ...place, kind: 'not-null', operand: of };
    else return of;
  }
}

export function parseArguments(cursor: TokenCursor): Expression[] {
  const found: Expression[] = [];
  cursor.expect('(');
  cursor.skipNewlines();
  while (!cursor.accepts(')')) {
    found.push(parseExpression(cursor));
    cursor.skipNewlines();
    if (!cursor.sees(')')) cursor.expect(',');
    cursor.skipNewlines();
  }
  return found;
}

function primary(cursor: TokenCursor): Expression {
  const token = cursor.peek();
  const place = placeOf(token);
  if (token.kind === 'number') return { ...place, kind: 'literal', value: Number(cursor.take().text) };
  if (token.kind === 'string') return parseString(cursor);
  if (cursor.sees('{')) return parseObject(cursor);
  if (cursor.sees('[')) return array(cursor);
  if (cursor.sees('(')) return parenthesized(cursor);
  if (token.kind !== 'name') throw cursor.fail('an expression');
  const name = cursor.expectName();
  if (name === 'true' || name === 'false') return { ...place, kind: 'literal', value: name === 'true' };
  if (name === 'null') return { ...place, kind: 'literal', value: null };
  if (cursor.sees('=>')) return lambda(cursor, place, [name]);
  if (cursor.sees('(')) return { ...place, kind: 'call', of: undefined, name, arguments: parseArguments(cursor) };
  return { ...place, kind: 'name', name };
}

function parseString(cursor: TokenCursor): Expression {
  if (cursor.peek().kind !== 'string') throw cursor.fail('a string');
  const token = cursor.take();
  const [text = '', ...more] = token.parts;
  if (typeof text === 'string' && more.length === 0) return { ...placeOf(token), kind: 'literal', value: text };
  const parts = token.parts.map((part) => {
    if (typeof part === 'string') return part;
    const inner = new TokenCursor(part);
    const value = parseExpression(inner);
    if (inner.peek().kind !== 'end') throw inner.fail("'}'");
    return value;
  });
  return { ...placeOf(token), kind: 'interpolation', parts };
}

function parenthesized(cursor: TokenCursor): Expression {
  const place = placeOf(cursor.peek());
  let end = 1;
  while (cursor.peek(end).kind === 'name' || cursor.sees(',', end)) end += 1;
  const names = cursor.sees(')', end) && cursor.sees('=>', end + 1);
  cursor.expect('(');
  if (names) {
    const parameters: string[] = [];
    while (!cursor.accepts(')')) {
      parameters.push(cursor.expectName());
      if (!cursor.sees(')')) cursor.expect(',');
    }
    return lambda(cursor, place, parameters);
  }
  cursor.skipNewlines();
  const inner = parseExpression(cursor);
  cursor.skipNewlines();
  cursor.expect(')');
  return inner;
}

function lambda(cursor: TokenCursor, place: ReturnType<typeof placeOf>, parameters: string[]): Expression {
  cursor.expect('=>');
  cursor.skipNewlines();
  return { ...place, kind: 'lambda', parameters, body: parseExpression(cursor) };
}

function array(cursor: TokenCursor): Expression {
  const place = placeOf(cursor.expect('['));
  if (cursor.seesWord('for', cursor.newlines())) return loop(cursor, place);
  const items: ArrayItem[] = [];
  separated(cursor, ']', () => {
    const spread = cursor.accepts('...');
    items.push({ spread, value: parseExpression(cursor) });
  });
  return { ...place, kind: 'array', items };
}

function loop(cursor: TokenCursor, place: ReturnType<typeof placeOf>): Expression {
  cursor.skipNewlines();
  cursor.expectWord('for');
  const variables: string[] = [];
  if (cursor.accepts('(')) {
    variables.push(cursor.expectName());
    cursor.expect(',');
    variables.push(cursor.expectName());
    cursor.expect(')');
  } else variables.push(cursor.expectName());
  cursor.expectWord('in');
  const over = parseExpression(cursor);
  cursor.expect(':');
  cursor.skipNewlines();
  const body = parseBody(cursor);
  cursor.skipNewlines();
  cursor.expect(']');
  return { ...place, kind: 'for', variables, over, body };
}

/** What stands after `=` of a resource or module and after `:` of a loop: it may be `if (condition) {...}`. */
export function parseBody(cursor: TokenCursor): Expression {
  const place = placeOf(cursor.peek());
  if (!cursor.seesWord('if') || !cursor.sees('(', 1)) return parseExpression(cursor);
  cursor.take();
  const [condition, ...more] = parseArguments(cursor);
  if (condition === undefined || more.length > 0) throw cursor.fail('one condition');
  return { ...place, kind: 'if', condition, body: parseObject(cursor) };
}

function parseObject(cursor: TokenCursor): Expression {
  const place = placeOf(cursor.expect('{'));
  const properties: Property[] = [];
  const resources: ResourceStatement[] = [];
  separated(cursor, '}', () => {
    if (startsResource(cursor)) resources.push(resourceStatement(cursor, []));
    else if (cursor.accepts('...')) properties.push({ key: undefined, value: parseExpression(cursor) });
    else {
      const key = propertyKey(cursor);
      cursor.expect(':');
      cursor.skipNewlines();
      properties.push({ key, value: parseExpression(cursor) });
    }
  });
  return { ...place, kind: 'object', properties, resources };
}

function propertyKey(cursor: TokenCursor): Expression {
  const token = cursor.peek();
  if (token.kind === 'string') return parseString(cursor);
  return { ...placeOf(token), kind: 'literal', value: cursor.expectName() };
}

/** Items of an array or object: on lines of their own, or with commas on one line. */
export function separated(cursor: TokenCursor, close: string, item: () => void): void {
  cursor.skipNewlines();
  while (!cursor.accepts(close)) {
    item();
    if (cursor.sees(close)) continue;
    if (!cursor.accepts(',') && cursor.peek().kind !== 'newline') throw cursor.fail(`a new line, ',' or '${close}'`);
    cursor.skipNewlines();
  }
}

export const placeOf = ({ file, line }: Token): { file: string; line: number } => ({ file, line });
