/**
 * Where child processes keep compiled code: host and Azurite start in about half the time from the second time on
 * (https://nodejs.org/api/module.html#module-compile-cache). Not in the shared temporary folder, where others could put
 * code of theirs.
 */

import { fileURLToPath } from 'node:url';

export const compileCache = {
  NODE_COMPILE_CACHE: fileURLToPath(new URL('../../node_modules/.cache/node-compile-cache', import.meta.url)),
};
