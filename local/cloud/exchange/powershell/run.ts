/** Runs a script that was read: https://learn.microsoft.com/powershell/module/microsoft.powershell.core/about/about_pipelines. */

import type { ExchangeSession } from '../session.ts';
import { CmdletError, type Position, ScriptError } from './script-error.ts';
import { showValues } from './show.ts';
import type { Command, Expression, Pipeline, Script, Statement } from './syntax.ts';
import { asArray, isCmdletObject, isTrue, ofPipeline, textOf, type Value } from './value.ts';

/** Values, characters and rounds that a script may make: beyond any set-up, and far from what the process can hold. */
const most = 1_000_000;

const errorActions = ['stop', 'continue', 'silentlycontinue', 'ignore'];

export class ScriptRun {
  readonly #session: ExchangeSession;
  /** By name in small letters, in one scope for the whole script. */
  readonly #variables = new Map<string, Value>();
  #made = 0;

  constructor(session: ExchangeSession) {
    this.#session = session;
  }

  /**
   * @param given by the names of the script's parameters.
   * @throws CmdletError for a parameter that it does not have, and ScriptError as `run` does.
   */
  start({ parameters, statements }: Script, given: Readonly<Record<string, string>>): void {
    const values = new Map(Object.entries(given).map(([name, value]) => [name.toLowerCase(), value]));
    for (const { name, value } of parameters) {
      this.#variables.set(name, values.get(name) ?? ofPipeline(this.#pipeline(value)));
      values.delete(name);
    }
    for (const name of values.keys()) {
      throw new CmdletError(`A parameter cannot be found that matches parameter name '${name}'.`);
    }
    this.run(statements);
  }

  /**
   * A script stops at its first error, as with `$ErrorActionPreference = 'Stop'`, which PowerShell itself does not
   * begin with: a set-up that goes on without what failed leaves a tenant half done.
   *
   * @throws ScriptError
   */
  run(statements: readonly Statement[]): void {
    for (const statement of statements) this.#statement(statement);
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'assignment':
        this.#variables.set(statement.variable, ofPipeline(this.#pipeline(statement.value)));
        return;
      case 'if': {
        const branch = statement.branches.find(({ condition }) => isTrue(ofPipeline(this.#pipeline(condition))));
        this.run(branch?.body ?? statement.otherwise);
        return;
      }
      case 'foreach':
        for (const value of this.#pipeline(statement.over)) {
          this.#make(1);
          this.#variables.set(statement.variable, value);
          this.run(statement.body);
        }
        return;
      case 'pipeline': {
        const values = this.#pipeline(statement);
        this.#session.output.push(...values.filter(isCmdletObject));
        this.#session.lines.push(...showValues(values));
      }
    }
  }

  #pipeline({ first, rest }: Pipeline): Value[] {
    let values = first.kind === 'command' ? this.#command(first, []) : asArray(this.#evaluate(first));
    for (const command of rest) values = this.#command(command, values);
    return values;
  }

  #command({ cmdlet, given, at }: Command, input: Value[]): Value[] {
    const values = Object.fromEntries([...given].map(([name, expression]) => [name, this.#evaluate(expression)]));
    const {
      ErrorAction = this.#variables.get('erroractionpreference') ?? 'Stop',
      WarningAction,
      ...ownValues
    } = values;
    const errorAction = textOf(ErrorAction).toLowerCase();
    if (!errorActions.includes(errorAction)) {
      throw new ScriptError(`The ErrorAction ${textOf(ErrorAction)} is not supported.`, at);
    }
    try {
      if (!cmdlet.needsNoConnection) this.#session.requireConnection(cmdlet.name);
      return this.#session.warning(!/^(?:silentlycontinue|ignore)$/i.test(textOf(WarningAction ?? '')), () =>
        cmdlet.run(this.#session, ownValues, input),
      );
    } catch (error) {
      if (!(error instanceof CmdletError)) throw error;
      if (errorAction === 'stop') throw new ScriptError(`${cmdlet.name}: ${error.message}`, at);
      if (errorAction === 'continue') this.#session.lines.push(`${cmdlet.name}: ${error.message}`);
      return [];
    }
  }

  #evaluate(expression: Expression): Value {
    switch (expression.kind) {
      case 'literal':
        return expression.value;
      case 'text':
        return expression.parts
          .map((part) => this.#madeOf(typeof part === 'string' ? part : textOf(ofPipeline(this.#pipeline(part)))))
          .join('');
      case 'nested':
        return ofPipeline(this.#pipeline(expression.pipeline));
      case 'array':
        return expression.items.flatMap((item) => this.#madeOf(asArray(this.#evaluate(item))));
      case 'variable':
        return this.#variable(expression.name, expression.at);
      case 'property':
        return propertyOf(this.#evaluate(expression.of), expression.name, expression.at);
      case 'not':
        return !isTrue(this.#evaluate(expression.of));
      case 'logical': {
        const left = isTrue(this.#evaluate(expression.left));
        if (left === (expression.operator === '-or')) return left;
        return isTrue(this.#evaluate(expression.right));
      }
      case 'compare': {
        const [left, right] = [this.#evaluate(expression.left), this.#evaluate(expression.right)];
        if (expression.operator === '-contains') return asArray(left).some((one) => equals(one, right, expression.at));
        return equals(left, right, expression.at) === (expression.operator === '-eq');
      }
    }
  }

  #madeOf<Made extends string | Value[]>(made: Made): Made {
    this.#make(made.length);
    return made;
  }

  /** @throws CmdletError once a script that doubles what it has, or loops in loops, has made too much. */
  #make(count: number): void {
    this.#made += count;
    if (this.#made > most) throw new CmdletError('The script makes more values than are supported here.');
  }

  /** Strict mode's refusals of what is not there: a misspelt name is no empty value. */
  #variable(name: string, at: Position): Value {
    const value = this.#variables.get(name);
    if (value !== undefined) return value;
    throw new ScriptError(`The variable '$${name}' cannot be retrieved because it has not been set.`, at);
  }
}

function propertyOf(value: Value, name: string, at: Position): Value {
  if (value === null) return null;
  if (Array.isArray(value)) return value.map((one) => propertyOf(one, name, at));
  const wanted = name.toLowerCase();
  const found = isCmdletObject(value)
    ? Object.entries(value.properties).find(([one]) => one.toLowerCase() === wanted)
    : undefined;
  if (found !== undefined) return found[1];
  throw new ScriptError(`The property '${name}' cannot be found on this object. Verify that the property exists.`, at);
}

/** Text is compared without regard to case, and what is compared with text is text. */
function equals(left: Value, right: Value, at: Position): boolean {
  if (Array.isArray(left)) throw new ScriptError('Comparing several values with -eq or -ne is not supported here.', at);
  if (left === null || right === null) return left === right;
  if (typeof left === 'boolean') return left === isTrue(right);
  return textOf(left).toLowerCase() === textOf(right).toLowerCase();
}
