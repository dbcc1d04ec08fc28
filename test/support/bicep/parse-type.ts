/** Types of parameters and outputs: https://learn.microsoft.com/azure/azure-resource-manager/bicep/user-defined-data-types. */

import { parseDecorators } from './parse-decorators.ts';
import { placeOf, separated } from './parse-expression.ts';
import type { TypeExpression, TypeProperty } from './syntax.ts';
import type { TokenCursor } from './token-cursor.ts';

export function parseType(cursor: TokenCursor): TypeExpression {
  const place = placeOf(cursor.peek());
  const members = [suffixed(cursor)];
  while (cursor.sees('|', cursor.newlines())) {
    cursor.skipNewlines();
    cursor.take();
    cursor.skipNewlines();
    members.push(suffixed(cursor));
  }
  const [only] = members;
  return members.length === 1 && only !== undefined ? only : { ...place, kind: 'union', members };
}

function suffixed(cursor: TokenCursor): TypeExpression {
  let type = single(cursor);
  for (;;) {
    const place = placeOf(cursor.peek());
    if (cursor.sees('[') && cursor.sees(']', 1)) {
      cursor.take();
      cursor.take();
      type = { ...place, kind: 'array', of: type };
    } else if (cursor.accepts('?')) type = { ...place, kind: 'nullable', of: type };
    else return type;
  }
}

function single(cursor: TokenCursor): TypeExpression {
  const token = cursor.peek();
  const place = placeOf(token);
  if (token.kind === 'string') return { ...place, kind: 'literal', value: cursor.expectText() };
  if (token.kind === 'number') return { ...place, kind: 'literal', value: Number(cursor.take().text) };
  if (cursor.sees('{')) return objectType(cursor);
  if (cursor.accepts('(')) {
    cursor.skipNewlines();
    const type = parseType(cursor);
    cursor.skipNewlines();
    cursor.expect(')');
    return type;
  }
  const name = cursor.expectName();
  if (name === 'true' || name === 'false') return { ...place, kind: 'literal', value: name === 'true' };
  if (name === 'null') return { ...place, kind: 'literal', value: null };
  return { ...place, kind: 'named', name };
}

function objectType(cursor: TokenCursor): TypeExpression {
  const place = placeOf(cursor.expect('{'));
  const properties: TypeProperty[] = [];
  let additional: TypeExpression | undefined;
  separated(cursor, '}', () => {
    const decorators = parseDecorators(cursor);
    if (cursor.accepts('*')) {
      cursor.expect(':');
      additional = parseType(cursor);
      return;
    }
    const name = cursor.peek().kind === 'string' ? cursor.expectText() : cursor.expectName();
    cursor.expect(':');
    properties.push({ name, type: parseType(cursor), decorators });
  });
  return { ...place, kind: 'object', properties, additional };
}
