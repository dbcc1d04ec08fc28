/** The types of cmdlet parameters, and how PowerShell refuses what is not of them. */

import { z } from 'zod';

const cannotConvert = (value: unknown, type: string): string =>
  value !== null && typeof value === 'object'
    ? `Cannot convert an object to type "${type}": name the property that is meant, such as .Identity.`
    : `Cannot convert value "${String(value)}" to type "${type}".`;

export const text = z.union([z.string(), z.number().transform(String)], {
  error: ({ input }) =>
    input === null ? 'Cannot bind the argument because it is null.' : cannotConvert(input, 'System.String'),
});

/** One, or several separated by commas. */
export const texts = z.union([text.transform((only) => [only]), z.array(text)], {
  error: ({ input }) => cannotConvert(input, 'System.String[]'),
});

export const guid = text.refine((value) => z.guid().safeParse(value).success, {
  error: ({ input }) => `${cannotConvert(input, 'System.Guid')} A GUID has 32 digits with 4 dashes.`,
});

export const bool = z.union([z.boolean(), z.literal([0, 1]).transform((number) => number === 1)], {
  error: ({ input }) =>
    `${cannotConvert(input, 'System.Boolean')} Boolean parameters accept only Boolean values and numbers, such as ` +
    '$True, $False, 1 or 0 instead.',
});

/** A switch: true without a value. */
export const flag = z.boolean().optional();

export const wholeNumber = (least: number, most: number) =>
  z.union([z.number(), z.string().regex(/^\d+$/).transform(Number)]).pipe(z.int().min(least).max(most));

/** The largest size that Exchange has: https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox#-prohibitsendquota. */
const MOST_BYTES = 2_199_023_254_528;

/** `35MB`, `49.5 GB`, or bytes: https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox#-maxsendsize. */
export const byteSize = text.transform((value, context): number => {
  const [, number, unit = 'B'] = /^(\d+(?:\.\d+)?) ?(B|KB|MB|GB|TB)?$/i.exec(value) ?? [];
  const bytes = Math.floor(Number(number) * 1024 ** units.indexOf(unit.toUpperCase()));
  if (bytes <= MOST_BYTES) return bytes;
  context.addIssue({ code: 'custom', message: cannotConvert(value, 'Microsoft.Exchange.Data.ByteQuantifiedSize') });
  return z.NEVER;
});
const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** One of the words of a .NET enumeration, without regard to case. */
export const oneOf = <const Word extends string>(...words: Word[]) =>
  text.transform((value, context): Word => {
    const word = words.find((one) => one.toLowerCase() === value.toLowerCase());
    if (word !== undefined) return word;
    context.addIssue({
      code: 'custom',
      message: `Cannot convert value "${value}". The possible values here are "${words.join(',')}".`,
    });
    return z.NEVER;
  });
