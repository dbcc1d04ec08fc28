/** Rows of text under each other. */

import { stripVTControlCharacters } from 'node:util';

/** The last column is as long as it likes. */
export function columns(rows: readonly (readonly string[])[], indent = ''): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => widthOf(row[at] ?? ''))));
  const lines = rows.map((row) =>
    row.map((cell, at) => (at === row.length - 1 ? cell : cell + ' '.repeat((widths[at] ?? 0) - widthOf(cell)))),
  );
  return lines.map((cells) => `${indent}${cells.join('  ')}`.trimEnd()).join('\n');
}

/** Names with what they have; what is undefined is left out. */
export function fields(pairs: readonly (readonly [string, string | undefined])[], indent = '  '): string {
  const given = pairs.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]]));
  return columns(given, indent);
}

/** Colours take no room. */
const widthOf = (cell: string): number => stripVTControlCharacters(cell).length;
