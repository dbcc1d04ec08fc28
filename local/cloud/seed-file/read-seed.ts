/** Reads a seed file, or tells everything that is wrong about it at once. */

import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { describeProblems, type FieldProblem, fieldProblems } from '../field-problem.ts';
import { type Seed, seedFile } from './seed-file.ts';

export class InvalidSeedError extends Error {
  override readonly name = 'InvalidSeedError';
  readonly problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    super(`The seed is wrong: ${describeProblems(problems)}.`);
    this.problems = problems;
  }
}

/** @throws InvalidSeedError naming every field that is wrong, and what was expected there. */
export function readSeed(written: unknown): Seed {
  const parsed = seedFile.safeParse(written);
  if (parsed.success) return parsed.data;
  throw new InvalidSeedError(fieldProblems(new z.ZodError(parsed.error.issues.flatMap(likeliest))));
}

/** Where a field may be one of several things, it is told what is wrong about the one that was meant. */
function likeliest(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors
    .filter((branch) => !branch.some(({ path, code }) => path.length === 0 && code.startsWith('invalid_')))
    .toSorted((one, other) => one.length - other.length)[0];
  if (meant === undefined) return [issue];
  return meant.flatMap((inner) => likeliest({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** @param file a path, or `-` for standard input. @throws InvalidSeedError also for a file that cannot be read. */
export async function readSeedFile(file: string): Promise<Seed> {
  return readSeed(parseJson(await textOf(file)));
}

async function textOf(file: string): Promise<string> {
  try {
    return await (file === '-' ? text(process.stdin) : readFile(file, 'utf8'));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidSeedError([{ field: 'the whole', message: `cannot be read: ${reason}` }]);
  }
}

function parseJson(text: string): unknown {
  try {
    // A byte order mark is what some editors begin a file with.
    return JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new InvalidSeedError([{ field: 'the whole', message: `is no JSON: ${reason}` }]);
  }
}
