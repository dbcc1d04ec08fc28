/** Commands about the session itself: what the server can do, who it is, whether anything is new, good-bye. */

import { badArguments, completed } from '../responses.ts';
import { anyState, type ImapCommandHandler, signedIn } from '../session.ts';

/**
 * Those of Exchange Online that this server has; three that only Exchange's own servers use are left out. See
 * https://github.com/postalsys/imapflow/issues/392 for LOGINDISABLED before, and
 * https://github.com/jstedfast/MailKit/issues/1496 for the list after.
 */
const before =
  'IMAP4 IMAP4rev1 AUTH=XOAUTH2 LOGINDISABLED SASL-IR UIDPLUS ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+';
const after = 'IMAP4 IMAP4rev1 AUTH=XOAUTH2 SASL-IR UIDPLUS MOVE ID UNSELECT CHILDREN IDLE NAMESPACE LITERAL+';

export const capability: ImapCommandHandler = {
  states: anyState,
  run: ({ state }) => completed('CAPABILITY', [`CAPABILITY ${state === 'not-authenticated' ? before : after}`]),
};

/** RFC 2971; the answer is that of https://github.com/postalsys/imapflow/issues/392. */
export const id: ImapCommandHandler = {
  states: anyState,
  run: () => completed('ID', ['ID ("name" "Microsoft.Exchange.Imap4.Imap4Server" "version" "15.20")']),
};

export const noop: ImapCommandHandler = {
  states: ['not-authenticated', ...signedIn],
  run: ({ selected }) => completed('NOOP', selected?.changes() ?? []),
};

export const check: ImapCommandHandler = {
  states: ['selected'],
  run: ({ selected }) => completed('CHECK', selected?.changes() ?? []),
};

export const namespace: ImapCommandHandler = {
  states: signedIn,
  run: () => completed('NAMESPACE', ['NAMESPACE (("" "/")) NIL NIL']),
};

export const logout: ImapCommandHandler = {
  states: anyState,
  run(session) {
    session.state = 'logout';
    const bye = 'BYE Microsoft Exchange Server IMAP4 server signing off.';
    return { ...completed('LOGOUT', [bye]), closes: true };
  },
};

/** How often a folder is looked at while its client waits, in milliseconds. Exchange takes seconds. */
const LOOK_EVERY = 200;

/** RFC 2177: the client waits for news until it says DONE. */
export const idle: ImapCommandHandler = {
  states: signedIn,
  async run({ connection, selected }) {
    await connection.write('+ IDLE accepted, awaiting DONE command.\r\n');
    while (!connection.hasInput) {
      for (const change of selected?.changes() ?? []) await connection.write(`* ${change}\r\n`);
      await connection.waitForInput(LOOK_EVERY);
    }
    const line = await connection.readLine(LONGEST_DONE);
    return line?.toString().toUpperCase() === 'DONE' ? completed('IDLE') : badArguments('not DONE');
  },
};

const LONGEST_DONE = 1000;

/**
 * The folders of this cloud are fixed. Exchange's are not, so nobody is to take the answer for its own: the sentence is
 * this cloud's.
 */
export const fixedFolders: ImapCommandHandler = {
  states: signedIn,
  run: () => ({
    status: 'NO',
    text: 'The local cloud does not change folders. Exchange does.',
    reason: 'not implemented by the local cloud',
  }),
};
