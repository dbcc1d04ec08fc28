/** A point in time as RFC 3339 writes it, with its offset: `2026-01-31T09:30:00Z`, `2026-01-31T10:30:00.5+01:00`. */

import { z } from 'zod';

const example = 'a time with its offset, like 2026-01-31T09:30:00Z';

/** Without leap seconds, which no clock here knows. */
const form =
  /^([0-9]{4})-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt](?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{1,9})?(?:[Zz]|[+-](?:[01][0-9]|2[0-3]):[0-5][0-9])$/;

/** Becomes epoch milliseconds. */
export const rfc3339 = z
  .string()
  .regex(form, example)
  .refine((text) => {
    const [, year = '', month = '', day = ''] = form.exec(text) ?? [];
    // JavaScript takes the 30th of February for the 2nd of March.
    return Number(day) <= new Date(Date.UTC(Number(year), Number(month), 0)).getUTCDate();
  }, example)
  .transform((text) => Date.parse(text.toUpperCase()))
  .meta({ format: 'date-time' });
