/** A tenant of a seed file: its administrators, mailboxes, consents and Exchange set-up. */

import { z } from 'zod';
import { directoryState } from '../state/directory.ts';
import { mailboxExchange } from '../state/exchange.ts';
import { domainName, guid, mailboxName, permission } from './names.ts';

const mailbox = z.strictObject({
  name: mailboxName,
  displayName: z.string().min(1).exactOptional(),
  /** User id; made of the address when left out. */
  id: guid.exactOptional(),
  /** False for a user without an Exchange licence. */
  licensed: z.boolean().default(true),
  ...mailboxExchange.shape,
});

const consent = z.strictObject({
  /** `displayName` of a registration. */
  app: z.string(),
  /** All that the registration asks for when left out. */
  permissions: z.array(permission).exactOptional(),
  /** Object id of the enterprise application; made of tenant and app when left out. */
  objectId: guid.exactOptional(),
  enabled: z.boolean().default(true),
});

const exchangeApp = z.strictObject({
  /** `displayName` of a registration to which the tenant has consented. */
  app: z.string(),
  /** What the administrator typed for the object id, where that is not the right one. */
  objectId: guid.exactOptional(),
  /** Mailboxes that it may open: `Add-MailboxPermission -AccessRights FullAccess`. */
  fullAccess: z.array(mailboxName).default([]),
  /** Mailboxes in whose name it may send: `Add-RecipientPermission -AccessRights SendAs`. */
  sendAs: z.array(mailboxName).default([]),
  /** RBAC for Applications: `New-ManagementRoleAssignment`. */
  roles: z
    .array(
      z.strictObject({
        /** `Application Mail.Send` ... */
        role: z.string().regex(/^Application /, 'must be an application role, such as Application Mail.Send'),
        /** The filter of a management scope: `CustomAttribute1 -eq 'post'`. The whole organization when left out. */
        filter: z.string().min(1).exactOptional(),
      }),
    )
    .default([]),
});

const exchange = z.strictObject({
  /** Off for new organizations, as in Exchange. */
  smtpAuthEnabled: z.boolean().default(false),
  securityDefaults: z.boolean().default(false),
  maxRecipientsPerMessage: z.int().min(1).exactOptional(),
  /** The service principals that Exchange knows: `New-ServicePrincipal`. */
  apps: z.array(exchangeApp).default([]),
});

const directory = directoryState.tenants.element.shape;

export const seedTenant = z.strictObject({
  domain: domainName,
  /** Made of the domain when left out. */
  id: guid.exactOptional(),
  displayName: z.string().min(1).exactOptional(),
  /** Who may consent. */
  administrators: z.array(mailboxName).min(1).default(['admin']),
  mailboxes: z.array(z.union([mailboxName, mailbox])).default([]),
  /** The apps to which its administrator has consented, long ago. */
  consents: z.array(z.union([z.string(), consent])).default([]),
  exchange: exchange.prefault({}),
  nationalCloud: directory.nationalCloud,
  unavailableResources: directory.unavailableResources,
});

export type SeedTenant = z.output<typeof seedTenant>;
