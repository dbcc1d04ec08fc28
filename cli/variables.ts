/** What the user of the command has said outside of its arguments: variables, and files by name or on standard input. */

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { UsageError } from './failure.ts';

/** An empty one counts as absent. */
export function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

/**
 * @param name `-` is standard input.
 * @param what it is for, in the message of a failure.
 * @throws UsageError
 */
export async function readGiven(name: string, what: string): Promise<Buffer<ArrayBuffer>> {
  if (name === '-') return Buffer.from(await buffer(process.stdin));
  try {
    return Buffer.from(await readFile(fileOf(name)));
  } catch (cause) {
    const why = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
    throw new UsageError(`${what}: the file ${name} cannot be read (${why}).`, { cause });
  }
}

/** `npm run` changes to the folder of the package, and says in INIT_CWD where the user was. */
export function fileOf(name: string): string {
  return resolve(variable('INIT_CWD') ?? process.cwd(), name);
}
