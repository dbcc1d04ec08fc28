/** How things are named in a seed file: domains, mailboxes, GUIDs, permissions. */

import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { AppRole } from '../state.ts';

/** Ids are compared as text throughout the cloud, and Entra writes them in small letters. */
export const guid = z.guid({ error: 'must be a GUID' }).transform((id) => id.toLowerCase());

const label = '[a-z0-9](?:[a-z0-9-]*[a-z0-9])?';
export const domainName = z
  .string()
  .regex(new RegExp(`^${label}(?:\\.${label})+$`), 'must be a domain in small letters, such as contoso.example');

/** `post`, or `post@contoso.example`. */
export const mailboxName = z
  .string()
  .regex(/^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+(?:@[a-z0-9.-]+)?$/, 'must be a mailbox: post or post@contoso.example');

export const addressIn = (domain: string, mailbox: string): string =>
  mailbox.includes('@') ? mailbox : `${mailbox}@${domain}`;

/** What Key Vault lets names be: https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates. */
export const vaultName = z.string().regex(/^[A-Za-z0-9-]{1,127}$/, 'must be up to 127 letters, digits and hyphens');

/** The same for the same words, so that a cloud that forgets everything has the same ids when it begins anew. */
export function stableGuid(...words: string[]): string {
  const hex = createHash('sha256').update(words.join('\n').toLowerCase()).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `4${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}

const graph = 'https://graph.microsoft.com';
const exchange = 'https://outlook.office365.com';
const ofExchange = ['SMTP.SendAsApp', 'IMAP.AccessAsApp', 'POP.AccessAsApp'];

/** `Mail.Send` of Graph, `SMTP.SendAsApp` of Exchange, or any other with its API: `https://api.example/Role`. */
export const permission = z
  .string()
  .regex(
    /^(?:\S+:\/\/\S+\/)?[\w.-]+$/,
    'must be a permission, such as Mail.Send or https://graph.microsoft.com/Mail.Send',
  );

export function appRoleOf(name: string): AppRole {
  const slash = name.lastIndexOf('/');
  if (slash >= 0) return { resource: name.slice(0, slash), role: name.slice(slash + 1) };
  return { resource: ofExchange.includes(name) ? exchange : graph, role: name };
}
