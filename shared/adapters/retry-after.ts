/**
 * Seconds or a date (RFC 9110 section 10.2.3); between a second and an hour, so that nonsense neither spins nor parks.
 *
 * @param value the header as it came, if it came.
 */
export function retryAfterSeconds(value: string | null | undefined): number | undefined {
  if (value === null || value === undefined) return undefined;
  const wanted = /^\d+$/.test(value) ? Number(value) : (Date.parse(value) - Date.now()) / 1000;
  return Number.isNaN(wanted) ? undefined : Math.min(Math.max(wanted, 1), 3600);
}
