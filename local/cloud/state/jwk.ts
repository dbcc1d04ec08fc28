/** A key in JSON form, as RFC 7517 writes it. */

import type { JWK } from 'jose';
import { z } from 'zod';

/** Only what every key has: jose checks the rest when the key is used. */
export const jwk = z.custom<JWK>(
  (value) => z.looseObject({ kty: z.string() }).safeParse(value).success,
  'must be a JWK',
);
