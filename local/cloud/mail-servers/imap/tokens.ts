/** The grammar of an IMAP command after its tag: atoms, strings, literals and lists (RFC 3501 section 4). */

export type Token =
  /** A section in brackets belongs to the atom before it, whatever stands in it: `BODY[HEADER.FIELDS (DATE)]<0.9>`. */
  { kind: 'atom'; text: string } | { kind: 'string'; bytes: Buffer } | { kind: 'list'; items: Token[] };

/** What stands between the literals of a command, and the literals themselves. */
export type Piece = string | Buffer;

/**
 * The command cannot be read (12), or asks for what there is not (11). Exchange tells the two apart by the number:
 * https://github.com/jakartaee/mail-api/issues/152 and https://github.com/DirectoryTree/ImapEngine/issues/109.
 */
export class ArgumentError extends Error {
  override readonly name = 'ArgumentError';
  readonly number: 11 | 12;

  constructor(message: string, number: 11 | 12 = 12) {
    super(message);
    this.number = number;
  }
}

/** Deeper lists than any client writes would only serve to exhaust the stack. */
const DEEPEST_LIST = 20;

/** @throws ArgumentError */
export function tokenize(pieces: readonly Piece[]): Token[] {
  const stack: Token[][] = [[]];
  const add = (token: Token): void => void stack.at(-1)?.push(token);
  for (const piece of pieces) {
    if (typeof piece !== 'string') {
      add({ kind: 'string', bytes: piece });
      continue;
    }
    for (let at = 0; at < piece.length;) {
      const character = piece[at];
      if (character === ' ') at += 1;
      else if (character === '(') {
        if (stack.length > DEEPEST_LIST) throw new ArgumentError('lists in too many lists');
        stack.push([]);
        at += 1;
      } else if (character === ')') {
        const items = stack.pop();
        if (items === undefined || stack.length === 0) throw new ArgumentError('a parenthesis without its other one');
        add({ kind: 'list', items });
        at += 1;
      } else if (character === '"') at = quoted(piece, at, add);
      else at = atom(piece, at, add);
    }
  }
  const [tokens] = stack;
  if (tokens === undefined || stack.length > 1) throw new ArgumentError('a parenthesis without its other one');
  return tokens;
}

function quoted(text: string, start: number, add: (token: Token) => void): number {
  const [found] = /^"((?:[^"\\]|\\["\\])*)"/.exec(text.slice(start)) ?? [];
  if (found === undefined) throw new ArgumentError('a quotation mark without its other one');
  add({ kind: 'string', bytes: Buffer.from(found.slice(1, -1).replace(/\\(.)/g, '$1'), 'latin1') });
  return start + found.length;
}

function atom(text: string, start: number, add: (token: Token) => void): number {
  const [found] = /^(?:[^\x00-\x20\x7f()"[{]+|\[[^\]]*\])+/.exec(text.slice(start)) ?? [];
  if (found === undefined) throw new ArgumentError('a character that cannot be here');
  add({ kind: 'atom', text: found });
  return start + found.length;
}

/** An atom or a string as text. Mailbox names, search terms and the like may be written as either. */
export function textOf(token: Token | undefined): string {
  if (token?.kind === 'atom') return token.text;
  if (token?.kind === 'string') return token.bytes.toString();
  throw new ArgumentError('a string is missing');
}

export function atomOf(token: Token | undefined): string {
  if (token?.kind === 'atom') return token.text;
  throw new ArgumentError('an atom is missing');
}

/** The items of a list; a token that is none stands for a list of itself. */
export function itemsOf(token: Token | undefined): Token[] {
  if (token === undefined) throw new ArgumentError('a list is missing');
  return token.kind === 'list' ? token.items : [token];
}
