/** Loads a built function app: the files that `main` of its package.json names, CommonJS or ES modules. */

import { pathToFileURL } from 'node:url';
import { ConfigurationError } from './describe-issues.ts';
import { entryFiles } from './entry-files.ts';
import type { FunctionsCore } from './functions-core.ts';

/**
 * Runs the entry files and the app's start hooks. What a file throws is passed on as it is: a host without the app's
 * functions must not come up.
 *
 * @throws ConfigurationError when there is nothing to run, or nothing was registered.
 */
export async function loadFunctionApp(root: string, core: FunctionsCore): Promise<void> {
  const files = entryFiles(root);
  // The worker runs in the app's folder.
  process.chdir(root);
  core.install();
  for (const file of files) await import(pathToFileURL(file).href);
  if (core.functions.size === 0) throw new ConfigurationError(`${files.join(', ')} registered no function.`);
  await core.start(root);
}
