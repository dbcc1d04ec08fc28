/** What Exchange Online knows of a tenant beside its mailboxes: the organization's switches and its rights for apps. */

import { z } from 'zod';
import { isRecipientFilter } from '../exchange/recipient-filter.ts';

const exchangeOrganization = z.strictObject({
  tenantId: z.string(),
  /** `Set-TransportConfig -SmtpClientAuthenticationDisabled`; a mailbox may say otherwise. */
  smtpClientAuthenticationDisabled: z.boolean(),
  /** Entra's security defaults, which turn SMTP AUTH off for everybody. */
  securityDefaults: z.boolean().exactOptional(),
  /** `Set-TransportConfig -MaxRecipientEnvelopeLimit`; a mailbox may have its own limit. */
  maxRecipientsPerMessage: z.int().min(1).exactOptional(),
});

/** The switches and attributes of one mailbox. What is absent is as in a new mailbox. */
export const mailboxExchange = z.strictObject({
  /** `Set-CASMailbox -SmtpClientAuthenticationDisabled`; as the organization says when absent. */
  smtpClientAuthenticationDisabled: z.boolean().exactOptional(),
  /** `Set-CASMailbox -ImapEnabled`; true when absent. */
  imapEnabled: z.boolean().exactOptional(),
  /** `Set-CASMailbox -PopEnabled`; true when absent. */
  popEnabled: z.boolean().exactOptional(),
  /** `Set-Mailbox -CustomAttribute1` to `15`, under the number as text. */
  customAttributes: z.record(z.string(), z.string()).exactOptional(),
  department: z.string().exactOptional(),
  /** `Set-Mailbox -RecipientLimits`: recipients of one message. */
  recipientLimits: z.int().min(1).exactOptional(),
  /**
   * `Set-Mailbox -ProhibitSendQuota` in bytes: a mailbox that holds more sends nothing. Never full when absent, though
   * that of a new mailbox is 49.5 GB.
   */
  prohibitSendQuota: z.int().min(0).exactOptional(),
  /** `Set-Mailbox -MaxSendSize` in bytes. */
  maxSendSize: z.int().min(0).exactOptional(),
});

/**
 * When a change was made and unmade, in epoch milliseconds: the caches of Exchange see both only after a while. What
 * has no `since` was always there.
 */
const lasting = { since: z.number().exactOptional(), until: z.number().exactOptional() };

const exchangeServicePrincipal = z.strictObject({
  tenantId: z.string(),
  appId: z.string(),
  /** What the administrator typed. It should be the object id of the enterprise application, and often is another. */
  objectId: z.string(),
  displayName: z.string(),
  ...lasting,
});

const mailboxPermission = z.strictObject({
  tenantId: z.string(),
  /** Address of the mailbox that may be opened. */
  mailbox: z.string(),
  /** Object id of a service principal as Exchange has it, or address of a mailbox. */
  user: z.string(),
  accessRights: z.tuple([z.literal('FullAccess')]),
  ...lasting,
});

const recipientPermission = z.strictObject({
  tenantId: z.string(),
  /** Address of the mailbox in whose name mail may be sent. */
  mailbox: z.string(),
  /** Object id of a service principal as Exchange has it, or address of a mailbox. */
  trustee: z.string(),
  accessRights: z.tuple([z.literal('SendAs')]),
  ...lasting,
});

const managementScope = z.strictObject({
  tenantId: z.string(),
  name: z.string(),
  /** An OPATH filter, as the administrator wrote it. */
  recipientRestrictionFilter: z.string().refine(isRecipientFilter, 'must be a recipient filter'),
  ...lasting,
});

const roleAssignment = z.strictObject({
  tenantId: z.string(),
  name: z.string(),
  /** Object id of a service principal as Exchange has it. */
  app: z.string(),
  /** `Application Mail.Send` ... */
  role: z.string(),
  /** The whole organization when absent. */
  scope: z
    .discriminatedUnion('kind', [
      z.strictObject({ kind: z.literal('CustomResourceScope'), managementScope: z.string() }),
      z.strictObject({ kind: z.literal('RecipientAdministrativeUnitScope'), administrativeUnit: z.string() }),
      z.strictObject({ kind: z.literal('RecipientGroupScope'), distinguishedName: z.string() }),
    ])
    .exactOptional(),
  ...lasting,
});

const distributionGroup = z.strictObject({
  tenantId: z.string(),
  id: z.string(),
  name: z.string(),
  address: z.string(),
  distinguishedName: z.string(),
  /** Addresses of mailboxes and of further groups. */
  members: z.array(z.string()),
});

/** Made in Entra, not in Exchange. */
const administrativeUnit = z.strictObject({
  tenantId: z.string(),
  id: z.string(),
  displayName: z.string(),
  /** Addresses of mailboxes. */
  members: z.array(z.string()),
});

export const exchangeState = {
  /** A tenant that is not in it has what a new tenant has. */
  exchangeOrganizations: z.array(exchangeOrganization),
  exchangeServicePrincipals: z.array(exchangeServicePrincipal),
  mailboxPermissions: z.array(mailboxPermission),
  recipientPermissions: z.array(recipientPermission),
  managementScopes: z.array(managementScope),
  roleAssignments: z.array(roleAssignment),
  distributionGroups: z.array(distributionGroup),
  administrativeUnits: z.array(administrativeUnit),
  /** How long a change takes to be seen by Graph and the mail servers, in milliseconds. */
  exchangePropagation: z.strictObject({
    servicePrincipals: z.number(),
    permissions: z.number(),
    /** Management scopes too. */
    roleAssignments: z.number(),
  }),
};

export const emptyExchange = () => ({
  exchangeOrganizations: [],
  exchangeServicePrincipals: [],
  mailboxPermissions: [],
  recipientPermissions: [],
  managementScopes: [],
  roleAssignments: [],
  distributionGroups: [],
  administrativeUnits: [],
  exchangePropagation: { servicePrincipals: 0, permissions: 0, roleAssignments: 0 },
});

export type ExchangeOrganization = z.infer<typeof exchangeOrganization>;
export type MailboxExchange = z.infer<typeof mailboxExchange>;
export type ExchangeServicePrincipal = z.infer<typeof exchangeServicePrincipal>;
export type MailboxPermission = z.infer<typeof mailboxPermission>;
export type RecipientPermission = z.infer<typeof recipientPermission>;
export type ManagementScope = z.infer<typeof managementScope>;
export type RoleAssignment = z.infer<typeof roleAssignment>;
export type DistributionGroup = z.infer<typeof distributionGroup>;
