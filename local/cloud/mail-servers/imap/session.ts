/** What one IMAP connection knows: who signed in, and what is open. */

import type { CloudContext } from '../../cloud.ts';
import type { Mailbox } from '../../state.ts';
import type { LineConnection } from '../line-connection.ts';
import type { MailboxConnections } from '../mailbox-connections.ts';
import type { Result } from './responses.ts';
import type { SelectedFolder } from './selected-folder.ts';
import type { Token } from './tokens.ts';

/** `failed`: the token was good, and Exchange does not open the mailbox for it. */
export type State = 'not-authenticated' | 'authenticated' | 'selected' | 'failed' | 'logout';

export interface ImapSession {
  readonly cloud: CloudContext;
  readonly connection: LineConnection;
  readonly connections: MailboxConnections;
  state: State;
  tenantId?: string;
  /** Once signed in, whether it can be used or not. */
  mailbox?: Mailbox;
  selected?: SelectedFolder;
  /** Gives up its place among the connections of the mailbox. */
  leave?: () => void;
  /** Commands that could not be carried out: after a few of them Exchange closes the connection. */
  failures: number;
}

export interface ImapCommandHandler {
  /** In which states the command is known. */
  states: readonly State[];
  /** Whether a success is worth an entry in the journal; a refusal always is. */
  isJournaled?: boolean;
  run(session: ImapSession, args: Token[]): Result | Promise<Result>;
}

export const anyState: readonly State[] = ['not-authenticated', 'authenticated', 'selected', 'failed'];
export const signedIn: readonly State[] = ['authenticated', 'selected'];

/** The mailbox of a session that is signed in: commands of other states never get here. */
export function mailboxOf({ mailbox }: ImapSession): Mailbox {
  if (mailbox === undefined) throw new Error('A command for a mailbox ran without one.');
  return mailbox;
}

export function selectedOf({ selected }: ImapSession): SelectedFolder {
  if (selected === undefined) throw new Error('A command for a folder ran without one.');
  return selected;
}
