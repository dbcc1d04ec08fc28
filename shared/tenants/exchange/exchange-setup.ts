/**
 * What a tenant's administrator runs in Exchange Online so that the app may use mailboxes there, and so that it may not any
 * more: PowerShell with the tenant's own values.
 *
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth
 */

import type { Right } from '../rights.ts';
import { commands } from './commands.ts';
import { scoped } from './scoped.ts';
import { script } from './script.ts';
import { undo } from './undo.ts';

/**
 * - `commands`: the lines to paste, one by one.
 * - `script`: the same as a file that may be run again: it asks before it changes anything, and says what it changed.
 * - `scoped`: the least privilege, by RBAC for Applications; may be run again, too.
 * - `undo`: takes all of it away; may be run again, too.
 */
export const exchangeForms = ['commands', 'script', 'scoped', 'undo'] as const;
export type ExchangeForm = (typeof exchangeForms)[number];

export interface ExchangeSetup {
  readonly form: ExchangeForm;
  /** The tenant's id. */
  readonly organization: string;
  readonly appId: string;
  /** Of the enterprise application in that tenant, and not of the app registration: the `oid` of the tenant's tokens. */
  readonly objectId: string;
  /** What the app is called in Exchange. */
  readonly displayName: string;
  readonly mailboxes: readonly string[];
  readonly rights: readonly Right[];
  /** `scoped` only: a mail-enabled security group whose members the mailboxes are; it is made if there is none. */
  readonly group?: string | undefined;
}

/** The objects in Exchange are named after the vendor, and found again by these names. */
export const nameInExchange = (vendorName: string | undefined): string => vendorName ?? 'tenantpost';

/** Everything but the values is ASCII: Windows PowerShell 5.1 reads a file without a byte order mark in an ANSI code page. */
export function exchangeSetup(setup: ExchangeSetup): string {
  return `${forms[setup.form](setup).join('\n')}\n`;
}

const forms = { commands, script, scoped, undo } satisfies Record<ExchangeForm, (setup: ExchangeSetup) => string[]>;
