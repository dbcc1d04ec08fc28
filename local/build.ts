/** `npm run build`: the app as one CommonJS file, which the local host, `func start` and Azure all run. */

import { build, type Metafile } from 'esbuild';
import { mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(import.meta.dirname, '..');

/** From the top of the repository, as `main` of package.json names it. */
export const bundleName = 'dist/functions.cjs';

export interface Bundle {
  /** The file, and its source map. Neither holds a path from outside of the repository. */
  readonly files: readonly { readonly name: string; readonly contents: Uint8Array }[];
  /** What went in, and what came out of which. */
  readonly metafile: Metafile;
}

/** @param from the top of a checkout of this repository with its packages. */
export async function bundleApp(from: string = root): Promise<Bundle> {
  const { outputFiles, metafile } = await build({
    absWorkingDir: from,
    entryPoints: ['functions/index.ts'],
    outfile: bundleName,
    bundle: true,
    platform: 'node',
    target: 'node22',
    format: 'cjs',
    sourcemap: true,
    // The Functions worker provides this module at run time; bundled, the library would take itself for a unit test and
    // register nothing.
    external: ['@azure/functions-core'],
    logLevel: 'warning',
    metafile: true,
    write: false,
  });
  const folder = dirname(bundleName);
  return {
    files: outputFiles.map(({ path, contents }) => ({ name: `${folder}/${basename(path)}`, contents })),
    metafile,
  };
}

/** Puts it below `dist/`, each file whole, since other processes may be loading it at this moment. @returns its path. */
export function writeBundle({ files }: Bundle): string {
  for (const { name, contents } of files) {
    const path = join(root, name);
    mkdirSync(dirname(path), { recursive: true });
    const whole = `${path}.${process.pid}.new`;
    writeFileSync(whole, contents);
    renameSync(whole, path);
  }
  return join(root, bundleName);
}

/** For the environment of processes that find the bundle built: a run of many of them builds it once. */
export const builtAlready = { LOCAL_APP_IS_BUILT: 'yes' };

/** @returns the bundle's path. */
export async function buildApp(): Promise<string> {
  if (process.env['LOCAL_APP_IS_BUILT'] === builtAlready.LOCAL_APP_IS_BUILT) return join(root, bundleName);
  return writeBundle(await bundleApp());
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = await buildApp();
  console.log(`built ${file} (${Math.round(statSync(file).size / 1024)} kB)`);
}
