/** Strings of PowerShell: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_quoting_rules. */

import type { Scanner } from './scanner.ts';
import type { Pipeline } from './syntax.ts';

const escapes = new Map([
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['0', '\0'],
]);

/**
 * Nothing in it has a meaning but two quotes, which stand for the first of them. PowerShell takes the typographic quotes of
 * word processors for quotes: whichever of them ends the string
 * (https://learn.microsoft.com/powershell/scripting/lang-spec/chapter-02#2352-string-literals).
 */
export function takeSingleQuoted(scanner: Scanner): string {
  const at = scanner.position;
  const found = scanner.take(/'((?:[^'\u2018-\u201b]|['\u2018-\u201b]{2})*)['\u2018-\u201b]/y);
  if (found === undefined) return scanner.fail("The string is missing the terminator: '.", at);
  return (found[1] ?? '').replaceAll(/(['\u2018-\u201b])['\u2018-\u201b]/g, '$1');
}

/** Variables and `$( )` in it are replaced by their values when the script is run. */
export function takeDoubleQuoted(scanner: Scanner, pipeline: () => Pipeline): (string | Pipeline)[] {
  const at = scanner.position;
  const parts: (string | Pipeline)[] = [];
  scanner.expect(/"/y, '"');
  for (;;) {
    const literal = scanner.take(/[^"\u201c-\u201e`$]+/y)?.[0];
    const doubled = literal ?? scanner.take(/(["\u201c-\u201e])["\u201c-\u201e]/y)?.[1];
    if (doubled !== undefined) parts.push(doubled);
    else if (scanner.take(/["\u201c-\u201e]/y)) return parts;
    else if (scanner.next === '`') parts.push(takeEscape(scanner));
    else if (scanner.next === '$') parts.push(takeExpansion(scanner, pipeline));
    else return scanner.fail('The string is missing the terminator: ".', at);
  }
}

function takeEscape(scanner: Scanner): string {
  const [, character = ''] = scanner.expect(/`([^])/y, 'a character behind the backtick');
  return escapes.get(character) ?? character;
}

function takeExpansion(scanner: Scanner, pipeline: () => Pipeline): string | Pipeline {
  if (scanner.take(/\$\(/y)) {
    scanner.skipLines();
    const nested = pipeline();
    scanner.skipLines();
    scanner.expect(/\)/y, "')'");
    return nested;
  }
  const at = scanner.position;
  const name = scanner.take(/\$(\w+)/y)?.[1] ?? scanner.take(/\$\{(\w+)\}/y)?.[1];
  if (name === undefined) return scanner.expect(/\$/y, '$')[0];
  if (scanner.isAt(/:/y)) {
    scanner.fail(
      "Variable reference is not valid. ':' was not followed by a valid variable name character. Consider using ${} to delimit the name.",
      at,
    );
  }
  return { kind: 'pipeline', first: { kind: 'variable', name: name.toLowerCase(), at }, rest: [] };
}

/** The text between two braces that belong together, whatever is quoted in it. */
export function takeBraces(scanner: Scanner): string {
  const at = scanner.position;
  scanner.expect(/\{/y, "'{'");
  let text = '';
  for (let depth = 1; ;) {
    const [piece = ''] = scanner.take(/[^{}'"]+|'[^']*'|"[^"]*"|[{}]/y) ?? [];
    if (piece === '') return scanner.fail("Missing closing '}' in statement block.", at);
    if (piece === '{') depth += 1;
    if (piece === '}') depth -= 1;
    if (depth === 0) return text.trim();
    text += piece;
  }
}
