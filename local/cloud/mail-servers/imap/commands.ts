/** The commands of this server by their names. */

import { append } from './commands/append.ts';
import { authenticate, login } from './commands/authenticate.ts';
import { fetch, store, uidFetch, uidStore } from './commands/fetch.ts';
import { close, examine, list, lsub, select, status, unselect } from './commands/folders.ts';
import { copy, expunge, move, uidCopy, uidExpunge, uidMove } from './commands/move.ts';
import { search, uidSearch } from './commands/search.ts';
import { capability, check, fixedFolders, id, idle, logout, namespace, noop } from './commands/session.ts';
import type { ImapCommandHandler } from './session.ts';

export const commands: ReadonlyMap<string, ImapCommandHandler> = new Map<string, ImapCommandHandler>([
  ['APPEND', append],
  ['AUTHENTICATE', authenticate],
  ['CAPABILITY', capability],
  ['CHECK', check],
  ['CLOSE', close],
  ['COPY', copy],
  ['CREATE', fixedFolders],
  ['DELETE', fixedFolders],
  ['EXAMINE', examine],
  ['EXPUNGE', expunge],
  ['FETCH', fetch],
  ['ID', id],
  ['IDLE', idle],
  ['LIST', list],
  ['LOGIN', login],
  ['LOGOUT', logout],
  ['LSUB', lsub],
  ['MOVE', move],
  ['NAMESPACE', namespace],
  ['NOOP', noop],
  ['RENAME', fixedFolders],
  ['SEARCH', search],
  ['SELECT', select],
  ['STATUS', status],
  ['STORE', store],
  ['SUBSCRIBE', fixedFolders],
  ['UID COPY', uidCopy],
  ['UID EXPUNGE', uidExpunge],
  ['UID FETCH', uidFetch],
  ['UID MOVE', uidMove],
  ['UID SEARCH', uidSearch],
  ['UID STORE', uidStore],
  ['UNSELECT', unselect],
  ['UNSUBSCRIBE', fixedFolders],
]);
