/** SEARCH: which messages of the open folder are meant (RFC 3501 section 6.4.4). */

import { completed, type Result } from '../responses.ts';
import { parseSearch } from '../search-keys.ts';
import { type ImapCommandHandler, type ImapSession, selectedOf } from '../session.ts';
import { type Token, textOf } from '../tokens.ts';

async function runSearch(session: ImapSession, args: Token[], byUid: boolean): Promise<Result> {
  let keys = args;
  const [first, charset] = args;
  if (first?.kind === 'atom' && first.text.toUpperCase() === 'CHARSET') {
    if (!['US-ASCII', 'UTF-8'].includes(textOf(charset).toUpperCase())) {
      return {
        status: 'NO',
        text: '[BADCHARSET (US-ASCII UTF-8)] The specified charset is not supported.',
        reason: 'charset',
      };
    }
    keys = args.slice(2);
  }
  const selected = selectedOf(session);
  const { count, largestUid } = selected;
  const isMeant = parseSearch(keys, { cloud: session.cloud, count, largestUid, alternatives: 0 });
  const found: number[] = [];
  for (const { number, uid, message } of selected.numbered()) {
    if (message !== undefined && (await isMeant({ number, uid, message }))) found.push(byUid ? uid : number);
  }
  return completed('SEARCH', [['SEARCH', ...found].join(' ')]);
}

const searching = (byUid: boolean): ImapCommandHandler => ({
  states: ['selected'],
  isJournaled: true,
  run: (session, args) => runSearch(session, args, byUid),
});

export const search = searching(false);
export const uidSearch = searching(true);
