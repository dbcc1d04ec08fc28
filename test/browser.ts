/**
 * `npm run test:browser`: the pages in Chromium, as Debian and others package it. `npm run test:browser -- <file> ...` runs
 * only these.
 */

import { spawn } from 'node:child_process';
import { globSync } from 'node:fs';
import { buildApp, builtAlready } from '../local/build.ts';
import { compileCache } from '../local/host/compile-cache.ts';
import { findChromium } from './browser/chromium.ts';

if (findChromium() === undefined) {
  console.error('There is no chromium on the PATH. Install it first: apt-get install chromium');
  process.exit(1);
}

const wanted = process.argv.slice(2);
const files = wanted.length > 0 ? wanted : globSync('test/browser/*.test.ts').sort();
await buildApp();
const child = spawn(
  process.execPath,
  [
    '--disable-warning=ExperimentalWarning',
    '--test',
    '--test-reporter=spec',
    '--test-concurrency=2',
    '--test-timeout=120000',
    ...files,
  ],
  { stdio: 'inherit', env: { ...process.env, ...compileCache, ...builtAlready } },
);
child.on('exit', (code) => process.exit(code ?? 1));
