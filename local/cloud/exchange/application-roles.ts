/** The roles of RBAC for Applications, and the permissions that each of them grants. */

import { isSame } from './same.ts';

/**
 * https://learn.microsoft.com/exchange/permissions-exo/application-rbac#supported-application-roles and, for SMTP,
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/smtp-app-rbac-onboarding.
 */
const single = [
  'Mail.Read',
  'Mail.ReadBasic',
  'Mail.ReadWrite',
  'Mail.Send',
  'MailboxSettings.Read',
  'MailboxSettings.ReadWrite',
  'Calendars.Read',
  'Calendars.ReadWrite',
  'Contacts.Read',
  'Contacts.ReadWrite',
  'EWS.AccessAsApp',
  'SMTP.SendAsApp',
];

const permissions = new Map<string, readonly string[]>([
  ...single.map((permission): [string, string[]] => [`Application ${permission}`, [permission]]),
  ['Application Mail Full Access', ['Mail.ReadWrite', 'Mail.Send']],
  [
    'Application Exchange Full Access',
    ['Mail.ReadWrite', 'Mail.Send', 'MailboxSettings.ReadWrite', 'Calendars.ReadWrite', 'Contacts.ReadWrite'],
  ],
]);

/** The role as Exchange spells it. */
export const applicationRole = (name: string): string | undefined =>
  [...permissions.keys()].find((role) => isSame(role, name));

export const permissionsOf = (role: string): readonly string[] => permissions.get(role) ?? [];
