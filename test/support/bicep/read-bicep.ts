/**
 * Reads our own Bicep files as a deployment would, so that tests can hold them equal to the code. It is no compiler: it knows
 * what our templates use and fails, with file and line, on everything else.
 */

import { readFileSync, statSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { BicepError } from './bicep-error.ts';
import { plainDecorators } from './constraints.ts';
import { evaluate } from './evaluate.ts';
import { parseFile } from './parse-file.ts';
import { roleAssignments, type RoleAssignment } from './role-assignments.ts';
import { appSettings, lifecycleRules, namesOf, type LifecycleRule } from './storage-and-settings.ts';
import { Template } from './template.ts';
import { fromPlain, plain, type Plain, type Value } from './values.ts';

export interface ReadResource {
  /** As the file calls it. */
  symbol: string;
  file: string;
  line: number;
  type: string;
  apiVersion: string;
  /** With its parents': `account/default/tenants`. */
  name: string;
  id: string;
  /** The resource that it extends, by id; undefined for the resource group. */
  scope: string | undefined;
  /** All that is declared except name, parent, scope and dependsOn. */
  body: { readonly [name: string]: Plain };
}

interface ReadParameter {
  name: string;
  required: boolean;
  description?: string;
  secure?: true;
  allowed?: readonly Plain[];
  minLength?: number;
  maxLength?: number;
  minValue?: number;
  maxValue?: number;
}

export interface Deployment {
  resources: readonly ReadResource[];
  tables: readonly string[];
  queues: readonly string[];
  containers: readonly string[];
  /** Of the vault. */
  keys: readonly string[];
  roleAssignments: readonly RoleAssignment[];
  /** Of the function app, names and values. */
  appSettings: Readonly<Record<string, string>>;
  lifecycleRules: readonly LifecycleRule[];
  parameters: readonly ReadParameter[];
  outputs: Readonly<Record<string, Plain>>;
}

export interface ReadOptions {
  parameters?: Readonly<Record<string, Plain>>;
  /** What `readEnvironmentVariable` finds. */
  environment?: Readonly<Record<string, string>>;
}

/**
 * @param path a `.bicepparam`, or a `.bicep` with its parameters, or a folder with a main.bicep.
 * @throws BicepError for what a deployment would refuse as well: a parameter that is missing, unknown or out of bounds.
 */
export function readBicep(path: string, options: ReadOptions = {}): Deployment {
  const start = relative(process.cwd(), statSync(path).isDirectory() ? join(path, 'main.bicep') : path);
  const { file, given } = start.endsWith('.bicepparam')
    ? parametersOf(start, options.environment ?? {})
    : { file: start, given: new Map<string, Value>() };
  for (const [name, value] of Object.entries(options.parameters ?? {})) given.set(name, fromPlain(value));
  const template = new Template(file, given);
  const outputs = template.run();
  const resources = template.resources.map(
    ({ symbol, type, apiVersion, name, id, scope, body, ...place }): ReadResource => ({
      symbol,
      file: place.file,
      line: place.line,
      type,
      apiVersion,
      name,
      id,
      scope: scope?.id,
      body: Object.fromEntries([...body].map(([key, value]) => [key, plain(value)])),
    }),
  );
  return {
    resources,
    tables: namesOf(resources, 'Microsoft.Storage/storageAccounts/tableServices/tables'),
    queues: namesOf(resources, 'Microsoft.Storage/storageAccounts/queueServices/queues'),
    containers: namesOf(resources, 'Microsoft.Storage/storageAccounts/blobServices/containers'),
    keys: namesOf(resources, 'Microsoft.KeyVault/vaults/keys'),
    roleAssignments: roleAssignments(template.resources),
    appSettings: appSettings(resources),
    lifecycleRules: lifecycleRules(resources),
    parameters: declaredParameters(template),
    outputs: Object.fromEntries([...outputs].map(([name, value]) => [name, plain(value)])),
  };
}

function declaredParameters({ statements }: Template): ReadParameter[] {
  return statements.flatMap((statement) => {
    if (statement.kind !== 'param') return [];
    const { allowed, ...constraints } = plainDecorators(statement.decorators);
    const required = statement.initial === undefined && statement.type.kind !== 'nullable';
    const choices =
      allowed ??
      (statement.type.kind === 'union'
        ? statement.type.members.flatMap((one) => (one.kind === 'literal' ? [one.value] : []))
        : undefined);
    return [
      {
        name: statement.name,
        required,
        ...constraints,
        ...(choices === undefined ? {} : { allowed: choices.map(plain) }),
      },
    ];
  });
}

function parametersOf(
  path: string,
  environment: Readonly<Record<string, string>>,
): { file: string; given: Map<string, Value> } {
  const given = new Map<string, Value>();
  let file: string | undefined;
  const names = {
    get: (name: string) => given.get(name),
    functions: {
      readEnvironmentVariable: (name: Value = null, otherwise?: Value): Value => {
        const value = environment[String(name)] ?? otherwise;
        if (value === undefined) throw new Error(`${String(name)} is not in the environment`);
        return value;
      },
    },
  };
  for (const statement of parseFile(readFileSync(path, 'utf8'), path)) {
    if (statement.kind === 'using') file = join(dirname(path), statement.path);
    else if (statement.kind === 'assignment' || statement.kind === 'var') {
      given.set(statement.name, evaluate(statement.value, names));
    } else throw new BicepError(`a ${statement.kind} in a file of parameters`, statement);
  }
  if (file === undefined) throw new BicepError('no using', { file: path, line: 1 });
  return { file, given };
}
