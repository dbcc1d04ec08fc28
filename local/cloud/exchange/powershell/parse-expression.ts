/** Reads expressions: what stands in conditions, behind `=` and behind parameters. */

import { takeBraces, takeDoubleQuoted, takeSingleQuoted } from './parse-text.ts';
import type { Scanner } from './scanner.ts';
import type { Expression, Pipeline } from './syntax.ts';

/** A word without quotes. Typographic quotes and dashes, which word processors make, are no part of one. */
const bareWord = /[^\s'"`$(){};,|&<>@#\u2010-\u201f][^\s'"`$(){};,|&<>\u2010-\u201f]*/y;

const constants = new Map<string, boolean | null>([
  ['true', true],
  ['false', false],
  ['null', null],
]);

export class ExpressionParser {
  readonly #scanner: Scanner;
  readonly #pipeline: () => Pipeline;

  /** @param pipeline reads what stands in parentheses. */
  constructor(scanner: Scanner, pipeline: () => Pipeline) {
    this.#scanner = scanner;
    this.#pipeline = pipeline;
  }

  /** `-and` and `-or` bind alike and to the left: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_operator_precedence. */
  expression(): Expression {
    let left = this.#comparison();
    for (;;) {
      const operator = this.#operator(/-(?:and|or)\b/iy);
      if (operator !== '-and' && operator !== '-or') return left;
      left = { kind: 'logical', operator, left, right: this.#comparison() };
    }
  }

  #comparison(): Expression {
    let left = this.#unary();
    for (;;) {
      this.#scanner.skipBlanks();
      const at = this.#scanner.position;
      const operator = this.#operator(/-[ci]?(?:eq|ne|like|notlike|match|contains|in|notin|gt|lt|ge|le)\b/iy);
      if (operator === undefined) return left;
      if (operator !== '-eq' && operator !== '-ne' && operator !== '-contains') {
        return this.#scanner.fail(`The operator ${operator} is not supported here. Use -eq, -ne or -contains.`, at);
      }
      left = { kind: 'compare', operator, left, right: this.#unary(), at };
    }
  }

  #operator(pattern: RegExp): string | undefined {
    this.#scanner.skipBlanks();
    const found = this.#scanner.take(pattern)?.[0].toLowerCase();
    if (found !== undefined) this.#scanner.skipLines();
    return found;
  }

  #unary(): Expression {
    this.#scanner.skipBlanks();
    if (!this.#scanner.take(/-not\b|!/iy)) return this.#list(() => this.#operand());
    return { kind: 'not', of: this.#unary() };
  }

  /** Without commas, which separate the parameters of a script. */
  single(): Expression {
    return this.#operand();
  }

  /** What stands behind a parameter, or in its place: words need no quotes here. */
  argument(): Expression {
    const value = this.#list(() => {
      const word = this.#scanner.take(bareWord)?.[0];
      return word === undefined ? this.#operand() : { kind: 'literal', value: word };
    });
    return this.#scanner.isAt(/[\s;|)}`]|$/y) ? value : this.#scanner.unexpected('Separate arguments by blanks.');
  }

  #list(read: () => Expression): Expression {
    const first = read();
    const items = [first];
    while (this.#scanner.isAt(/[ \t]*,/y)) {
      this.#scanner.take(/[ \t]*,/y);
      this.#scanner.skipLines();
      items.push(read());
    }
    return items.length === 1 ? first : { kind: 'array', items };
  }

  #operand(): Expression {
    const scanner = this.#scanner;
    const number = scanner.take(/\d+(?=[\s,;|)}]|$)/y)?.[0];
    if (number !== undefined) return { kind: 'literal', value: Number(number) };
    switch (scanner.next) {
      case "'":
        return { kind: 'literal', value: takeSingleQuoted(scanner) };
      case '"':
        return { kind: 'text', parts: takeDoubleQuoted(scanner, this.#pipeline) };
      case '{':
        // A recipient filter may stand in braces: it is text all the same.
        return { kind: 'literal', value: takeBraces(scanner) };
      case '$':
        return this.#properties(this.#variable());
      case '@':
        scanner.expect(/@(?=\()/y, "'(' behind '@'");
        return { kind: 'array', items: [this.#nested(true)] };
      case '(':
        return this.#properties(this.#nested(false));
      default:
        return scanner.unexpected('An expression is a variable, a string, a number, or a pipeline in parentheses.');
    }
  }

  #nested(mayBeEmpty: boolean): Expression {
    this.#scanner.expect(/\(/y, "'('");
    this.#scanner.skipLines();
    if (mayBeEmpty && this.#scanner.take(/\)/y)) return { kind: 'array', items: [] };
    const pipeline = this.#pipeline();
    this.#scanner.skipLines();
    this.#scanner.expect(/\)/y, "')'");
    return { kind: 'nested', pipeline };
  }

  #variable(): Expression {
    const at = this.#scanner.position;
    const [, name = ''] = this.#scanner.expect(/\$(\w+)(?![\w:])/y, 'the name of a variable');
    const constant = constants.get(name.toLowerCase());
    return constant === undefined
      ? { kind: 'variable', name: name.toLowerCase(), at }
      : { kind: 'literal', value: constant };
  }

  #properties(of: Expression): Expression {
    let value = of;
    for (;;) {
      const at = this.#scanner.position;
      const name = this.#scanner.take(/\.([A-Za-z]\w*)(?![\w(])/y)?.[1];
      if (name === undefined) return value;
      value = { kind: 'property', of: value, name, at };
    }
  }
}
