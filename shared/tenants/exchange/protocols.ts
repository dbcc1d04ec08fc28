/** What each right needs in Exchange. */

import type { Right } from '../rights.ts';

/** The switch of a mailbox (Set-CASMailbox) without which the protocol is refused, whatever else is granted. */
export interface Switch {
  readonly property: 'SmtpClientAuthenticationDisabled' | 'ImapEnabled' | 'PopEnabled';
  readonly wanted: '$true' | '$false';
  readonly protocol: string;
}

const switches: Readonly<Partial<Record<Right, Switch>>> = {
  // Organizations made since January 2020 have it disabled, and it holds for OAuth as well:
  // https://learn.microsoft.com/exchange/clients-and-mobile-in-exchange-online/authenticated-client-smtp-submission
  'SMTP.SendAsApp': { property: 'SmtpClientAuthenticationDisabled', wanted: '$false', protocol: 'SMTP AUTH' },
  'IMAP.AccessAsApp': { property: 'ImapEnabled', wanted: '$true', protocol: 'IMAP' },
  'POP.AccessAsApp': { property: 'PopEnabled', wanted: '$true', protocol: 'POP' },
};

export function switchesOf(rights: readonly Right[]): readonly Switch[] {
  return rights.flatMap((right) => switches[right] ?? []);
}

/** By a mail protocol the app is let in where it has FullAccess; Graph asks for nothing in Exchange. */
export const needsMailboxPermission = (rights: readonly Right[]): boolean => switchesOf(rights).length > 0;

export const sendsBySmtp = (rights: readonly Right[]): boolean => rights.includes('SMTP.SendAsApp');

/**
 * Rights that have an application role, "Application Mail.Send" and its like; IMAP and POP have none:
 * https://learn.microsoft.com/exchange/permissions-exo/application-rbac#supported-application-roles and
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/smtp-app-rbac-onboarding
 */
export const scopable = ['Mail.Send', 'Mail.ReadWrite', 'SMTP.SendAsApp'] as const satisfies readonly Right[];
export type Scopable = (typeof scopable)[number];

/** What the objects of RBAC for Applications are called, alike each time; Exchange takes 64 characters at most. */
export function namesOf({ displayName, appId }: { displayName: string; appId: string }) {
  const prefix = `${[...displayName].slice(0, 20).join('').trim()} ${appId.slice(0, 8)}`;
  return {
    scope: `${prefix} mailboxes`,
    // Its name is part of its distinguished name, which stands in quotes in the filter of a scope. It is found by its address.
    group: `${prefix.replaceAll("'", '')} senders`,
    assignment: (right: Scopable): string => `${prefix} ${right}`,
  };
}
