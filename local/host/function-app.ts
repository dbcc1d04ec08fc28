/** Loads a built function app: the one CommonJS file that `main` of its package.json names. */

import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { ConfigurationError } from './describe-issues.ts';
import type { FunctionsCore } from './functions-core.ts';

/**
 * Runs the entry file and the app's start hooks. What the file throws is passed on as it is: a host without the app's
 * functions must not come up.
 *
 * @throws ConfigurationError when there is nothing to run, or nothing was registered.
 */
export async function loadFunctionApp(root: string, core: FunctionsCore): Promise<void> {
  const entry = entryFile(root);
  // The worker runs in the app's folder.
  process.chdir(root);
  core.install();
  createRequire(join(root, 'package.json'))(entry);
  if (core.functions.size === 0) throw new ConfigurationError(`${entry} registered no function.`);
  await core.start(root);
}

function entryFile(root: string): string {
  const file = join(root, 'package.json');
  if (!existsSync(file)) throw new ConfigurationError(`${file} is missing: its "main" names the built app.`);
  const parsed = z.object({ main: z.string() }).safeParse(JSON.parse(readFileSync(file, 'utf8')));
  if (!parsed.success) throw new ConfigurationError(`${file} has no "main": it names the built app.`);
  const { main } = parsed.data;
  // The real host loads every file that fits. This app is one bundle, so the order in which many are loaded is not copied.
  if (/[*?{]/.test(main)) {
    throw new ConfigurationError(
      `package.json: "main": "${main}" is a pattern, which is not implemented by the local host`,
    );
  }
  const entry = resolve(root, main);
  if (!existsSync(entry)) throw new ConfigurationError(`${entry} does not exist. Build the app first: npm run build.`);
  return entry;
}
