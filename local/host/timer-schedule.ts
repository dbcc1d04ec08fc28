/** NCRONTAB schedules in UTC, and the arithmetic of a timer's status. */

import { Cron } from 'croner';
import { ConfigurationError } from './describe-issues.ts';

/** A field of NCRONTAB: what cron dialects add to it (`L`, `W`, `#`, `?`) is refused. */
const name = '[A-Za-z]{3,9}';
const field = new RegExp(`^(?:\\*|(?:\\d+|${name})(?:-(?:\\d+|${name}))?)(?:/\\d+)?$`);

export class TimerSchedule {
  readonly #cron: Cron;
  readonly #expression: string;

  /** @throws ConfigurationError */
  constructor(expression: string) {
    const fields = expression.trim().split(/\s+/);
    const valid = fields.length === 6 && fields.every((one) => one.split(',').every((part) => field.test(part)));
    if (!valid) throw invalid(expression);
    // Full names of days and months are allowed, croner knows the short ones.
    this.#expression = fields.join(' ').replaceAll(/[A-Za-z]+/g, (word) => word.slice(0, 3).toUpperCase());
    try {
      // A day must match both day fields, and 5/15 counts from 5 to the end: NCRONTAB's rules, not classical cron's.
      const options = {
        timezone: 'Etc/UTC',
        mode: '6-part',
        domAndDow: true,
        sloppyRanges: true,
        paused: true,
      } as const;
      this.#cron = new Cron(this.#expression, options);
    } catch (cause) {
      throw invalid(expression, cause);
    }
    if (this.#cron.nextRun() === null) throw new ConfigurationError(`Schedule "${expression}" never comes.`);
  }

  /** The first occurrence after a moment, that moment excluded. */
  next(after: Date): Date {
    const next = this.#cron.nextRun(after);
    if (!next)
      throw new ConfigurationError(`Schedule "${this.#expression}" has no occurrence after ${after.toISOString()}.`);
    return next;
  }

  /** More often than once a minute, always: then the real host keeps no status (TimerSchedule.cs, ShouldDisableScheduleMonitor). */
  get isSubMinute(): boolean {
    if (!/^\S+ \* \* \* \* \*$/.test(this.#expression)) return false;
    const minute = new Date(0);
    return this.next(this.next(minute)).getTime() <= minute.getTime() + 60_000;
  }
}

function invalid(expression: string, cause?: unknown): ConfigurationError {
  return new ConfigurationError(
    `Schedule "${expression}" is no six-field NCRONTAB expression (sec min hour day month day-of-week); ` +
      'a TimeSpan works on App Service plans only.',
    { cause },
  );
}

/** .NET's default date: what `last` is before the first run. */
export const never = new Date('0001-01-01T00:00:00Z');

export interface ScheduleStatus {
  last: Date;
  next: Date;
  lastUpdated: Date;
}

export function initialStatus(schedule: TimerSchedule, now: Date): ScheduleStatus {
  return { last: never, next: schedule.next(now), lastUpdated: now };
}

/**
 * The status to go on with after a restart. One that was kept under another schedule starts over, so that a change of
 * schedule does not count as a missed run (ScheduleMonitor.cs, CheckPastDueAsync).
 */
export function resumedStatus(kept: ScheduleStatus, schedule: TimerSchedule, now: Date): ScheduleStatus {
  const countedFrom = kept.last > never ? kept.last : kept.lastUpdated;
  const expected = schedule.next(countedFrom);
  if (expected.getTime() === kept.next.getTime()) return kept;
  return expected < now ? initialStatus(schedule, now) : { last: never, next: expected, lastUpdated: countedFrom };
}

/**
 * The status after a run. A timer that fired a little early counts from the moment it was meant for: otherwise the same
 * occurrence would come up twice.
 */
export function statusAfter(run: Date, planned: Date | undefined, schedule: TimerSchedule): ScheduleStatus {
  const at = planned !== undefined && planned > run ? planned : run;
  return { last: at, next: schedule.next(at), lastUpdated: at };
}
