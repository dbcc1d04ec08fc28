/** What may be asked of the HTTP API about tenants and invitations. */

import { z } from 'zod';
import { address } from '../../mail-address.ts';
import { continuation, limit } from '../../request-parts.ts';
import { rights, rightsSchema } from '../rights.ts';
import { tenantReference } from '../tenant-directory.ts';
import { tenantStates } from '../tenant.ts';

export const tenantPath = z.object({ tenant: tenantReference });

export const invitationPath = z.object({
  id: z.guid({ error: 'the id of an invitation' }).meta({ description: 'The invitation’s id.' }),
});

export const tenantsQuery = z.strictObject({
  state: z.enum(tenantStates, { error: `one of ${tenantStates.join(', ')}` }).optional(),
  limit,
  continuation,
});

export const invitationsQuery = z.strictObject({
  tenant: tenantReference.meta({ description: 'That name this tenant, or were used by it.' }).optional(),
  limit,
  continuation,
});

export const verifyBody = z.strictObject({
  mailbox: address
    .meta({ description: 'By which a scoped tenant is proved: nothing is sent. It is kept as one of the tenant’s.' })
    .optional(),
  rights: rightsSchema
    .meta({ description: `Of ${rights.join(', ')}; by default what the installation or the tenant uses.` })
    .optional(),
  scoped: z
    .boolean({ error: 'true or false' })
    .meta({ description: 'Mailboxes are granted by RBAC for Applications in Exchange Online, not by consent.' })
    .optional(),
});
