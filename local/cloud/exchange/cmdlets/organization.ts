/** The organization's own settings: https://learn.microsoft.com/powershell/module/exchangepowershell/set-transportconfig. */

import { z } from 'zod';
import { changeableOrganization, organizationOf } from '../organization.ts';
import { cmdlet } from '../powershell/cmdlet.ts';
import { bool, flag, oneOf, wholeNumber } from '../powershell/parameter-types.ts';

export const organizationCmdlets = [
  cmdlet('Get-TransportConfig', {}, ({ state, tenant }) => {
    const { smtpClientAuthenticationDisabled, maxRecipientsPerMessage } = organizationOf(state, tenant.id);
    return [
      {
        properties: {
          Identity: 'Transport Settings',
          SmtpClientAuthenticationDisabled: smtpClientAuthenticationDisabled,
          MaxRecipientEnvelopeLimit: maxRecipientsPerMessage ?? 'Unlimited',
        },
        view: ['Identity', 'SmtpClientAuthenticationDisabled', 'MaxRecipientEnvelopeLimit'],
      },
    ];
  }),
  cmdlet(
    'Set-TransportConfig',
    {
      SmtpClientAuthenticationDisabled: bool.optional(),
      MaxRecipientEnvelopeLimit: z.union([wholeNumber(1, 1000), oneOf('Unlimited')]).optional(),
      Confirm: flag,
    },
    ({ state, tenant }, { SmtpClientAuthenticationDisabled, MaxRecipientEnvelopeLimit }) => {
      const organization = changeableOrganization(state, tenant.id);
      if (SmtpClientAuthenticationDisabled !== undefined) {
        organization.smtpClientAuthenticationDisabled = SmtpClientAuthenticationDisabled;
      }
      if (MaxRecipientEnvelopeLimit === 'Unlimited') delete organization.maxRecipientsPerMessage;
      else if (MaxRecipientEnvelopeLimit !== undefined) {
        organization.maxRecipientsPerMessage = MaxRecipientEnvelopeLimit;
      }
      return [];
    },
  ),
];
