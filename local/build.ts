/** `npm run build`: the app as one CommonJS file, which the local host, `func start` and Azure all run. */

import { build } from 'esbuild';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(import.meta.dirname, '..');
const outfile = join(root, 'dist', 'functions.cjs');

export async function buildApp(): Promise<string> {
  await build({
    absWorkingDir: root,
    entryPoints: ['functions/index.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    sourcemap: true,
    // The Functions worker provides this module at run time; bundled, the library would take itself for a unit test and
    // register nothing.
    external: ['@azure/functions-core'],
    logLevel: 'warning',
  });
  return outfile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = await buildApp();
  console.log(`built ${file} (${Math.round(statSync(file).size / 1024)} kB)`);
}
