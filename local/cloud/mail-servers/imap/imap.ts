/** The IMAP server of Exchange Online, as an app sees it: IMAP4rev1 over TLS, XOAUTH2, the mailboxes of the cloud. */

import type { CloudContext } from '../../cloud.ts';
import { answerCommand, type Answer } from '../command-faults.ts';
import type { LineConnection } from '../line-connection.ts';
import { MailboxConnections } from '../mailbox-connections.ts';
import { encodedServerName } from '../server-name.ts';
import { type ImapCommand, readCommand } from './command.ts';
import { commands } from './commands.ts';
import { completeAuthenticate } from './commands/authenticate.ts';
import { badArguments, badCommand, badState, type Result, untaggedLine } from './responses.ts';
import type { ImapSession } from './session.ts';
import { ArgumentError, tokenize } from './tokens.ts';

/**
 * How long a client may say nothing, in milliseconds, before and after it has signed in:
 * https://learn.microsoft.com/powershell/module/exchangepowershell/set-imapsettings (`PreAuthenticatedConnectionTimeout`
 * and `AuthenticatedConnectionTimeout` of a new server).
 */
const timeouts = { notAuthenticated: 60_000, authenticated: 30 * 60_000 };

/**
 * Connections to one mailbox: https://blogs.msdn.microsoft.com/exchangedev/2011/06/23/exchange-online-throttling-and-limits-faq.
 * Clients report of those above it that they are authenticated but not connected:
 * https://github.com/Webklex/php-imap/issues/464.
 */
const MOST_CONNECTIONS = 20;

/** After so many commands that it could not carry out Exchange closes the connection. */
const MOST_FAILURES = { failed: 2, otherwise: 3 };

const notConnected: Result = {
  status: 'BAD',
  text: 'User is authenticated but not connected.',
  reason: 'not connected',
};

/** @returns what talks to one client. */
export function imapServer(cloud: CloudContext): (connection: LineConnection) => Promise<void> {
  const connections = new MailboxConnections(MOST_CONNECTIONS);
  return async (connection) => {
    const session: ImapSession = { cloud, connection, connections, state: 'not-authenticated', failures: 0 };
    void connection.closed.then(() => session.leave?.());
    await connection.write(`* OK The Microsoft Exchange IMAP4 service is ready. [${encodedServerName}]\r\n`);
    for (let goesOn = true; goesOn;) goesOn = await serveCommand(session);
  };
}

/** Reads one command and answers it. Whether the connection goes on. */
async function serveCommand(session: ImapSession): Promise<boolean> {
  const { cloud, connection } = session;
  watchForSilence(session);
  const command = await readCommand(connection, cloud.state.limits.sending.messageBytes);
  if (command === undefined) return false;
  if ('isLost' in command) {
    const answer = answerOf(session, command.tag, badCommand);
    for (const part of answer.output) await connection.write(part);
    if (command.isLost) await connection.write('* BYE Connection closed. 14\r\n');
    return !command.isLost && answer.closes !== true;
  }
  const { tag, name } = command;
  const handler = commands.get(name);
  const claimed = name === 'AUTHENTICATE' ? await completeAuthenticate(session, command) : {};
  return answerCommand(cloud, connection, {
    service: 'imap',
    // The journal and the fault panel know a command by one name, however its messages are numbered.
    operation: handler === undefined ? 'unknown' : name.replace(/^UID /, ''),
    tenantId: session.tenantId ?? claimed.tenantId,
    mailbox: session.mailbox?.address ?? claimed.mailbox,
    asReply: (text) => (/^[*+] /.test(text) ? text : `${tag} ${text}`),
    async run() {
      const result = await resultOf(session, command);
      const answer = answerOf(session, tag, result);
      const isNoted = result.status !== 'OK' || handler?.isJournaled === true;
      return isNoted ? { ...answer, entry: entryOf(session, result) } : answer;
    },
  });
}

async function resultOf(session: ImapSession, { name, pieces }: ImapCommand): Promise<Result> {
  const handler = commands.get(name);
  if (handler === undefined) return badCommand;
  if (!handler.states.includes(session.state)) return session.state === 'failed' ? notConnected : badState;
  try {
    return await handler.run(session, tokenize(pieces));
  } catch (error) {
    if (error instanceof ArgumentError) return badArguments(error.message, error.number);
    // Whatever else happens here is this server's own fault, and one client is told so.
    return { status: 'NO', text: 'Server Unavailable. 15', reason: 'fault of the local cloud' };
  }
}

function answerOf(session: ImapSession, tag: string, { status, text, untagged = [], closes = false }: Result): Answer {
  const data = untagged.flatMap(untaggedLine);
  if (status === 'BAD') session.failures += 1;
  const most = session.state === 'failed' ? MOST_FAILURES.failed : MOST_FAILURES.otherwise;
  const isEnough = session.failures >= most;
  const bye = isEnough ? ['* BYE Connection closed. 14\r\n'] : [];
  return { ok: status === 'OK', output: [...data, `${tag} ${status} ${text}\r\n`, ...bye], closes: closes || isEnough };
}

const entryOf = ({ tenantId, mailbox }: ImapSession, { status, reason }: Result) => ({
  status: status === 'OK' ? 200 : 400,
  ...(status !== 'OK' && { code: status }),
  ...(reason !== undefined && { reason }),
  ...(tenantId !== undefined && { tenantId }),
  ...(mailbox && { mailbox: mailbox.address }),
});

/** "Connection is closed. 13" is what Exchange tells a client that was silent for too long. */
function watchForSilence({ connection, state }: ImapSession): void {
  const limit = state === 'not-authenticated' ? timeouts.notAuthenticated : timeouts.authenticated;
  connection.whenSilentFor(limit, () => {
    void connection.write('* BYE Connection is closed. 13\r\n');
    connection.end();
  });
}
