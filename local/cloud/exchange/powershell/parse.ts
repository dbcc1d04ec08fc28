/** Reads a script whole before any of it is run: what is not in the subset is refused with its place. */

import type { Cmdlet } from './cmdlet.ts';
import { CommandParser } from './parse-command.ts';
import { ExpressionParser } from './parse-expression.ts';
import { Scanner } from './scanner.ts';
import type { Command, Pipeline, Script, ScriptParameter, Statement } from './syntax.ts';

/** https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_reserved_words, without ours. */
const otherKeywords =
  /(?:begin|break|catch|class|continue|data|define|do|dynamicparam|end|enum|exit|filter|finally|for|from|function|hidden|param|process|return|static|switch|throw|trap|try|until|using|while)\b(?!-)/iy;

const supported =
  'Supported are cmdlets, variables, if, elseif, else, foreach, param at the top, -not, -and, -or, -eq, -ne, -contains, property access, strings ' +
  'and comments.';

/** @throws ScriptError */
export function parseScript(text: string, cmdlets: readonly Cmdlet[]): Script {
  return new ScriptParser(new Scanner(text), cmdlets).script();
}

class ScriptParser {
  readonly #scanner: Scanner;
  readonly #expressions: ExpressionParser;
  readonly #commands: CommandParser;

  constructor(scanner: Scanner, cmdlets: readonly Cmdlet[]) {
    this.#scanner = scanner;
    this.#expressions = new ExpressionParser(scanner, () => this.#pipeline());
    this.#commands = new CommandParser(scanner, this.#expressions, cmdlets);
  }

  script(): Script {
    this.#scanner.skipLines();
    const parameters = this.#scanner.take(/param(?=\s*\()/iy) === undefined ? [] : this.#parameters();
    const statements = this.#statements();
    return this.#scanner.next === '' ? { parameters, statements } : this.#scanner.unexpected(supported);
  }

  /** https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_scripts#parameters-in-scripts */
  #parameters(): ScriptParameter[] {
    const parameters: ScriptParameter[] = [];
    this.#bracket(/\(/y, "'('");
    for (;;) {
      this.#scanner.skipLines();
      if (parameters.length === 0 && this.#scanner.take(/\)/y)) return parameters;
      parameters.push(this.#parameter());
      this.#scanner.skipLines();
      if (this.#scanner.take(/\)/y)) return parameters;
      this.#scanner.expect(/,/y, "',' or ')'");
    }
  }

  #parameter(): ScriptParameter {
    const isText = this.#scanner.take(/\[string\]\s*/iy) !== undefined;
    const [, name = ''] = this.#scanner.expect(/\$(\w+)/y, 'a parameter, such as [string] $Name');
    this.#scanner.skipBlanks();
    const given = this.#scanner.take(/=\s*/y) === undefined ? undefined : this.#expressions.single();
    const first = given ?? { kind: 'literal', value: isText ? '' : null };
    return { name: name.toLowerCase(), value: { kind: 'pipeline', first, rest: [] } };
  }

  #statements(): Statement[] {
    const statements: Statement[] = [];
    for (;;) {
      this.#scanner.skipLines();
      if (this.#scanner.next === '' || this.#scanner.next === '}') return statements;
      statements.push(this.#statement());
    }
  }

  #statement(): Statement {
    const scanner = this.#scanner;
    if (scanner.take(/if(?=\s*\()/iy)) return this.#if();
    if (scanner.take(/foreach(?=\s*\()/iy)) return this.#foreach();
    if (scanner.isAt(otherKeywords)) scanner.unexpected(supported);
    const at = scanner.position;
    const variable = scanner.take(/\$(\w+)[ \t]*=(?!=)/y)?.[1];
    if (variable === undefined) return this.#ended(this.#pipeline());
    if (/^(?:true|false|null|_)$/i.test(variable)) {
      scanner.fail(`Cannot overwrite variable ${variable} because it is read-only or constant.`, at);
    }
    scanner.skipBlanks();
    return this.#ended({ kind: 'assignment', variable: variable.toLowerCase(), value: this.#pipeline() });
  }

  #ended(statement: Statement): Statement {
    this.#scanner.skipBlanks();
    return this.#scanner.isAt(/[\n;}]|$/y) ? statement : this.#scanner.unexpected(supported);
  }

  #if(): Statement {
    const branches = [{ condition: this.#inParentheses(), body: this.#block() }];
    while (this.#follows(/elseif(?=\s*\()/iy)) branches.push({ condition: this.#inParentheses(), body: this.#block() });
    return { kind: 'if', branches, otherwise: this.#follows(/else(?=\s*\{)/iy) ? this.#block() : [] };
  }

  /** A further branch may begin on a line of its own. */
  #follows(keyword: RegExp): boolean {
    if (this.#scanner.isAt(/\s*else/iy)) this.#scanner.skipLines();
    return this.#scanner.take(keyword) !== undefined;
  }

  #foreach(): Statement {
    this.#bracket(/\(/y, "'('");
    const [, variable = ''] = this.#scanner.expect(/\$(\w+)\s+in\b/iy, '$variable in');
    this.#scanner.skipLines();
    const over = this.#pipeline();
    this.#bracket(/\)/y, "')'");
    return { kind: 'foreach', variable: variable.toLowerCase(), over, body: this.#block() };
  }

  #inParentheses(): Pipeline {
    this.#bracket(/\(/y, "'('");
    this.#scanner.skipLines();
    const pipeline = this.#pipeline();
    this.#bracket(/\)/y, "')'");
    return pipeline;
  }

  #block(): Statement[] {
    this.#bracket(/\{/y, "'{'");
    const statements = this.#statements();
    this.#bracket(/\}/y, "'}'");
    return statements;
  }

  #bracket(bracket: RegExp, shown: string): void {
    this.#scanner.skipLines();
    this.#scanner.expect(bracket, shown);
  }

  #pipeline(): Pipeline {
    const isCommand = this.#scanner.isAt(/[A-Za-z]/y);
    const first = isCommand ? this.#commands.command('first') : this.#expressions.expression();
    const rest: Command[] = [];
    for (;;) {
      this.#scanner.skipBlanks();
      if (!this.#scanner.take(/\|(?!\|)/y)) return { kind: 'pipeline', first, rest };
      this.#scanner.skipLines();
      rest.push(this.#commands.command('behind a pipe'));
    }
  }
}
