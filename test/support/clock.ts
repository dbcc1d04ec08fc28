/** A clock that stands still until a test moves it. */

import type { Clock } from '../../shared/clock.ts';

/** When a test begins, unless it says otherwise. */
export const noon = Date.UTC(2026, 10, 22, 12);

export interface SettableClock {
  readonly now: Clock;
  advance(milliseconds: number): void;
}

export function settableClock(at: number = noon): SettableClock {
  let current = at;
  return {
    now: () => current,
    advance(milliseconds) {
      current += milliseconds;
    },
  };
}
