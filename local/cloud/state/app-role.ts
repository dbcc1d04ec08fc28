/** An application permission of an API. */

import { z } from 'zod';

/** `resource` is the API's identifier URI, `role` the value that appears in `roles`. */
export const appRole = z.strictObject({ resource: z.string(), role: z.string() });

export type AppRole = z.infer<typeof appRole>;
