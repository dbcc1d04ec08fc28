/** Bicep's tokens. A string with `${...}` in it carries the tokens of what it holds. */

import { BicepError, type Place } from './bicep-error.ts';

export interface Token extends Place {
  readonly kind: 'name' | 'number' | 'string' | 'symbol' | 'newline' | 'end';
  readonly text: string;
  /** Of a string: its text, and the tokens of each interpolation. */
  readonly parts: readonly (string | readonly Token[])[];
}

const longSymbols = ['...', '::', '=>', '==', '!=', '=~', '!~', '??', '<=', '>=', '&&', '||', '.?', '[?'];
const shortSymbols = '()[]{},.:=!?<>|+-*/%@';

const escapes = new Map([
  ['\\', '\\'],
  ["'", "'"],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
  ['$', '$'],
]);

export class Lexer {
  readonly #source: string;
  readonly #file: string;
  #at = 0;
  #line = 1;

  constructor(source: string, file: string) {
    this.#source = source.replaceAll('\r\n', '\n');
    this.#file = file;
  }

  /** All tokens to the end, or, inside a string, to the brace that closes the interpolation. */
  tokens(interpolated = false): Token[] {
    const tokens: Token[] = [];
    let depth = 0;
    for (;;) {
      this.#skipBlanks();
      const token = this.#next();
      if (interpolated && token.text === '}' && token.kind === 'symbol' && depth-- === 0) {
        return [...tokens, this.#token('end', '')];
      }
      if (interpolated && token.text === '{' && token.kind === 'symbol') depth += 1;
      if (interpolated && token.kind === 'end') throw this.#fail('an interpolation that does not end');
      tokens.push(token);
      if (token.kind === 'end') return tokens;
    }
  }

  #next(): Token {
    const character = this.#source[this.#at];
    if (character === undefined) return this.#token('end', '');
    if (character === '\n') {
      const token = this.#token('newline', '');
      this.#advance(1);
      return token;
    }
    if (this.#source.startsWith("'''", this.#at)) return this.#multiLine();
    if (character === "'") return this.#string();
    const word = this.#match(/[A-Za-z_]\w*/y);
    if (word !== undefined) return this.#taken('name', word);
    const digits = this.#match(/\d+/y);
    if (digits !== undefined) return this.#taken('number', digits);
    const symbol = longSymbols.find((one) => this.#source.startsWith(one, this.#at));
    if (symbol !== undefined) return this.#taken('symbol', symbol);
    if (shortSymbols.includes(character)) return this.#taken('symbol', character);
    throw this.#fail(`unexpected character ${JSON.stringify(character)}`);
  }

  #string(): Token {
    const { line } = this;
    const parts: (string | Token[])[] = [];
    let text = '';
    this.#advance(1);
    for (;;) {
      const character = this.#source[this.#at];
      if (character === undefined || character === '\n') throw this.#fail('a string that does not end on its line');
      if (character === "'") break;
      if (character === '\\') {
        const escaped = escapes.get(this.#source[this.#at + 1] ?? '');
        if (escaped === undefined) throw this.#fail('an escape that this reader does not know');
        text += escaped;
        this.#advance(2);
      } else if (this.#source.startsWith('${', this.#at)) {
        this.#advance(2);
        parts.push(text, this.tokens(true));
        text = '';
      } else {
        text += character;
        this.#advance(1);
      }
    }
    this.#advance(1);
    return { kind: 'string', text: '', line, file: this.#file, parts: [...parts, text] };
  }

  /** Taken as it stands: nothing is interpolated, and a newline that directly follows the quotes is left out. */
  #multiLine(): Token {
    const { line } = this;
    const from = this.#at + 3;
    const to = this.#source.indexOf("'''", from);
    if (to < 0) throw this.#fail('a multi-line string that does not end');
    const text = this.#source.slice(from, to).replace(/^\n/, '');
    this.#advance(to + 3 - this.#at);
    return { kind: 'string', text: '', line, file: this.#file, parts: [text] };
  }

  #skipBlanks(): void {
    for (;;) {
      const blank = this.#match(
        /[ \t\uFEFF]+|\/\/[^\n]*|\/\*[^]*?\*\/|#(?:disable-next-line|disable-diagnostics|restore-diagnostics)\b[^\n]*/y,
      );
      if (blank === undefined) return;
      this.#advance(blank.length);
    }
  }

  get line(): number {
    return this.#line;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#source)?.[0];
  }

  #taken(kind: Token['kind'], text: string): Token {
    const token = this.#token(kind, text);
    this.#advance(text.length);
    return token;
  }

  #token(kind: Token['kind'], text: string): Token {
    return { kind, text, line: this.#line, file: this.#file, parts: [] };
  }

  #advance(count: number): void {
    this.#line += this.#source.slice(this.#at, this.#at + count).split('\n').length - 1;
    this.#at += count;
  }

  #fail(message: string): BicepError {
    return new BicepError(message, { file: this.#file, line: this.#line });
  }
}
