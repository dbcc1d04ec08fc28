/** `@allowed([...])` and the like, each on a line of its own above what it decorates. */

import { parseArguments, placeOf } from './parse-expression.ts';
import type { Decorator } from './syntax.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Those whose meaning this reader keeps, and those that change nothing that it reads. */
const known = new Set([
  'allowed',
  'minLength',
  'maxLength',
  'minValue',
  'maxValue',
  'description',
  'metadata',
  'secure',
  'sealed',
  'export',
  'batchSize',
  'onlyIfNotExists',
]);

export function parseDecorators(cursor: TokenCursor): Decorator[] {
  const decorators: Decorator[] = [];
  while (cursor.sees('@')) {
    const place = placeOf(cursor.take());
    if (cursor.seesWord('sys') && cursor.sees('.', 1)) {
      cursor.take();
      cursor.take();
    }
    if (!known.has(cursor.peek().text)) throw cursor.fail('a decorator that this reader knows');
    const name = cursor.expectName();
    decorators.push({ ...place, name, arguments: parseArguments(cursor) });
    if (cursor.peek().kind !== 'newline') throw cursor.fail('a new line after a decorator');
    cursor.skipNewlines();
  }
  return decorators;
}
