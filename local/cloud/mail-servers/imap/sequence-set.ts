/** Sets of numbers as IMAP writes them: `1,3:5,10:*` (RFC 3501 section 9, sequence-set). */

import { ArgumentError } from './tokens.ts';

/** Whether a number is in the set. `*` is the largest number in use. @throws ArgumentError */
export function parseSequenceSet(text: string, largest: number): (number: number) => boolean {
  const ranges = text.split(',').map((part) => {
    const [, from, to = from] = /^([1-9]\d{0,9}|\*)(?::([1-9]\d{0,9}|\*))?$/.exec(part) ?? [];
    if (from === undefined || to === undefined) throw new ArgumentError('no set of numbers');
    const ends = [from, to].map((end) => (end === '*' ? largest : Number(end)));
    return [Math.min(...ends), Math.max(...ends)] as const;
  });
  return (number) => ranges.some(([from, to]) => number >= from && number <= to);
}

/** Whether it names a number that is larger than the largest in use. `*` never does. */
export function reachesBeyond(text: string, largest: number): boolean {
  return text.split(/[,:]/).some((part) => part !== '*' && Number(part) > largest);
}

export const isSequenceSet = (text: string): boolean => /^(?:\d+|\*)(?::(?:\d+|\*))?(?:,|$)/.test(text);

/** The shortest way to write numbers that are in order: `1:3,7`. */
export function formatSequenceSet(numbers: readonly number[]): string {
  const ranges: [number, number][] = [];
  for (const number of numbers) {
    const last = ranges.at(-1);
    if (last !== undefined && number === last[1] + 1) last[1] = number;
    else ranges.push([number, number]);
  }
  return ranges.map(([from, to]) => (from === to ? `${from}` : `${from}:${to}`)).join(',');
}
