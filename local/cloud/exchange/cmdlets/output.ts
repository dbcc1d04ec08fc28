/** What a script shows, and what it keeps of what it got: the few cmdlets of PowerShell itself. */

import { z } from 'zod';
import { cmdlet } from '../powershell/cmdlet.ts';
import { flag, text, texts, wholeNumber } from '../powershell/parameter-types.ts';
import { CmdletError } from '../powershell/script-error.ts';
import { listOf, tableOf } from '../powershell/show.ts';
import { asArray, isCmdletObject, textOf, type Value } from '../powershell/value.ts';

const needsNoConnection = true;
/** Anything: an object is shown by its identity. */
const shown = z.custom<Value>((value) => value !== undefined);

export const outputCmdlets = [
  cmdlet(
    'Write-Host',
    { Object: shown.optional(), ForegroundColor: text.optional() },
    (session, { Object: value = '' }) => {
      session.lines.push(textOf(value));
      return [];
    },
    { positional: ['Object'], needsNoConnection },
  ),
  cmdlet('Write-Output', { InputObject: shown }, (_session, { InputObject }) => asArray(InputObject), {
    positional: ['InputObject'],
    needsNoConnection,
  }),
  cmdlet(
    'Write-Warning',
    { Message: text },
    (session, { Message }) => {
      session.warn(Message);
      return [];
    },
    { positional: ['Message'], needsNoConnection },
  ),
  cmdlet(
    'Format-Table',
    { Property: texts.optional(), AutoSize: flag, Wrap: flag },
    (_session, { Property }, input) => [{ lines: tableOf(input.filter(isCmdletObject), Property) }],
    { positional: ['Property'], aliases: ['ft'], takesInput: true, needsNoConnection },
  ),
  cmdlet(
    'Format-List',
    { Property: texts.optional() },
    (_session, { Property }, input) => [{ lines: listOf(input.filter(isCmdletObject), Property) }],
    { positional: ['Property'], aliases: ['fl'], takesInput: true, needsNoConnection },
  ),
  cmdlet(
    'Select-Object',
    { Property: texts.optional(), ExpandProperty: text.optional(), First: wholeNumber(0, 2 ** 31 - 1).optional() },
    (_session, { Property, ExpandProperty, First }, input) => {
      const objects = input.filter(isCmdletObject).slice(0, First);
      if (ExpandProperty !== undefined) {
        return objects.flatMap(({ properties }) => asArray(valueOf(properties, ExpandProperty)));
      }
      if (Property === undefined) return objects;
      return objects.map(({ properties }) => ({
        properties: Object.fromEntries(Property.map((name) => [name, valueOf(properties, name)])),
        view: Property,
      }));
    },
    { positional: ['Property'], aliases: ['select'], takesInput: true, needsNoConnection },
  ),
  cmdlet('Out-Null', {}, () => [], { takesInput: true, needsNoConnection }),
];

function valueOf<Property>(properties: Record<string, Property>, name: string): Property {
  const found = Object.entries(properties).find(([one]) => one.toLowerCase() === name.toLowerCase());
  if (found !== undefined) return found[1];
  throw new CmdletError(`Property "${name}" cannot be found.`);
}
