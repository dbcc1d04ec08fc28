/** The text form of what comes out of a pipeline: Format-Table and Format-List as PowerShell lays them out. */

import { type CmdletObject, isCmdletObject, isFormatted, textOf, type Value } from './value.ts';

/** Objects of a kind together, in a table when they have few properties to show and in a list when they have many. */
export function showValues(values: readonly Value[]): string[] {
  const objects = values.filter(isCmdletObject);
  const others = values.filter((value) => !isCmdletObject(value));
  const lines = others.flatMap((value) => (isFormatted(value) ? value.lines : [textOf(value)]));
  const [first] = objects;
  if (first === undefined) return lines;
  return [...lines, ...(first.view.length > 4 ? listOf(objects) : tableOf(objects))];
}

/** @param names the properties to show, in order; those that the cmdlet shows by itself when left out. */
export function tableOf(objects: readonly CmdletObject[], names?: string[]): string[] {
  const [first] = objects;
  if (first === undefined) return [];
  const columns = columnsOf(first, names ?? first.view);
  const rows = objects.map((object) => columns.map((name) => shown(object, name)));
  const widths = columns.map((name, index) => Math.max(name.length, ...rows.map((row) => row[index]?.length ?? 0)));
  const line = (cells: string[]): string =>
    cells
      .map((cell, index) => cell.padEnd(widths[index] ?? 0))
      .join(' ')
      .trimEnd();
  return ['', line(columns), line(columns.map((name) => '-'.repeat(name.length))), ...rows.map(line), ''];
}

/** Every property where the script does not say which. */
export function listOf(objects: readonly CmdletObject[], names?: string[]): string[] {
  return objects.flatMap((object) => {
    const rows = columnsOf(object, names ?? Object.keys(object.properties));
    const width = Math.max(...rows.map((name) => name.length));
    return ['', ...rows.map((name) => `${name.padEnd(width)} : ${shown(object, name)}`), ''];
  });
}

/** As the object spells them. What it does not have is shown empty, as PowerShell does. */
function columnsOf(object: CmdletObject, names: string[]): string[] {
  const known = Object.keys(object.properties);
  return names.flatMap((name) =>
    name === '*' ? known : [known.find((one) => one.toLowerCase() === name.toLowerCase()) ?? name],
  );
}

function shown({ properties }: CmdletObject, name: string): string {
  const value = Object.hasOwn(properties, name) ? properties[name] : undefined;
  return Array.isArray(value) ? `{${value.join(', ')}}` : textOf(value ?? null);
}
