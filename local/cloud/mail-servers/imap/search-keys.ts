/** The keys of SEARCH, as a test of one message after the other (RFC 3501 section 6.4.4). */

import type { CloudContext } from '../../cloud.ts';
import type { StoredMessage } from '../../state.ts';
import { parseMime } from '../message/mime-part.ts';
import { rawMessage } from '../message/raw-message.ts';
import { hasFlag } from './flags.ts';
import { isSequenceSet, parseSequenceSet } from './sequence-set.ts';
import { ArgumentError, textOf, type Token } from './tokens.ts';

interface Candidate {
  number: number;
  uid: number;
  message: StoredMessage;
}

type Test = (candidate: Candidate) => boolean | Promise<boolean>;

interface Scope {
  cloud: CloudContext;
  count: number;
  largestUid: number;
  /** How many OR there are around the key. */
  alternatives: number;
}

/** Exchange refuses more of them in each other: https://github.com/mscdex/node-imap/issues/830. */
const MOST_ALTERNATIVES = 4;

const DAY = 24 * 60 * 60 * 1000;

/** All keys must hold. @throws ArgumentError */
export function parseSearch(keys: readonly Token[], scope: Scope): Test {
  const rest = [...keys];
  if (rest.length === 0) throw new ArgumentError('nothing to search for');
  const tests: Test[] = [];
  while (rest.length > 0) tests.push(nextKey(rest, scope));
  return async (candidate) => {
    for (const test of tests) if (!(await test(candidate))) return false;
    return true;
  };
}

/** Takes one key with its arguments off the front. */
function nextKey(rest: Token[], scope: Scope): Test {
  const token = rest.shift();
  if (token?.kind === 'list') return parseSearch(token.items, scope);
  const name = textOf(token).toUpperCase();
  if (isSequenceSet(name)) {
    const isInSet = parseSequenceSet(name, scope.count);
    return ({ number }) => isInSet(number);
  }
  if (name === 'NOT') {
    const test = nextKey(rest, scope);
    return async (candidate) => !(await test(candidate));
  }
  if (name === 'OR') {
    const inner = { ...scope, alternatives: scope.alternatives + 1 };
    if (inner.alternatives > MOST_ALTERNATIVES) throw new ArgumentError('too many alternatives in alternatives');
    const one = nextKey(rest, inner);
    const other = nextKey(rest, inner);
    return async (candidate) => (await one(candidate)) || (await other(candidate));
  }
  if (name === 'UID') {
    const isInSet = parseSequenceSet(textOf(rest.shift()), scope.largestUid);
    return ({ uid }) => isInSet(uid);
  }
  return (
    flagKey(name) ?? keywordKey(name, rest) ?? dateKey(name, rest, scope) ?? textKey(name, rest, scope) ?? unknown()
  );
}

function unknown(): never {
  throw new ArgumentError('no such search key', 11);
}

const flagKeys: Record<string, string> = {
  ANSWERED: '\\Answered',
  DELETED: '\\Deleted',
  DRAFT: '\\Draft',
  FLAGGED: '\\Flagged',
  SEEN: '\\Seen',
};

function flagKey(name: string): Test | undefined {
  if (name === 'ALL' || name === 'OLD') return () => true;
  // No message of this cloud is \Recent.
  if (name === 'RECENT' || name === 'NEW') return () => false;
  const flag = flagKeys[name];
  if (flag !== undefined) return ({ message }) => hasFlag(message, flag);
  const missing = name.startsWith('UN') ? flagKeys[name.slice(2)] : undefined;
  return missing === undefined ? undefined : ({ message }) => !hasFlag(message, missing);
}

function keywordKey(name: string, rest: Token[]): Test | undefined {
  if (name !== 'KEYWORD' && name !== 'UNKEYWORD') return undefined;
  const flag = textOf(rest.shift());
  return ({ message }) => hasFlag(message, flag) === (name === 'KEYWORD');
}

/** Days are those of UTC, like the dates that this server gives out. */
function dateKey(name: string, rest: Token[], { cloud }: Scope): Test | undefined {
  const [found, sent, how] = /^(SENT)?(BEFORE|ON|SINCE)$/.exec(name) ?? [];
  if (found === undefined) return undefined;
  const day = parseDay(textOf(rest.shift()));
  const fits = (at: number): boolean =>
    how === 'BEFORE' ? at < day : how === 'SINCE' ? at >= day : at >= day && at < day + DAY;
  if (sent === undefined) return ({ message }) => fits(message.receivedAt);
  return async ({ message }) => {
    const [date] = await headersOf(cloud, message, 'date');
    const at = Date.parse(date ?? '');
    return fits(Number.isNaN(at) ? message.receivedAt : at);
  };
}

function parseDay(text: string): number {
  const at = /^\d{1,2}-[A-Za-z]{3}-\d{4}$/.test(text) ? Date.parse(`${text.replaceAll('-', ' ')} UTC`) : NaN;
  if (Number.isNaN(at)) throw new ArgumentError('no date');
  return at;
}

const headerKeys = ['FROM', 'TO', 'CC', 'BCC', 'SUBJECT'];

function textKey(name: string, rest: Token[], { cloud }: Scope): Test | undefined {
  if (name === 'LARGER' || name === 'SMALLER') {
    const size = Number(textOf(rest.shift()));
    if (!Number.isSafeInteger(size)) throw new ArgumentError('no size');
    return async ({ message }) => {
      const { length } = await rawMessage(cloud, message);
      return name === 'LARGER' ? length > size : length < size;
    };
  }
  if (name === 'BODY' || name === 'TEXT') {
    const wanted = textOf(rest.shift()).toLowerCase();
    return async ({ message }) => {
      if (message.body.content.toLowerCase().includes(wanted)) return true;
      if (name === 'BODY') return false;
      return (await headersOf(cloud, message)).some((value) => value.toLowerCase().includes(wanted));
    };
  }
  if (name !== 'HEADER' && !headerKeys.includes(name)) return undefined;
  const field = name === 'HEADER' ? textOf(rest.shift()).toLowerCase() : name.toLowerCase();
  const wanted = textOf(rest.shift()).toLowerCase();
  return async ({ message }) => {
    const values = [...(await headersOf(cloud, message, field)), ...decoded(message, field)];
    return values.some((value) => value.toLowerCase().includes(wanted));
  };
}

async function headersOf(cloud: CloudContext, message: StoredMessage, field?: string): Promise<string[]> {
  const { headers } = parseMime(await rawMessage(cloud, message));
  return headers.filter(([name]) => field === undefined || name.toLowerCase() === field).map(([, value]) => value);
}

/** What encoded words of a header stand for, which is what people search for. */
function decoded(message: StoredMessage, field: string): string[] {
  if (field === 'subject') return [message.subject];
  if (field === 'from') return [`${message.from.name ?? ''} <${message.from.address}>`];
  if (field !== 'to' && field !== 'cc') return [];
  return message[field].map(({ name = '', address }) => `${name} <${address}>`);
}
