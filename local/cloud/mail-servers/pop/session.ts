/** What one POP connection knows. */

import type { CloudContext } from '../../cloud.ts';
import type { Mailbox } from '../../state.ts';
import type { LineConnection } from '../line-connection.ts';
import type { MailboxConnections } from '../mailbox-connections.ts';
import type { Maildrop } from './maildrop.ts';

export interface PopSession {
  readonly cloud: CloudContext;
  readonly connection: LineConnection;
  readonly connections: MailboxConnections;
  tenantId?: string;
  mailbox?: Mailbox;
  /** Once signed in. */
  maildrop?: Maildrop;
  /** Gives up its place among the connections of the mailbox. */
  leave?: () => void;
}

/** How a command ended. */
export interface PopResult {
  ok: boolean;
  /** After `+OK ` or `-ERR `. */
  text: string;
  /** Of an answer of several lines: without the line that ends it, dots not doubled. */
  lines?: Buffer | string;
  closes?: boolean;
  /** For the journal: why a command was refused. */
  reason?: string;
}

export const accepted = (text = '', lines?: Buffer | string): PopResult => ({
  ok: true,
  text,
  ...(lines !== undefined && { lines }),
});
export const refused = (text: string, reason: string): PopResult => ({ ok: false, text, reason });

/** For what is no command: https://github.com/freescout-help-desk/freescout/issues/2810. */
export const protocolError = refused('Protocol error. 19', 'no such command');

/** For a line that is too long, and for a token in the line of AUTH: https://github.com/getmail6/getmail6/issues/256. */
export const connectionClosed: PopResult = {
  ...refused('Protocol error. Connection is closed. 10', 'line'),
  closes: true,
};

/** https://github.com/jstedfast/MailKit/issues/391 */
export const wrongState = refused('Command is not valid in this state.', 'not in this state');
