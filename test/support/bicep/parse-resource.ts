/** Resource declarations, at the top of a file or inside another resource. */

import { parseBody } from './parse-expression.ts';
import type { Decorator, ResourceStatement } from './syntax.ts';
import type { TokenCursor } from './token-cursor.ts';

/** A property may be called `resource` too: a declaration has a name and a type after the word. */
export function startsResource(cursor: TokenCursor): boolean {
  return cursor.seesWord('resource') && cursor.peek(1).kind === 'name' && cursor.peek(2).kind === 'string';
}

export function resourceStatement(cursor: TokenCursor, decorators: readonly Decorator[]): ResourceStatement {
  const { file, line } = cursor.peek();
  cursor.expectWord('resource');
  const name = cursor.expectName();
  const [type = '', apiVersion = '', ...more] = cursor.expectText().split('@');
  if (more.length > 0) throw cursor.fail('one api version');
  const existing = cursor.acceptsWord('existing');
  cursor.expect('=');
  return { kind: 'resource', file, line, name, type, apiVersion, existing, decorators, value: parseBody(cursor) };
}
