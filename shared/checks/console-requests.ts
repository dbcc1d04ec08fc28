/** What may be asked of the console's pages and forms, each part by its schema. */

import { z } from 'zod';
import { errorCodes } from '../errors.ts';
import { address } from '../mail-address.ts';
import { tenantStates } from '../tenants/tenant.ts';

export const tenantsQuery = z.object({
  state: z.enum(tenantStates, { error: `one of ${tenantStates.join(', ')}` }).optional(),
  continuation: z.string().min(1).max(4096).optional(),
});

export const causePath = z.object({ code: z.enum(errorCodes, { error: 'a code of docs/errors.md' }) });

/** A field that was left empty comes as an empty text. */
export const checkFields = z.object({
  mailbox: z.union([z.literal('').transform(() => undefined), address], {
    error: 'the address of a mailbox, or nothing',
  }),
});

export const replayFields = z.object({
  evenIfSent: z.enum(['yes', 'no'], { error: 'yes or no' }).transform((answer) => answer === 'yes'),
});
