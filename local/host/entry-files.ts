/**
 * The files that `main` of package.json names: one, or those that fit a pattern such as `dist/{setup.js,functions/*.js}`
 * (https://learn.microsoft.com/azure/azure-functions/functions-reference-node#registering-a-function).
 */

import { existsSync, globSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from './describe-issues.ts';

/** @throws ConfigurationError when there is nothing to run. */
export function entryFiles(root: string): string[] {
  const file = join(root, 'package.json');
  if (!existsSync(file)) throw new ConfigurationError(`${file} is missing: its "main" names the built app.`);
  const parsed = z.object({ main: z.string() }).safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new ConfigurationError(`${file} has no "main": it names the built app.`);
  const { main } = parsed.data;
  if (!isPattern(main)) {
    const entry = resolve(root, main);
    if (!existsSync(entry))
      throw new ConfigurationError(`${entry} does not exist. Build the app first: npm run build.`);
    return [entry];
  }
  const files = [...new Set(inOrder(main).flatMap((one) => globSync(one, { cwd: root }).sort()))];
  if (files.length === 0)
    throw new ConfigurationError(`No file fits "main": "${main}". Build the app first: npm run build.`);
  return files.map((one) => resolve(root, one));
}

/**
 * Alternatives that name one file come before those that are patterns, each in alphabetical order: the public worker asks
 * fast-glob, which does so, and an app may rely on its setup file being the first.
 */
function inOrder(main: string): string[] {
  const alternatives = withoutBraces(main);
  return [...alternatives.filter((one) => !isPattern(one)), ...alternatives.filter(isPattern)];
}

function withoutBraces(pattern: string): string[] {
  const [, before = '', list = '', after = ''] = /^(.*?)\{([^{}]*)\}(.*)$/.exec(pattern) ?? [];
  if (list === '') return [pattern];
  return list.split(',').flatMap((one) => withoutBraces(`${before}${one}${after}`));
}

function isPattern(path: string): boolean {
  return /[*?[{]/.test(path);
}
