/** A script, read from left to right. */

import { type Position, ScriptError } from './script-error.ts';

/** All patterns are sticky: they are tried at the place that was reached. */
export class Scanner {
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    // Line ends of Windows count as one, and so does the mark with which its editors begin a file.
    this.#text = text.replaceAll('\r\n', '\n').replace(/^\ufeff/, '');
  }

  get position(): Position {
    return { line: this.#line, column: this.#at - this.#lineStart + 1 };
  }

  /** The next character; empty at the end. */
  get next(): string {
    return this.#text[this.#at] ?? '';
  }

  isAt(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    return pattern.test(this.#text);
  }

  /** Goes behind what matches; stays, and gives nothing, when it does not. */
  take(pattern: RegExp): RegExpExecArray | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found === null) return undefined;
    const lines = found[0].split('\n');
    this.#line += lines.length - 1;
    if (lines.length > 1) this.#lineStart = pattern.lastIndex - (lines.at(-1)?.length ?? 0);
    this.#at = pattern.lastIndex;
    return found;
  }

  expect(pattern: RegExp, what: string): RegExpExecArray {
    return this.take(pattern) ?? this.unexpected(`Expected is ${what}.`);
  }

  /** Blanks, comments, and line ends behind a backtick. */
  skipBlanks(): void {
    while (this.take(/[ \t]+|`\n|#[^\n]*|<#[^]*?#>/y)) continue;
  }

  /** Those, line ends, and the semicolons between statements. */
  skipLines(): void {
    do this.skipBlanks();
    while (this.take(/[\n;]+/y));
  }

  fail(message: string, at: Position = this.position): never {
    throw new ScriptError(message, at);
  }

  unexpected(hint: string): never {
    const at = this.position;
    const word = this.take(/[\w-]+/y)?.[0] ?? this.next;
    const found = word === '' ? 'end of the script' : word === '\n' ? 'end of the line' : `'${word}'`;
    return this.fail(`Unexpected ${found}. ${hint}`, at);
  }
}
