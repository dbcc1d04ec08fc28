/** A place in a row of tokens, with what every part of the parser asks of it. */

import { BicepError } from './bicep-error.ts';
import type { Token } from './lexer.ts';

export class TokenCursor {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  peek(ahead = 0): Token {
    const token = this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)];
    if (token === undefined) throw new Error('there are no tokens');
    return token;
  }

  take(): Token {
    const token = this.peek();
    this.#at += 1;
    return token;
  }

  /** Whether this symbol comes next. */
  sees(symbol: string, ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === 'symbol' && text === symbol;
  }

  seesWord(word: string, ahead = 0): boolean {
    const { kind, text } = this.peek(ahead);
    return kind === 'name' && text === word;
  }

  /** Takes the symbol when it comes next. */
  accepts(symbol: string): boolean {
    if (!this.sees(symbol)) return false;
    this.#at += 1;
    return true;
  }

  acceptsWord(word: string): boolean {
    if (!this.seesWord(word)) return false;
    this.#at += 1;
    return true;
  }

  expect(symbol: string): Token {
    if (!this.sees(symbol)) throw this.fail(`'${symbol}'`);
    return this.take();
  }

  expectWord(word: string): void {
    if (!this.acceptsWord(word)) throw this.fail(`'${word}'`);
  }

  expectName(): string {
    if (this.peek().kind !== 'name') throw this.fail('a name');
    return this.take().text;
  }

  /** A string in which nothing is interpolated. */
  expectText(): string {
    const { kind, parts } = this.peek();
    const [text, ...more] = parts;
    if (kind !== 'string' || typeof text !== 'string' || more.length > 0) throw this.fail('a plain string');
    this.#at += 1;
    return text;
  }

  skipNewlines(): void {
    while (this.peek().kind === 'newline') this.#at += 1;
  }

  /** How many newlines come next. */
  newlines(): number {
    let count = 0;
    while (this.peek(count).kind === 'newline') count += 1;
    return count;
  }

  fail(expected: string): BicepError {
    const { kind, text, file, line } = this.peek();
    const found = kind === 'symbol' || kind === 'name' || kind === 'number' ? `'${text}'` : `a ${kind}`;
    return new BicepError(`expected ${expected}, found ${found}`, { file, line });
  }
}
