/** Fills in the Exchange set-up with what is known of a tenant, so that nobody looks an id up, or copies the wrong one. */

import { z } from 'zod';
import { TenantpostError } from '../../errors.ts';
import { address } from '../../mail-address.ts';
import { mailboxesSchema } from '../invitation-request.ts';
import { rights, rightsSchema } from '../rights.ts';
import { tenantReference } from '../tenant-directory.ts';
import type { Tenant } from '../tenant.ts';
import { exchangeForms, type ExchangeSetup, exchangeSetup } from './exchange-setup.ts';
import { needsMailboxPermission } from './protocols.ts';

/** The Functions host joins what is given several times by commas (seen on host 4.1037). */
const several = z.string().transform((text) => text.split(',').map((one) => one.trim()));

export const exchangePath = z.strictObject({ tenant: tenantReference });

export const exchangeQuery = z.strictObject({
  form: z
    .enum(exchangeForms, { error: `one of ${exchangeForms.join(', ')}` })
    .meta({
      description:
        'commands: the lines to paste. script: the same, to be run again. scoped: by RBAC for Applications. undo: takes it all away. Left out: scoped for a tenant that was invited so, else commands.',
    })
    .optional(),
  mailbox: several
    .pipe(mailboxesSchema)
    .meta({ description: 'Once for each mailbox, or separated by commas; those of the invitation if left out.' })
    .optional(),
  right: several
    .pipe(rightsSchema)
    .meta({ description: `Of ${rights.join(', ')}; those of the invitation if left out.` })
    .optional(),
  group: address
    .meta({ description: 'With scoped: the group whose members are the mailboxes; it is made if there is none.' })
    .optional(),
});

export type ExchangeQuery = z.infer<typeof exchangeQuery>;

interface Dependencies {
  readonly tenants: {
    /** @throws TenantpostError */
    resolve(text: string): Promise<string>;
    /** @throws TenantpostError `TENANT_UNKNOWN` */
    read(id: string): Promise<{ readonly tenant: Tenant }>;
  };
  readonly clientId: string;
  readonly displayName: string;
}

/**
 * @param named the tenant, by id or domain.
 * @returns PowerShell.
 * @throws TenantpostError `CONSENT_NOT_PROVEN` when no token has told the object id, `REQUEST_INVALID` when nobody has named a
 *   mailbox, and what `resolve` and `read` throw.
 */
export async function exchangeInstructions(
  { tenants, clientId, displayName }: Dependencies,
  named: string,
  { form, mailbox = [], right, group }: ExchangeQuery,
): Promise<string> {
  const { tenant } = await tenants.read(await tenants.resolve(named));
  if (tenant.objectId === undefined) {
    throw new TenantpostError('CONSENT_NOT_PROVEN', 'No token of the tenant has told its enterprise application yet.', {
      detail: { tenantId: tenant.id },
    });
  }
  const setup: ExchangeSetup = {
    form: form ?? (tenant.scoped === true ? 'scoped' : 'commands'),
    organization: tenant.id,
    appId: clientId,
    objectId: tenant.objectId,
    displayName,
    mailboxes: mailbox.length > 0 ? mailbox : (tenant.mailboxes ?? []),
    rights: right ?? tenant.rights ?? ['Mail.Send'],
    group,
  };
  if (setup.mailboxes.length === 0 && isByMailbox(setup)) {
    throw new TenantpostError('REQUEST_INVALID', 'Which mailboxes? The invitation named none.', {
      detail: { field: '/mailbox', expected: 'the address of a mailbox' },
    });
  }
  return exchangeSetup(setup);
}

/** By Graph without a scope the consent is all; and what there is of the app can be taken away without knowing for whom. */
function isByMailbox({ form, rights: wanted }: ExchangeSetup): boolean {
  return form === 'scoped' || (form !== 'undo' && needsMailboxPermission(wanted));
}
