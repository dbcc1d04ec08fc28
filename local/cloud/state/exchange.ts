/** What Exchange Online knows of a tenant beside its mailboxes: the organization's switches and its rights for apps. */

import { z } from 'zod';

const exchangeOrganization = z.strictObject({
  tenantId: z.string(),
  /** `Set-TransportConfig -SmtpClientAuthenticationDisabled`; a mailbox may say otherwise. */
  smtpClientAuthenticationDisabled: z.boolean(),
});

/** The switches and rights of one mailbox. */
export const mailboxExchange = z.strictObject({
  /** `Set-CASMailbox -SmtpClientAuthenticationDisabled`; as the organization says when absent. */
  smtpClientAuthenticationDisabled: z.boolean().exactOptional(),
});

export const exchangeState = {
  /** A tenant that is not in it has what a new tenant has. */
  exchangeOrganizations: z.array(exchangeOrganization),
};

export const emptyExchange = () => ({ exchangeOrganizations: [] });

export type ExchangeOrganization = z.infer<typeof exchangeOrganization>;
