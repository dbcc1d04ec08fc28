/**
 * Exchange answers from caches: a new right works only after a while, and a removed one works on for as long. The
 * cmdlets read and write the truth behind them.
 */

interface Lasting {
  since?: number;
  until?: number;
}

/** What the cmdlets see: everything that is not removed. */
export const isPresent = (item: Lasting): boolean => item.until === undefined;

/** What Graph and the mail servers see at a moment, when a change takes `delay` milliseconds to arrive. */
export function isInForce({ since, until }: Lasting, delay: number, now: number): boolean {
  if (since !== undefined && since + delay > now) return false;
  return until === undefined || until + delay > now;
}
