/** The period of the timer as the six-field NCRONTAB expression that the Functions host takes. */

/** @param everySeconds a divisor of a minute, or whole minutes that divide an hour; config.ts sees to that. */
export function warmSchedule(everySeconds: number): string {
  if (everySeconds < 60) return `*/${everySeconds} * * * * *`;
  return `0 */${everySeconds / 60} * * * *`;
}
