/** What an operator may ask of an invitation. */

import { z } from 'zod';
import { address, addressKey } from '../mail-address.ts';
import { rights, rightsSchema } from './rights.ts';
import { tenantReference } from './tenant-directory.ts';

/** All of them fit into one column of the table, which holds 32,000 characters. */
const mostMailboxes = 100;

/** The mailboxes concerned, each once. */
export const mailboxesSchema = z
  .array(address)
  .max(mostMailboxes, `at most ${mostMailboxes} addresses`)
  .transform((all) => [...new Map(all.map((one) => [addressKey(one), one])).values()])
  .meta({ description: 'The addresses that mail is to be sent or read for; told to the administrator.' });

export const invitationRequest = z
  .strictObject({
    tenant: tenantReference.optional(),
    expiresInHours: z
      .int({ error: 'a whole number of hours' })
      .min(1, 'at least 1 hour')
      .max(720, 'at most 720 hours')
      .default(72),
    rights: rightsSchema
      .meta({ description: `Of ${rights.join(', ')}; by default what the installation or the tenant uses.` })
      .optional(),
    mailboxes: mailboxesSchema.optional(),
    returnUrl: z
      .string()
      .meta({ description: 'Where the administrator may go on; its origin is one of TENANTPOST_RETURN_URLS.' })
      .optional(),
    scoped: z
      .boolean({ error: 'true or false' })
      .meta({ description: 'Mailboxes are granted by RBAC for Applications in Exchange Online, not by consent.' })
      .optional(),
  })
  // A claim of a browser alone would otherwise be proved by a mailbox of somebody's choice.
  .refine(({ scoped, tenant }) => scoped !== true || tenant !== undefined, {
    path: ['tenant'],
    message: 'the tenant, as the invitation is scoped',
  })
  .refine(({ scoped, mailboxes = [] }) => scoped !== true || mailboxes.length > 0, {
    path: ['mailboxes'],
    message: 'at least one mailbox, by which a scoped tenant is proved',
  });

export type InvitationRequest = z.infer<typeof invitationRequest>;
