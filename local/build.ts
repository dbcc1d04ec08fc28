/** `npm run build`: the app as one CommonJS file, which the local host, `func start` and Azure all run. */

import { build } from 'esbuild';
import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(import.meta.dirname, '..');
const outfile = join(root, 'dist', 'functions.cjs');

/** @returns the bundle's path. It is put there whole, since other processes may be loading it at this moment. */
export async function buildApp(): Promise<string> {
  const { outputFiles } = await build({
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
    write: false,
  });
  mkdirSync(dirname(outfile), { recursive: true });
  for (const { path, contents } of outputFiles) {
    const whole = `${path}.${process.pid}.new`;
    writeFileSync(whole, contents);
    renameSync(whole, path);
  }
  return outfile;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = await buildApp();
  console.log(`built ${file} (${Math.round(statSync(file).size / 1024)} kB)`);
}
