/** Mailboxes and what is said of them: https://learn.microsoft.com/powershell/module/exchangepowershell/set-mailbox. */

import { z } from 'zod';
import type { Mailbox } from '../../state.ts';
import type { MailboxExchange } from '../../state/exchange.ts';
import { cmdlet } from '../powershell/cmdlet.ts';
import { bool, byteSize, flag, oneOf, text, wholeNumber } from '../powershell/parameter-types.ts';
import type { CmdletObject, Property } from '../powershell/value.ts';
import { maxRecipients } from '../sending-limits.ts';
import type { ExchangeSession } from '../session.ts';
import { mailboxesOf, requireMailbox } from './objects.ts';

/** https://learn.microsoft.com/office365/servicedescriptions/exchange-online-service-description/exchange-online-limits#message-limits */
const MOST_SENT_BYTES = 150 * 1024 * 1024;

const attributes = Array.from({ length: 15 }, (_, index) => String(index + 1));

/** `-CustomAttribute1` to `15`; `$null` empties one. */
const customAttributes = Object.fromEntries(
  attributes.map((number) => [`CustomAttribute${number}`, z.union([text, z.null()]).optional()]),
);

const attributeValues = z.record(z.string(), z.string().nullable());

const showMailbox =
  (session: ExchangeSession) =>
  (mailbox: Mailbox): CmdletObject => {
    const { customAttributes: values = {}, maxSendSize, prohibitSendQuota } = mailbox.exchange ?? {};
    const properties: Record<string, Property> = {
      DisplayName: mailbox.displayName,
      PrimarySmtpAddress: mailbox.address,
      UserPrincipalName: mailbox.address,
      Alias: mailbox.address.split('@')[0] ?? '',
      RecipientTypeDetails: 'UserMailbox',
      ExternalDirectoryObjectId: mailbox.id,
      Identity: mailbox.displayName,
      RecipientLimits: maxRecipients(session.state, mailbox),
      MaxSendSize: maxSendSize ?? session.state.limits.sending.messageBytes,
      ProhibitSendQuota: prohibitSendQuota ?? '49.5 GB',
    };
    for (const number of attributes) properties[`CustomAttribute${number}`] = values[number] ?? '';
    return { properties, view: ['DisplayName', 'PrimarySmtpAddress', 'RecipientTypeDetails'] };
  };

const showCasMailbox = ({ displayName, address, exchange = {} }: Mailbox): CmdletObject => ({
  properties: {
    Name: displayName,
    PrimarySmtpAddress: address,
    ImapEnabled: exchange.imapEnabled ?? true,
    PopEnabled: exchange.popEnabled ?? true,
    SmtpClientAuthenticationDisabled: exchange.smtpClientAuthenticationDisabled ?? null,
    Identity: displayName,
  },
  view: ['Name', 'ImapEnabled', 'PopEnabled', 'SmtpClientAuthenticationDisabled'],
});

const getter = (name: string, show: (session: ExchangeSession) => (mailbox: Mailbox) => CmdletObject) =>
  cmdlet(
    name,
    { Identity: text.optional(), ResultSize: text.optional() },
    (session, { Identity }) =>
      (Identity === undefined ? mailboxesOf(session) : [requireMailbox(session, Identity)]).map(show(session)),
    { positional: ['Identity'] },
  );

export const mailboxCmdlets = [
  getter('Get-Mailbox', showMailbox),
  getter('Get-EXOMailbox', showMailbox),
  getter('Get-CASMailbox', () => showCasMailbox),
  cmdlet(
    'Set-CASMailbox',
    {
      Identity: text,
      ImapEnabled: bool.optional(),
      PopEnabled: bool.optional(),
      SmtpClientAuthenticationDisabled: z.union([bool, z.null()]).optional(),
      Confirm: flag,
    },
    (session, { Identity, ImapEnabled, PopEnabled, SmtpClientAuthenticationDisabled }) => {
      const settings = settingsOf(requireMailbox(session, Identity));
      if (ImapEnabled !== undefined) settings.imapEnabled = ImapEnabled;
      if (PopEnabled !== undefined) settings.popEnabled = PopEnabled;
      // $null is "as the organization says": https://learn.microsoft.com/powershell/module/exchangepowershell/set-casmailbox#-smtpclientauthenticationdisabled.
      if (SmtpClientAuthenticationDisabled === null) delete settings.smtpClientAuthenticationDisabled;
      else if (SmtpClientAuthenticationDisabled !== undefined) {
        settings.smtpClientAuthenticationDisabled = SmtpClientAuthenticationDisabled;
      }
      return [];
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Set-Mailbox',
    {
      Identity: text,
      RecipientLimits: z.union([wholeNumber(1, 1000), oneOf('Unlimited')]).optional(),
      MaxSendSize: byteSize.pipe(z.int().max(MOST_SENT_BYTES)).optional(),
      ProhibitSendQuota: byteSize.optional(),
      Confirm: flag,
      ...customAttributes,
    },
    (session, { Identity, RecipientLimits, MaxSendSize, ProhibitSendQuota, Confirm: _, ...rest }) => {
      const settings = settingsOf(requireMailbox(session, Identity));
      if (RecipientLimits === 'Unlimited') delete settings.recipientLimits;
      else if (RecipientLimits !== undefined) settings.recipientLimits = RecipientLimits;
      if (MaxSendSize !== undefined) settings.maxSendSize = MaxSendSize;
      if (ProhibitSendQuota !== undefined) settings.prohibitSendQuota = ProhibitSendQuota;
      for (const [name, value] of Object.entries(attributeValues.parse(rest))) {
        settings.customAttributes = {
          ...settings.customAttributes,
          [name.replace('CustomAttribute', '')]: value ?? '',
        };
      }
      return [];
    },
    { positional: ['Identity'] },
  ),
  cmdlet(
    'Set-User',
    { Identity: text, Department: text, Confirm: flag },
    (session, { Identity, Department }) => {
      settingsOf(requireMailbox(session, Identity)).department = Department;
      return [];
    },
    { positional: ['Identity'] },
  ),
];

function settingsOf(mailbox: Mailbox): MailboxExchange {
  mailbox.exchange ??= {};
  return mailbox.exchange;
}
