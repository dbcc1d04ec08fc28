/** Times as an operator reads them: how long ago, or in how long, with the moment itself at hand. */

import { html } from 'hono/html';
import type { Html } from '../page.ts';
import { momentText } from '../pages/fragments.ts';

const units = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1000],
] as const;

const relative = new Intl.RelativeTimeFormat('en', { numeric: 'auto' });

export function distanceText(at: number, now: number): string {
  const distance = at - now;
  for (const [unit, length] of units) {
    // From two of the larger unit on, it says enough.
    if (Math.abs(distance) >= (unit === 'second' ? 10_000 : length * (unit === 'day' ? 2 : 1))) {
      return relative.format(Math.round(distance / length), unit);
    }
  }
  return 'just now';
}

/** @param text as ISO 8601. */
export function distance(text: string, now: number): Html {
  const at = Date.parse(text);
  return html`<time datetime="${text}" title="${momentText(at)}">${distanceText(at, now)}</time>`;
}

const clock = new Intl.DateTimeFormat('en-GB', { timeStyle: 'medium', timeZone: 'UTC' });
const short = new Intl.DateTimeFormat('en-GB', { timeStyle: 'short', timeZone: 'UTC' });

export const clockText = (at: number): string => `${clock.format(at)} UTC`;
export const shortClockText = (at: number): string => short.format(at);
