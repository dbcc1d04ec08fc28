/** Who signs in to a mail server: the token, the mailbox it is used for, and what Exchange lets the app do with that. */

import type { CloudContext } from '../cloud.ts';
import { type ProtocolAccess, protocolAccess } from '../exchange/rights.ts';
import { isSame } from '../exchange/same.ts';
import type { Mailbox } from '../state.ts';
import { type AccessTokenClaims, verifyAccessToken } from '../tokens.ts';
import { readXoauth2 } from './xoauth2.ts';

export type MailService = 'smtp' | 'imap' | 'pop';

/** Why nobody signed in: `credentials` is all that is wrong with the string, the token or the name of the mailbox. */
export type Refusal = 'credentials' | Exclude<ProtocolAccess, 'allowed'>;

interface Identity {
  mailbox: Mailbox;
  claims: AccessTokenClaims;
}

export type SignIn =
  ({ refused?: never } & Identity) | ({ refused: Refusal; reason: string; tenantId?: string } & Partial<Identity>);

/**
 * The one resource that Microsoft's page names for tokens of apps, as v1 and v2 endpoints write it:
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth#get-an-access-token.
 */
const audiences = ['https://outlook.office365.com', 'https://outlook.office365.com/'];

/** @param response what the client sent for XOAUTH2, still in base64. */
export async function signIn(cloud: CloudContext, service: MailService, response: string): Promise<SignIn> {
  const given = readXoauth2(response);
  if (given === undefined) return { refused: 'credentials', reason: 'malformed XOAUTH2 string' };
  const verified = await verifyAccessToken(cloud, service, given.token, audiences);
  if ('refused' in verified) return { refused: 'credentials', reason: `token refused: ${verified.refused}` };
  const { claims } = verified;
  const mailbox = cloud.state.mailboxes.find(({ address }) => isSame(address, given.user));
  if (mailbox === undefined || mailbox.licensed === false) {
    return { refused: 'credentials', reason: 'no such mailbox', tenantId: claims.tid };
  }
  if (mailbox.tenantId !== claims.tid) {
    return { refused: 'credentials', reason: 'mailbox of another tenant', tenantId: claims.tid };
  }
  const access = protocolAccess(cloud, claims, mailbox, service);
  return access === 'allowed' ? { mailbox, claims } : { refused: access, reason: access, mailbox, claims };
}

/** What the journal may know of it. */
export function journalFacts({ mailbox, claims, ...rest }: SignIn): { tenantId?: string; mailbox?: string } {
  const tenantId = claims?.tid ?? ('tenantId' in rest ? rest.tenantId : undefined);
  return { ...(tenantId !== undefined && { tenantId }), ...(mailbox && { mailbox: mailbox.address }) };
}
