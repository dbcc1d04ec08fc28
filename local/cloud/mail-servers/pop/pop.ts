/** The POP3 server of Exchange Online, as an app sees it: over TLS, XOAUTH2 in two lines, the inbox. */

import type { CloudContext } from '../../cloud.ts';
import { type Answer, answerCommand } from '../command-faults.ts';
import { type LineConnection, LineTooLongError } from '../line-connection.ts';
import { MailboxConnections } from '../mailbox-connections.ts';
import { encodedServerName } from '../server-name.ts';
import { askForResponse, authenticate, pass, user } from './authentication.ts';
import { capabilities, commands, multiline } from './commands.ts';
import { accepted, connectionClosed, type PopResult, type PopSession, protocolError, wrongState } from './session.ts';

/**
 * https://learn.microsoft.com/openspecs/exchange_standards/ms-stanxpop3/654d7d66-ee4c-4835-b9e4-495add1bac0b. It is why no
 * token fits in the line of AUTH.
 */
const LONGEST_COMMAND = 512;
/**
 * `PreAuthenticatedConnectionTimeout` and `AuthenticatedConnectionTimeout` of a new server:
 * https://learn.microsoft.com/powershell/module/exchangepowershell/set-popsettings.
 */
const timeouts = { notAuthenticated: 60_000, authenticated: 30 * 60_000 };

/** Connections to one mailbox: https://blogs.msdn.microsoft.com/exchangedev/2011/06/23/exchange-online-throttling-and-limits-faq. */
const MOST_CONNECTIONS = 20;

const signingOff = 'Microsoft Exchange Server POP3 server signing off.';

/** @returns what talks to one client. */
export function popServer(cloud: CloudContext): (connection: LineConnection) => Promise<void> {
  const connections = new MailboxConnections(MOST_CONNECTIONS);
  return async (connection) => {
    const session: PopSession = { cloud, connection, connections };
    void connection.closed.then(() => session.leave?.());
    await connection.write(`+OK The Microsoft Exchange POP3 service is ready. [${encodedServerName}]\r\n`);
    try {
      for (let goesOn = true; goesOn;) goesOn = await serveCommand(session);
    } catch (error) {
      if (!(error instanceof LineTooLongError)) throw error;
      for (const part of answerOf(session, connectionClosed).output) await connection.write(part);
    }
  };
}

/** Reads one command and answers it. Whether the connection goes on. @throws LineTooLongError */
async function serveCommand(session: PopSession): Promise<boolean> {
  const { cloud, connection } = session;
  const limit = session.maildrop ? timeouts.authenticated : timeouts.notAuthenticated;
  connection.whenSilentFor(limit, () => connection.end());
  const line = await connection.readLine(LONGEST_COMMAND);
  if (line === undefined) return false;
  const [word = '', ...args] = line.toString('latin1').trim().split(/ +/);
  const name = word.toUpperCase();
  const asksForToken =
    name === 'AUTH' && args.length === 1 && args[0]?.toUpperCase() === 'XOAUTH2' && !session.maildrop;
  const { response, claimed } = asksForToken ? await askForResponse(session) : { response: undefined, claimed: {} };
  const isKnown = commands.has(name) || ['AUTH', 'CAPA', 'QUIT', 'USER', 'PASS'].includes(name);
  return answerCommand(cloud, connection, {
    service: 'pop',
    operation: isKnown ? name : 'unknown',
    tenantId: session.tenantId ?? claimed.tenantId,
    mailbox: session.mailbox?.address ?? claimed.mailbox,
    asReply: (text) => text,
    async run() {
      const result = await (response === undefined ? resultOf(session, name, args) : authenticate(session, response));
      const answer = answerOf(session, result);
      return !result.ok || journaled.includes(name) ? answer : withoutEntry(answer);
    },
  });
}

/** Of successes only these say something about the session; refusals are noted always. */
const journaled = ['AUTH', 'RETR', 'DELE', 'QUIT'];

const withoutEntry = ({ entry, ...answer }: Answer): Answer => answer;

function resultOf(session: PopSession, name: string, args: readonly string[]): PopResult | Promise<PopResult> {
  const { maildrop } = session;
  if (name === 'CAPA') return capabilities;
  if (name === 'QUIT') {
    maildrop?.commit();
    return { ...accepted(signingOff), closes: true };
  }
  if (maildrop === undefined) {
    // The token does not fit in the line by which it is announced, and no other mechanism is taken.
    if (name === 'AUTH') return args.length > 1 ? connectionClosed : protocolError;
    if (name === 'USER') return user();
    if (name === 'PASS') return pass();
    return commands.has(name) ? wrongState : protocolError;
  }
  if (name === 'AUTH' || name === 'USER' || name === 'PASS') return wrongState;
  return commands.get(name)?.(session, maildrop, args) ?? protocolError;
}

function answerOf({ tenantId, mailbox }: PopSession, result: PopResult): Answer {
  const { ok, text, lines, closes = false, reason } = result;
  return {
    ok,
    output: [`${`${ok ? '+OK' : '-ERR'} ${text}`.trimEnd()}\r\n`, ...(lines === undefined ? [] : [multiline(lines)])],
    closes,
    entry: {
      status: ok ? 200 : 400,
      ...(reason !== undefined && { reason }),
      ...(tenantId !== undefined && { tenantId }),
      ...(mailbox && { mailbox: mailbox.address }),
    },
  };
}
