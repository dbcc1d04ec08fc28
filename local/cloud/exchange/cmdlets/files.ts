/** What a script reads: https://learn.microsoft.com/powershell/module/microsoft.powershell.utility/import-csv. */

import { cmdlet } from '../powershell/cmdlet.ts';
import { text } from '../powershell/parameter-types.ts';
import type { CmdletObject } from '../powershell/value.ts';

export const fileCmdlets = [
  cmdlet('Import-Csv', { Path: text }, (session, { Path }) => objectsOf(rowsOf(session.readFile(Path))), {
    positional: ['Path'],
    needsNoConnection: true,
  }),
];

function rowsOf(csv: string): string[][] {
  const lines = csv.replace(/^\ufeff/, '').split(/\r?\n/);
  return lines.filter((line) => line.trim() !== '' && !line.startsWith('#TYPE')).map(cellsOf);
}

/** A cell may stand in quotes, and two quotes in it are one: RFC 4180. */
function cellsOf(line: string): string[] {
  const cells = [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))/g)];
  return cells.map(([, quoted, plain = '']) => quoted?.replaceAll('""', '"') ?? plain);
}

/** The first row names the properties; a row that ends early has nothing in the last of them. */
function objectsOf([names = [], ...rows]: string[][]): CmdletObject[] {
  return rows.map((row) => ({
    properties: Object.fromEntries(names.map((name, at) => [name, row[at] ?? null])),
    view: names,
  }));
}
