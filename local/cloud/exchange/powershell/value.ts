/** What variables hold and pipelines carry. */

export type Property = null | boolean | number | string | string[];

/** An object as a cmdlet gives it out. */
export interface CmdletObject {
  properties: Record<string, Property>;
  /** The properties that are shown when the script does not say which. */
  view: string[];
}

/** What Format-Table and Format-List make: nothing can be done with it but to show it. */
export interface Formatted {
  lines: string[];
}

export type Value = Property | CmdletObject | Formatted | Value[];

export const isCmdletObject = (value: Value): value is CmdletObject =>
  typeof value === 'object' && value !== null && 'properties' in value;

export const isFormatted = (value: Value): value is Formatted =>
  typeof value === 'object' && value !== null && 'lines' in value;

/** As PowerShell converts to Boolean: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_booleans. */
export function isTrue(value: Value): boolean {
  if (!Array.isArray(value)) return value !== null && value !== false && value !== '' && value !== 0;
  const [only = null, ...others] = value;
  return others.length > 0 || isTrue(only);
}

/** A pipeline of one object is that object, and one of none is nothing. */
export function ofPipeline(values: Value[]): Value {
  const [only = null, ...others] = values;
  return others.length > 0 ? values : only;
}

export const asArray = (value: Value): Value[] => (Array.isArray(value) ? value : value === null ? [] : [value]);

export function textOf(value: Value): string {
  if (value === null) return '';
  if (value === true) return 'True';
  if (value === false) return 'False';
  if (Array.isArray(value)) return value.map(textOf).join(' ');
  if (typeof value !== 'object') return String(value);
  if ('lines' in value) return value.lines.join('\n');
  return textOf(value.properties['Identity'] ?? value.properties['Name'] ?? null);
}
