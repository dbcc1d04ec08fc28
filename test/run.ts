/**
 * `npm test`: everything that needs no browser, closing with node's own summary. `npm test -- <file> ...` runs only these.
 *
 * Unit tests need nothing. Integration tests start what they talk to (Azurite, the local cloud). End-to-end tests drive the
 * built bundle, so it is built first.
 */

import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { buildApp, builtAlready } from '../local/build.ts';
import { compileCache } from '../local/host/compile-cache.ts';

const wanted = process.argv.slice(2);
const files = wanted.length > 0 ? wanted : globSync('test/{unit,integration,e2e}/**/*.test.ts').sort();

await buildApp();
const child = spawn(
  process.execPath,
  // Three at a time on the two cores that CI has: one file waits for a timer, or for its servers, while others work.
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=3',
    '--test-timeout=120000',
    ...files,
  ],
  { stdio: 'inherit', env: { ...process.env, ...compileCache, ...builtAlready } },
);
child.on('exit', (code) => process.exit(code ?? 1));
