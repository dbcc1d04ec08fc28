/** What is deployed: one bundle, host.json, a package.json of four lines, licences, and the bill of materials. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type Bundle, bundleApp, bundleName } from '../build.ts';
import { type BundledPackage, bundledPackages, importedByTheApp } from './bundled-packages.ts';
import { thirdPartyFile, thirdPartyLicenses, tidy } from './license-texts.ts';
import { sbomFile, sbomOf } from './sbom.ts';
import { zipOf } from './zip.ts';

export interface AppPackage {
  /** By their path in the zip. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  readonly zip: Uint8Array;
  readonly sbom: string;
  readonly packages: readonly BundledPackage[];
  readonly bundle: Bundle;
}

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  type: z.literal('module'),
  main: z.literal(bundleName),
});

/**
 * The source map is not in it: it is twice the bundle, Node reads it only when it is told to, and the bundle is not
 * minified, so that a stack names the function, and the comment above its lines the source file.
 *
 * @param from the top of a checkout of this repository with its packages.
 * @throws when a package that the bundle holds has no licence.
 */
export async function packageApp(from: string): Promise<AppPackage> {
  const text = (name: string): string => tidy(readFileSync(join(from, name), 'utf8'));
  const { name, version, license, type, main } = manifest.parse(JSON.parse(text('package.json')));
  const bundle = await bundleApp(from);
  const packages = bundledPackages(bundle.metafile, from);
  const code = bundle.files.find((file) => file.name === bundleName);
  if (code === undefined) throw new Error(`esbuild made no ${bundleName}.`);
  const direct = importedByTheApp(bundle.metafile, packages);
  const sbom = sbomOf({ from, name, version, license, bundle: code, packages, direct });
  const texts = {
    LICENSE: `${text('LICENSE')}\n`,
    'host.json': `${text('host.json')}\n`,
    'package.json': `${JSON.stringify({ name, version, type, main }, null, 2)}\n`,
    [thirdPartyFile]: thirdPartyLicenses(packages, from),
    [sbomFile]: sbom,
  };
  const encoder = new TextEncoder();
  const files = new Map<string, Uint8Array>(
    Object.entries(texts).map(([path, content]) => [path, encoder.encode(content)]),
  );
  files.set(bundleName, code.contents);
  return { files, zip: zipOf(files), sbom, packages, bundle };
}
