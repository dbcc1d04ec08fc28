/** The user-defined types of a file, its own and the imported. */

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { BicepError } from './bicep-error.ts';
import type { Types } from './check-type.ts';
import { plainDecorators } from './constraints.ts';
import { parseFile } from './parse-file.ts';
import type { Statement } from './syntax.ts';

export function typesOf(statements: readonly Statement[], file: string): Types {
  const types = new Map(
    statements.flatMap((one) =>
      one.kind === 'type'
        ? [[one.name, { type: one.type, constraints: plainDecorators(one.decorators) }] as const]
        : [],
    ),
  );
  for (const statement of statements) {
    if (statement.kind !== 'import') continue;
    const path = join(dirname(file), statement.path);
    const theirs = parseFile(readFileSync(path, 'utf8'), path);
    const imported = typesOf(theirs, path);
    // All of them, since one may name another.
    for (const [name, type] of imported) types.set(name, type);
    for (const { name, as } of statement.names) {
      const declared = theirs.find((one) => (one.kind === 'type' || one.kind === 'var') && one.name === name);
      if (declared === undefined)
        throw new BicepError(`${name} is neither a type nor a variable of ${path}`, statement);
      const exported = 'decorators' in declared && declared.decorators.some((one) => one.name === 'export');
      if (!exported) throw new BicepError(`${name} is not exported by ${path}`, statement);
      const type = imported.get(name);
      if (type !== undefined) types.set(as, type);
    }
  }
  return types;
}
