/** AUTH XOAUTH2 in two lines, and the passwords that Exchange Online does not take any more. */

import { journalFacts, signIn } from '../sign-in.ts';
import { claimedIdentity } from '../xoauth2.ts';
import { Maildrop } from './maildrop.ts';
import { accepted, type PopResult, type PopSession, refused } from './session.ts';

/**
 * The sentences of
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth#pop-protocol-exchange.
 * It is the same for all that can be wrong: https://github.com/simonrob/email-oauth2-proxy/issues/244.
 */
const failed = (reason: string): PopResult =>
  refused('Authentication failure: unknown user name or bad password.', reason);

/**
 * Base64 of 4096 bytes: longer tokens get "Protocol error" (https://github.com/jstedfast/MailKit/issues/1948).
 */
const LONGEST_RESPONSE = 5464;

/** Asks for the token. */
export async function askForResponse({ connection }: PopSession) {
  await connection.write('+ \r\n');
  const response = (await connection.readLine(LONGEST_RESPONSE))?.toString('latin1') ?? '';
  return { response, claimed: claimedIdentity(response) };
}

export async function authenticate(session: PopSession, response: string): Promise<PopResult> {
  if (response === '*') return failed('cancelled by the client');
  const { cloud, connections } = session;
  const found = await signIn(cloud, 'pop', response);
  const { tenantId } = journalFacts(found);
  if (tenantId !== undefined) session.tenantId = tenantId;
  if (found.refused !== undefined) return failed(found.reason);
  const leave = connections.open(found.mailbox, session);
  if (!connections.isServed(found.mailbox, session)) {
    leave();
    return failed('too many connections to the mailbox');
  }
  session.leave = leave;
  session.mailbox = found.mailbox;
  session.maildrop = await Maildrop.open(cloud, found.mailbox);
  return accepted('User successfully authenticated.');
}

/** Exchange lets a client say both before it refuses: https://github.com/jstedfast/MailKit/issues/391. */
export const user = (): PopResult => accepted();
export const pass = (): PopResult =>
  refused('Logon failure: unknown user name or bad password.', 'basic authentication');
