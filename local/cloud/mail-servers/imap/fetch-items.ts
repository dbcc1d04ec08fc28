/** The items of FETCH: parsed once for a command, then told for each message (RFC 3501 section 6.4.5). */

import type { CloudContext } from '../../cloud.ts';
import type { StoredMessage } from '../../state.ts';
import { parseMime, type MimePart } from '../message/mime-part.ts';
import { rawMessage } from '../message/raw-message.ts';
import { flagsOf } from './flags.ts';
import { bodyStructure, envelope } from './message/envelope.ts';
import { section } from './message/section.ts';
import { dateTime, literal } from './responses.ts';
import { ArgumentError, atomOf, itemsOf, type Token } from './tokens.ts';

interface SectionItem {
  kind: 'section';
  /** As the response names it. */
  label: string;
  section: string;
  /** A part of its bytes. */
  partial?: { from: number; count: number };
  isPeek: boolean;
}

const simple = ['FLAGS', 'UID', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY', 'BODYSTRUCTURE'] as const;
type Simple = (typeof simple)[number];
export type FetchItem = SectionItem | { kind: Simple };

const macros: Record<string, Simple[]> = {
  FAST: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE'],
  ALL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE'],
  FULL: ['FLAGS', 'INTERNALDATE', 'RFC822.SIZE', 'ENVELOPE', 'BODY'],
};

const older: Record<string, { section: string; isPeek: boolean }> = {
  RFC822: { section: '', isPeek: false },
  'RFC822.HEADER': { section: 'HEADER', isPeek: true },
  'RFC822.TEXT': { section: 'TEXT', isPeek: false },
};

/** @throws ArgumentError */
export function parseFetchItems(token: Token | undefined): FetchItem[] {
  const macro = token?.kind === 'atom' ? macros[token.text.toUpperCase()] : undefined;
  if (macro !== undefined) return macro.map((kind) => ({ kind }));
  const items = itemsOf(token).map((item) => parseItem(atomOf(item)));
  if (items.length === 0) throw new ArgumentError('no item', 11);
  return items;
}

function parseItem(text: string): FetchItem {
  const name = text.toUpperCase();
  const kind = simple.find((one) => one === name);
  if (kind !== undefined) return { kind };
  const named = older[name];
  if (named !== undefined) return { kind: 'section', label: name, ...named };
  const [found, peek, inner = '', from, count] =
    /^BODY(\.PEEK)?\[([^\]]*)\](?:<(\d{1,10})\.([1-9]\d{0,9})>)?$/.exec(name) ?? [];
  if (found === undefined) throw new ArgumentError('no such item', 11);
  const partial = from !== undefined && { partial: { from: Number(from), count: Number(count) } };
  const label = `BODY[${inner}]${from === undefined ? '' : `<${from}>`}`;
  return { kind: 'section', label, section: inner, isPeek: peek !== undefined, ...partial };
}

/** Whether the items mark a message as read. */
export const marksSeen = (items: readonly FetchItem[]): boolean =>
  items.some((item) => item.kind === 'section' && !item.isPeek);

interface LoadedMessage {
  raw: Buffer;
  root: MimePart;
}

/** The data of one message, in the order in which they were asked for. */
export async function fetchItems(
  cloud: CloudContext,
  message: StoredMessage,
  items: readonly FetchItem[],
): Promise<(string | Buffer)[][]> {
  let loaded: LoadedMessage | undefined;
  const load = async (): Promise<LoadedMessage> => {
    if (loaded !== undefined) return loaded;
    const raw = await rawMessage(cloud, message);
    return (loaded = { raw, root: parseMime(raw) });
  };
  const told: (string | Buffer)[][] = [];
  for (const item of items) told.push(await tell(cloud, message, item, load));
  return told;
}

async function tell(
  cloud: CloudContext,
  message: StoredMessage,
  item: FetchItem,
  load: () => Promise<LoadedMessage>,
): Promise<(string | Buffer)[]> {
  switch (item.kind) {
    case 'FLAGS':
      return [`FLAGS (${flagsOf(message).join(' ')})`];
    case 'UID':
      return [`UID ${message.uid}`];
    case 'INTERNALDATE':
      return [`INTERNALDATE "${dateTime(message.receivedAt)}"`];
    case 'RFC822.SIZE':
      return [`RFC822.SIZE ${(await rawMessage(cloud, message)).length}`];
    case 'ENVELOPE':
      return ['ENVELOPE ', ...envelope((await load()).root)];
    case 'BODY':
    case 'BODYSTRUCTURE': {
      const { raw, root } = await load();
      return [`${item.kind} `, ...bodyStructure(raw, root, item.kind === 'BODYSTRUCTURE')];
    }
    case 'section': {
      const { raw, root } = await load();
      const bytes = section(raw, root, item.section);
      if (bytes === undefined) return [`${item.label} NIL`];
      const { from = 0, count = bytes.length } = item.partial ?? {};
      return [`${item.label} `, ...literal(bytes.subarray(from, from + count))];
    }
  }
}
