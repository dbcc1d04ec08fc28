/** Reads one command: its name, and which of its parameters are given what. */

import { isSame } from '../same.ts';
import type { Cmdlet, ParameterInfo } from './cmdlet.ts';
import type { ExpressionParser } from './parse-expression.ts';
import type { Scanner } from './scanner.ts';
import { type Position, ScriptError } from './script-error.ts';
import type { Command, Expression } from './syntax.ts';

/** https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_commonparameters, those of use here. */
const commonParameters: ParameterInfo[] = ['ErrorAction', 'WarningAction', 'InformationAction'].map((name) => ({
  name,
  isRequired: false,
  isSwitch: false,
}));

const endOfCommand = /[\n;|)}]|$/y;

export class CommandParser {
  readonly #scanner: Scanner;
  readonly #expressions: ExpressionParser;
  readonly #cmdlets: readonly Cmdlet[];

  constructor(scanner: Scanner, expressions: ExpressionParser, cmdlets: readonly Cmdlet[]) {
    this.#scanner = scanner;
    this.#expressions = expressions;
    this.#cmdlets = cmdlets;
  }

  command(place: 'first' | 'behind a pipe'): Command {
    const at = this.#scanner.position;
    const cmdlet = this.#cmdlet(place);
    const given = this.#arguments(cmdlet);
    const missing = cmdlet.parameters.filter(({ isRequired, name }) => isRequired && !given.has(name));
    if (missing.length === 0) return { kind: 'command', cmdlet, given, at };
    const names = missing.map(({ name }) => name).join(' ');
    // PowerShell asks for them where somebody can answer; this is its sentence where nobody can.
    throw new ScriptError(`Cannot process command because of one or more missing mandatory parameters: ${names}.`, at);
  }

  #cmdlet(place: 'first' | 'behind a pipe'): Cmdlet {
    const at = this.#scanner.position;
    const [name] = this.#scanner.expect(/[A-Za-z][\w-]*(?=[\s|;)}`]|$)/y, 'the name of a cmdlet');
    const known = this.#cmdlets.filter((one) => place === 'first' || one.takesInput);
    const cmdlet = known.find((one) => [one.name, ...one.aliases].some((alias) => isSame(alias, name)));
    if (cmdlet !== undefined) return cmdlet;
    const refused =
      place === 'first'
        ? `The term '${name}' is not recognized as a name of a cmdlet, function, script file, or executable program.`
        : `'${name}' is not supported ${place}.`;
    throw new ScriptError(`${refused} Supported are: ${known.map((one) => one.name).join(', ')}.`, at);
  }

  #arguments(cmdlet: Cmdlet): Map<string, Expression> {
    const scanner = this.#scanner;
    const given = new Map<string, Expression>();
    const unnamed: { value: Expression; at: Position }[] = [];
    for (;;) {
      scanner.skipBlanks();
      if (scanner.isAt(endOfCommand)) break;
      const at = scanner.position;
      const [, name, colon = ''] = scanner.take(/-([A-Za-z]\w*)(:?)/y) ?? [];
      if (name === undefined) unnamed.push({ value: this.#expressions.argument(), at });
      else this.#named(parameterOf(cmdlet, name, at), colon, given, at);
    }
    const open = cmdlet.positional.filter((name) => !given.has(name));
    for (const { value, at } of unnamed) {
      const name = open.shift();
      if (name === undefined) {
        throw new ScriptError(
          `A positional parameter cannot be found that accepts this argument. ${parametersOf(cmdlet)}`,
          at,
        );
      }
      given.set(name, value);
    }
    return given;
  }

  #named({ name, isSwitch }: ParameterInfo, colon: string, given: Map<string, Expression>, at: Position): void {
    if (given.has(name)) {
      throw new ScriptError(
        `Cannot bind parameter because parameter '${name}' is specified more than once. To provide multiple values ` +
          'to parameters that can accept multiple values, use the array syntax. For example, "-parameter value1,value2,value3".',
        at,
      );
    }
    if (isSwitch && colon === '') {
      given.set(name, { kind: 'literal', value: true });
      return;
    }
    this.#scanner.skipBlanks();
    if (this.#scanner.isAt(endOfCommand) || (colon === '' && this.#scanner.isAt(/-[A-Za-z]/y))) {
      throw new ScriptError(
        `Missing an argument for parameter '${name}'. Specify a parameter of type 'System.String' and try again.`,
        at,
      );
    }
    given.set(name, this.#expressions.argument());
  }
}

/** PowerShell takes any beginning of a name that fits one parameter only. Here a name is written out. */
function parameterOf(cmdlet: Cmdlet, name: string, at: Position): ParameterInfo {
  const found = [...cmdlet.parameters, ...commonParameters].find((one) => isSame(one.name, name));
  if (found !== undefined) return found;
  throw new ScriptError(
    `A parameter cannot be found that matches parameter name '${name}'. ${parametersOf(cmdlet)}`,
    at,
  );
}

function parametersOf({ name, parameters }: Cmdlet): string {
  const known = [...parameters, ...commonParameters].map((one) => `-${one.name}`).join(', ');
  return `Supported for ${name} are: ${known}.`;
}
