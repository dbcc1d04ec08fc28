/** The lines to paste, in order, each as Microsoft's page has it. */

import type { ExchangeSetup } from './exchange-setup.ts';
import { heading } from './opening.ts';
import { needsMailboxPermission, sendsBySmtp, switchesOf } from './protocols.ts';
import { quoted } from './quoted.ts';

export function commands(setup: ExchangeSetup): string[] {
  const { organization, appId, objectId, displayName, mailboxes, rights } = setup;
  if (!needsMailboxPermission(rights)) return nothingToDo(setup);
  const each = (line: (mailbox: string) => string): string[] => mailboxes.map((mailbox) => line(quoted(mailbox)));
  const smtp = sendsBySmtp(rights);
  return [
    ...heading(setup, [
      `Lets the app use ${countOf(mailboxes)} by ${protocolsOf(setup)}.`,
      'Run a line at a time. Unsure whether some of it was done before? Take the form "script": it looks first.',
    ]),
    '',
    '# The module. Leave out the first line where it is installed already.',
    'Install-Module -Name ExchangeOnlineManagement -Scope CurrentUser',
    'Import-Module -Name ExchangeOnlineManagement',
    `Connect-ExchangeOnline -Organization ${quoted(organization)}`,
    '',
    '# Makes the app known to Exchange. ObjectId is that of the enterprise application in this tenant, and not that of the',
    '# app registration.',
    `New-ServicePrincipal -AppId ${quoted(appId)} -ObjectId ${quoted(objectId)} -DisplayName ${quoted(displayName)}`,
    '',
    '# Lets it into these mailboxes, and into no other.',
    ...each((one) => `Add-MailboxPermission -Identity ${one} -User ${quoted(objectId)} -AccessRights FullAccess`),
    ...(smtp
      ? [
          '',
          '# Lets it send in their name.',
          ...each(
            (one) =>
              `Add-RecipientPermission -Identity ${one} -Trustee ${quoted(objectId)} -AccessRights SendAs -Confirm:$false`,
          ),
        ]
      : []),
    ...switchesOf(rights).flatMap(({ property, wanted, protocol }) => [
      '',
      `# Turns ${protocol} on for these mailboxes, whatever the organisation has for the others.`,
      ...each((one) => `Set-CASMailbox -Identity ${one} -${property} ${wanted}`),
    ]),
    ...(smtp ? ['', ...smtpForAll] : []),
    '',
    '# Shows what was done. It takes up to half an hour to arrive everywhere.',
    `Get-ServicePrincipal -Identity ${quoted(appId)} | Format-List DisplayName, AppId, ObjectId`,
    ...each((one) => `Get-MailboxPermission -Identity ${one} | Format-Table User, AccessRights`),
  ];
}

export const smtpForAll = [
  '# For the whole organisation instead, if you want that:',
  '#   Set-TransportConfig -SmtpClientAuthenticationDisabled $false',
  '# Where security defaults are on in Entra, SMTP AUTH is off for everybody, whatever is set here.',
];

/** For `Mail.Send` and `Mail.ReadWrite` the consent is all. */
export function nothingToDo(setup: ExchangeSetup): string[] {
  return heading(setup, [
    `Nothing needs to be run in Exchange for ${setup.rights.join(' and ')}: the consent in Entra ID is all.`,
    'It holds for every mailbox of the tenant. To let the app use certain mailboxes only, take the form "scoped".',
    'For SMTP, IMAP or POP ask with right=SMTP.SendAsApp, IMAP.AccessAsApp or POP.AccessAsApp.',
  ]);
}

const countOf = ({ length }: readonly string[]): string => (length === 1 ? 'one mailbox' : `${length} mailboxes`);

export const protocolsOf = ({ rights }: Pick<ExchangeSetup, 'rights'>): string =>
  rights
    .filter((right) => needsMailboxPermission([right]))
    .map((right) => right.split('.')[0])
    .join(' and ');
