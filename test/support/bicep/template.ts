/** One file run with its parameters, as ARM would: each symbol once, when it is first asked for. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BicepError, type Place } from './bicep-error.ts';
import { constraintProblem, typeProblem, type Types } from './check-type.ts';
import { plainDecorators } from './constraints.ts';
import { evaluate, isTrue, loop, objectOf, textOf, type Names } from './evaluate.ts';
import { ModuleRun } from './module-run.ts';
import { parseFile } from './parse-file.ts';
import { Resource } from './resource.ts';
import { scopeOf } from './scope-of.ts';
import type { Expression, ResourceStatement, Statement, TypeExpression } from './syntax.ts';
import { typesOf } from './types-of.ts';
import { describe, fromPlain, isObject, type Value } from './values.ts';

export class Template implements Names {
  readonly statements: readonly Statement[];
  readonly functions = {
    loadTextContent: (path: Value = null) => this.#load(path),
    loadJsonContent: (path: Value = null) => fromPlain(JSON.parse(this.#load(path))),
  };
  /** Those of its modules too, in the order in which they were needed. */
  readonly resources: Resource[] = [];
  readonly #file: string;
  readonly #given: ReadonlyMap<string, Value>;
  readonly #types: Types;
  readonly #values = new Map<string, Value | 'being evaluated'>();

  constructor(file: string, given: ReadonlyMap<string, Value>) {
    this.#file = file;
    this.#given = given;
    this.statements = parseFile(readFileSync(file, 'utf8'), file);
    this.#types = typesOf(this.statements, file);
    const declared = new Set(this.statements.flatMap((one) => (one.kind === 'param' ? [one.name] : [])));
    const unknown = [...given.keys()].find((name) => !declared.has(name));
    if (unknown !== undefined) throw new BicepError(`there is no parameter ${unknown}`, { file, line: 1 });
  }

  /** Evaluates all that it declares and answers its outputs. */
  run(): Map<string, Value> {
    const outputs = new Map<string, Value>();
    for (const statement of this.statements) {
      if (statement.kind === 'targetScope' && evaluate(statement.value, this) !== 'resourceGroup') {
        throw new BicepError('a target scope that this reader does not know', statement);
      }
      if (statement.kind === 'param' || statement.kind === 'var') this.get(statement.name);
      if (statement.kind === 'resource' || statement.kind === 'module') this.get(statement.name);
      if (statement.kind === 'output') outputs.set(statement.name, this.#output(statement));
    }
    return outputs;
  }

  get(name: string): Value | undefined {
    const known = this.#values.get(name);
    const statement = this.statements.find((one) => 'name' in one && one.name === name && isSymbol(one));
    if (known === 'being evaluated')
      throw new BicepError(`${name} needs itself`, statement ?? { file: this.#file, line: 1 });
    if (known !== undefined) return known;
    if (statement === undefined) return this.#imported(name);
    this.#values.set(name, 'being evaluated');
    const value = this.#evaluate(statement);
    this.#values.set(name, value);
    return value;
  }

  /** A variable of another file. */
  #imported(name: string): Value | undefined {
    for (const statement of this.statements) {
      const found = statement.kind === 'import' ? statement.names.find(({ as }) => as === name) : undefined;
      if (statement.kind === 'import' && found !== undefined && !this.#types.has(name)) {
        return new Template(join(dirname(this.#file), statement.path), new Map()).get(found.name);
      }
    }
    return undefined;
  }

  #evaluate(statement: Statement): Value {
    switch (statement.kind) {
      case 'param':
        return this.#parameter(statement);
      case 'var':
        return this.#typed(evaluate(statement.value, this), statement.type, statement);
      case 'resource':
        return this.#each(statement.value, (body, names) => this.#resource(statement, body, names));
      case 'module':
        return this.#each(statement.value, (body, names) => this.#module(statement, body, names));
      default:
        throw new BicepError(`a ${statement.kind} has no value`, statement);
    }
  }

  #parameter(statement: Statement & { kind: 'param' }): Value {
    const given = this.#given.get(statement.name);
    const value =
      given ??
      (statement.initial === undefined
        ? statement.type.kind === 'nullable'
          ? null
          : undefined
        : evaluate(statement.initial, this));
    if (value === undefined) throw new BicepError(`the parameter ${statement.name} is missing`, statement);
    const constraints = plainDecorators(statement.decorators);
    const problem =
      typeProblem(value, statement.type, this.#types, statement.name) ??
      (value === null ? undefined : constraintProblem(value, constraints, statement.name));
    if (problem !== undefined) throw new BicepError(problem, statement);
    return value;
  }

  #output(statement: Statement & { kind: 'output' }): Value {
    return this.#typed(evaluate(statement.value, this), statement.type, statement);
  }

  #typed(value: Value, type: TypeExpression | undefined, { name, ...place }: Place & { name: string }): Value {
    const problem = type === undefined ? undefined : typeProblem(value, type, this.#types, name);
    if (problem !== undefined) throw new BicepError(problem, place);
    return value;
  }

  /** A loop is an array of what it declares; what a condition leaves out is null. */
  #each(value: Expression, declare: (body: Expression & { kind: 'object' }, names: Names) => Value): Value {
    const one = (body: Expression, names: Names): Value => {
      if (body.kind !== 'object') throw new BicepError('a declaration that is no object', body);
      return declare(body, names);
    };
    if (value.kind === 'for') return loop(value, this, one);
    if (value.kind === 'if') return isTrue(value.condition, this) ? one(value.body, this) : null;
    return one(value, this);
  }

  #resource(
    statement: ResourceStatement,
    body: Expression & { kind: 'object' },
    names: Names,
    within?: Resource,
  ): Resource {
    const { name: symbol, type: written, existing, file, line } = statement;
    // A resource inside of another may leave the version to it.
    const apiVersion = statement.apiVersion || (within?.apiVersion ?? '');
    const values = objectOf({ ...body, resources: [] }, names);
    const take = (key: string): Value | undefined => {
      const value = values.get(key);
      values.delete(key);
      return value;
    };
    const parent = within ?? take('parent');
    if (parent !== undefined && !(parent instanceof Resource))
      throw new BicepError('a parent that is no resource', body);
    const type = within === undefined ? written : `${within.type}/${written}`;
    // Microsoft Graph knows an application by its unique name, and a service principal by whose it is.
    const ofGraph = type.startsWith('Microsoft.Graph/') ? (values.get('uniqueName') ?? values.get('appId')) : undefined;
    const own = take('name') ?? ofGraph;
    if (own === undefined) throw new BicepError('a resource without a name', body);
    const name = `${parent === undefined ? '' : `${parent.name}/`}${textOf(own, body)}`;
    if (name.split('/').length !== type.split('/').length - 1)
      throw new BicepError(`${name} is no name of ${type}`, body);
    take('dependsOn');
    const scope = scopeOf(take('scope'), body);
    const resource = new Resource({ symbol, file, line, type, apiVersion, existing, name, scope, body: values });
    if (!existing) this.resources.push(resource);
    this.#nested(resource, body, names);
    return resource;
  }

  /** Each is declared with its parent and found by `parent::name`. */
  #nested(resource: Resource, body: Expression & { kind: 'object' }, names: Names): void {
    const beside: Names = {
      get: (name) => resource.children.get(name)?.() ?? names.get(name),
      functions: names.functions,
    };
    for (const statement of body.resources) {
      const declared = this.#each(statement.value, (inner) => this.#resource(statement, inner, beside, resource));
      resource.children.set(statement.name, () => declared);
    }
  }

  #module(statement: Statement & { kind: 'module' }, body: Expression & { kind: 'object' }, names: Names): ModuleRun {
    const values = objectOf(body, names);
    for (const key of values.keys()) {
      if (!['name', 'params', 'dependsOn', 'scope'].includes(key)) throw new BicepError(`${key} of a module`, body);
    }
    scopeOf(values.get('scope'), body);
    const given = values.get('params') ?? new Map<string, Value>();
    if (given === null || !isObject(given)) throw new BicepError(`${describe(given)} as parameters`, body);
    // A parameter that is null takes its default, as one that is left out.
    const parameters = new Map([...given].filter(([, value]) => value !== null));
    const template = new Template(join(dirname(this.#file), statement.path), parameters);
    const outputs = template.run();
    this.resources.push(...template.resources);
    return new ModuleRun(statement.name, () => outputs);
  }

  #load(path: Value): string {
    if (typeof path !== 'string') throw new Error(`${describe(path)} is no path`);
    return readFileSync(join(dirname(this.#file), path), 'utf8');
  }
}

function isSymbol({ kind }: Statement): boolean {
  return kind === 'param' || kind === 'var' || kind === 'resource' || kind === 'module';
}
