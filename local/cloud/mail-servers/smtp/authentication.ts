/** Who may submit: XOAUTH2 and what Exchange answers to it, and to passwords. */

import type { CloudContext } from '../../cloud.ts';
import type { Mailbox } from '../../state.ts';
import type { AccessTokenClaims } from '../../tokens.ts';
import { journalFacts, type Refusal, signIn } from '../sign-in.ts';
import type { Reply } from './replies.ts';

/** Who signed in: an app, for a mailbox. */
export interface Sender {
  mailbox: Mailbox;
  claims: AccessTokenClaims;
}

export interface Authentication {
  sender?: Sender;
  reply: Reply;
  /** For the journal. */
  facts: { tenantId?: string; mailbox?: string; reason?: string };
}

/**
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth#smtp-protocol-exchange.
 * Exchange refuses at once: it sends no challenge that says what was wrong, as Gmail does.
 */
const unsuccessful = '5.7.3 Authentication unsuccessful';

/** https://github.com/simonrob/email-oauth2-proxy/issues/193, and the like for the others. */
const sentences: Partial<Record<Refusal, string>> = {
  'smtp-auth-disabled-tenant': disabledFor('Tenant'),
  'smtp-auth-disabled-mailbox': disabledFor('Mailbox'),
  'security-defaults':
    "5.7.139 Authentication unsuccessful, user is locked by your organization's security defaults policy. Contact your administrator.",
};

function disabledFor(whom: string): string {
  return `5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the ${whom}. Visit https://aka.ms/smtp_auth_disabled for more information.`;
}

/** https://techcommunity.microsoft.com/blog/exchange/exchange-online-to-retire-basic-auth-for-client-submission-smtp-auth/4114750 */
export const basicAuthentication: Reply = {
  code: 550,
  text: '5.7.30 Basic authentication is not supported for Client Submission.',
};

/** @param response what the client sent for XOAUTH2, still in base64. */
export async function authenticate(cloud: CloudContext, response: string): Promise<Authentication> {
  const found = await signIn(cloud, 'smtp', response);
  const facts = journalFacts(found);
  if (found.refused === undefined) {
    const { mailbox, claims } = found;
    return { sender: { mailbox, claims }, reply: { code: 235, text: '2.7.0 Authentication successful' }, facts };
  }
  const text = sentences[found.refused] ?? unsuccessful;
  return { reply: { code: 535, text }, facts: { ...facts, reason: found.reason } };
}
