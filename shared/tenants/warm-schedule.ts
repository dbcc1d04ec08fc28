/** The period of the timer as the six-field NCRONTAB expression that the Functions host takes. */

/**
 * @param everySeconds a divisor of a minute, or whole minutes that divide an hour; config.ts sees to that.
 * @param spread from 0 up to 1: at which second of the minute, since all installations of the world, and all shards of one,
 *   would else ask Entra in the same second.
 */
export function warmSchedule(everySeconds: number, spread: number): string {
  if (everySeconds < 60) return `*/${everySeconds} * * * * *`;
  return `${Math.floor(spread * 60)} */${everySeconds / 60} * * * *`;
}
