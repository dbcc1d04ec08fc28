/** One way of getting a mail job wrong. */

export interface Malformed {
  readonly what: string;
  /** For `aMailJob`. */
  readonly overrides: Record<string, unknown>;
  /** JSON pointer. */
  readonly field: string;
  readonly expected: string;
  /** JSON Schema has no words for the rule: only the app refuses it. */
  readonly beyondSchema: boolean;
}

type Row = readonly [what: string, overrides: Record<string, unknown>, field: string, expected: string];

export function malformed(rows: readonly Row[], { beyondSchema = false } = {}): readonly Malformed[] {
  return rows.map(([what, overrides, field, expected]) => ({ what, overrides, field, expected, beyondSchema }));
}

/** An object that is right but for what is said here; `undefined` leaves a field out. */
export const but = (right: Record<string, unknown>) => (wrong: Record<string, unknown>) =>
  Object.fromEntries(Object.entries({ ...right, ...wrong }).filter(([, value]) => value !== undefined));

export const oneLine = 'one line without control characters';
export const wellFormed = 'well-formed Unicode';

/** Half of a surrogate pair. */
export const half = '\ud83c';
