/** AUTHENTICATE XOAUTH2, and the passwords that Exchange Online does not take any more. */

import { journalFacts, signIn, type SignIn } from '../../sign-in.ts';
import { claimedIdentity } from '../../xoauth2.ts';
import type { ImapCommand } from '../command.ts';
import { badArguments, completed, type Result } from '../responses.ts';
import type { ImapCommandHandler, ImapSession } from '../session.ts';
import { atomOf, textOf } from '../tokens.ts';

/**
 * https://learn.microsoft.com/exchange/client-developer/legacy-protocols/how-to-authenticate-an-imap-pop-smtp-application-by-using-oauth#imap-protocol-exchange.
 * Exchange refuses at once: it sends no challenge that says what was wrong, as Gmail does.
 */
const failed = (reason: string): Result => ({ status: 'NO', text: 'AUTHENTICATE failed.', reason });

/** Tokens with many roles are long; `MaxCommandSize` bounds this line as any other. */
const LONGEST_RESPONSE = 10_240;

/** Asks for what the client did not send with the command, and says who it claims to be. */
export async function completeAuthenticate(
  session: ImapSession,
  command: ImapCommand,
): Promise<ReturnType<typeof claimedIdentity>> {
  const { pieces } = command;
  const asked = /^ +XOAUTH2(?: +(\S+))? *$/i.exec(String(pieces[0]));
  if (asked === null || pieces.length > 1 || session.state !== 'not-authenticated') return {};
  let [, response] = asked;
  if (response === undefined) {
    await session.connection.write('+ \r\n');
    response = (await session.connection.readLine(LONGEST_RESPONSE))?.toString('latin1') ?? '';
    // As a string, so that an empty response is one too.
    pieces.push(Buffer.from(response));
  }
  return claimedIdentity(response);
}

export const authenticate: ImapCommandHandler = {
  states: ['not-authenticated'],
  isJournaled: true,
  async run(session, [mechanism, given, ...more]) {
    if (more.length > 0) return badArguments('too many arguments');
    if (atomOf(mechanism).toUpperCase() !== 'XOAUTH2') return failed('mechanism is not XOAUTH2');
    const response = textOf(given);
    if (response === '*') return { status: 'BAD', text: 'AUTHENTICATE cancelled.', reason: 'cancelled by the client' };
    return admit(session, await signIn(session.cloud, 'imap', response));
  },
};

/**
 * A token that Exchange believes signs in even if the mailbox is not open to it: the commands after it fail, with
 * another sentence. https://github.com/jstedfast/MailKit/issues/1496 and
 * https://github.com/simonrob/email-oauth2-proxy/issues/74 show such sessions.
 */
function admit(session: ImapSession, found: SignIn): Result {
  const { tenantId } = journalFacts(found);
  if (tenantId !== undefined) session.tenantId = tenantId;
  if (found.mailbox) session.mailbox = found.mailbox;
  if (found.refused === undefined) {
    session.leave = session.connections.open(found.mailbox, session);
    const isServed = session.connections.isServed(found.mailbox, session);
    session.state = isServed ? 'authenticated' : 'failed';
    return { ...completed('AUTHENTICATE'), ...(!isServed && { reason: 'too many connections to the mailbox' }) };
  }
  switch (found.refused) {
    case 'wrong-object-id':
    case 'no-mailbox-permission':
    case 'protocol-disabled':
      session.state = 'failed';
      return { ...completed('AUTHENTICATE'), reason: found.reason };
    default:
      return failed(found.reason);
  }
}

/** https://github.com/imapsync/imapsync/issues/317 */
export const login: ImapCommandHandler = {
  states: ['not-authenticated'],
  isJournaled: true,
  run: (_, args) =>
    args.length === 2
      ? { status: 'NO', text: 'LOGIN failed.', reason: 'basic authentication' }
      : badArguments('not a name and a password'),
};
