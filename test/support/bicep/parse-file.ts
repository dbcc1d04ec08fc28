/** The statements of one `.bicep` or `.bicepparam` file. */

import { Lexer } from './lexer.ts';
import { parseDecorators } from './parse-decorators.ts';
import { parseBody, parseExpression, placeOf, separated } from './parse-expression.ts';
import { resourceStatement } from './parse-resource.ts';
import { parseType } from './parse-type.ts';
import type { Decorator, Statement } from './syntax.ts';
import { TokenCursor } from './token-cursor.ts';

export function parseFile(source: string, file: string): Statement[] {
  const cursor = new TokenCursor(new Lexer(source, file).tokens());
  const parameterFile = file.endsWith('.bicepparam');
  const statements: Statement[] = [];
  for (;;) {
    cursor.skipNewlines();
    if (cursor.peek().kind === 'end') return statements;
    statements.push(statement(cursor, parseDecorators(cursor), parameterFile));
    if (cursor.peek().kind !== 'newline' && cursor.peek().kind !== 'end') throw cursor.fail('a new line');
  }
}

function statement(cursor: TokenCursor, decorators: readonly Decorator[], parameterFile: boolean): Statement {
  const head = { ...placeOf(cursor.peek()), decorators };
  const value = () => {
    cursor.expect('=');
    cursor.skipNewlines();
    return parseExpression(cursor);
  };
  if (cursor.seesWord('resource')) return resourceStatement(cursor, decorators);
  const keyword = cursor.expectName();
  switch (keyword) {
    case 'targetScope':
      return { ...head, kind: 'targetScope', value: value() };
    case 'using':
      return { ...head, kind: 'using', path: cursor.expectText() };
    case 'extension':
      return { ...head, kind: 'extension', name: cursor.expectName() };
    case 'metadata':
      return { ...head, kind: 'metadata', name: cursor.expectName(), value: value() };
    case 'param':
      return parameterFile
        ? { ...head, kind: 'assignment', name: cursor.expectName(), value: value() }
        : {
            ...head,
            kind: 'param',
            name: cursor.expectName(),
            type: parseType(cursor),
            initial: cursor.sees('=') ? value() : undefined,
          };
    case 'var': {
      const name = cursor.expectName();
      const type = cursor.sees('=') ? undefined : parseType(cursor);
      return { ...head, kind: 'var', name, type, value: value() };
    }
    case 'type': {
      const name = cursor.expectName();
      cursor.expect('=');
      return { ...head, kind: 'type', name, type: parseType(cursor) };
    }
    case 'module': {
      const name = cursor.expectName();
      const path = cursor.expectText();
      cursor.expect('=');
      return { ...head, kind: 'module', name, path, value: parseBody(cursor) };
    }
    case 'output':
      return { ...head, kind: 'output', name: cursor.expectName(), type: parseType(cursor), value: value() };
    case 'import':
      return { ...head, kind: 'import', ...importedNames(cursor) };
    default:
      throw cursor.fail(`a statement that this reader knows after or instead of '${keyword}'`);
  }
}

function importedNames(cursor: TokenCursor): { names: { name: string; as: string }[]; path: string } {
  const names: { name: string; as: string }[] = [];
  cursor.expect('{');
  separated(cursor, '}', () => {
    const name = cursor.expectName();
    names.push({ name, as: cursor.acceptsWord('as') ? cursor.expectName() : name });
  });
  cursor.expectWord('from');
  return { names, path: cursor.expectText() };
}
