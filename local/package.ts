/** `npm run package`: what is deployed, as one zip that is the same byte for byte wherever it is made. */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { unzipSync } from 'fflate';
import { help, readArguments } from './arguments.ts';
import { writeBundle } from './build.ts';
import { type AppPackage, packageApp } from './package/package-app.ts';
import { sha256 } from './package/sbom.ts';

const zipName = 'dist/tenantpost.zip';
const sbomName = 'dist/tenantpost.cdx.json';

readArguments(
  `npm run package

Builds the app and writes what is deployed:

  ${zipName}       the bundle, host.json, package.json, licences and the bill of materials; nothing else
  ${sbomName}  the same bill of materials (CycloneDX 1.6) beside it
  dist/functions.cjs       the bundle, as in the zip, and its source map, which is not in the zip

The same commit and package-lock.json give the same bytes on every machine, and the SHA-256 that is printed.

Exit codes: 0 when it is written, 1 when it cannot be, as when a package has no licence text, 2 for wrong arguments.`,
  () => parseArgs({ options: { help } }),
);

const root = join(import.meta.dirname, '..');
try {
  const app = await packageApp(root);
  writeBundle(app.bundle);
  writeFileSync(join(root, zipName), app.zip);
  writeFileSync(join(root, sbomName), app.sbom);
  console.log(described(app));
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  process.exit(1);
}

function described({ files, zip, sbom, packages }: AppPackage): string {
  const sizes: number[][] = [];
  unzipSync(zip, {
    filter({ originalSize, size }) {
      sizes.push([originalSize, size]);
      return false;
    },
  });
  const names = [...files.keys()].sort();
  const width = Math.max(...names.map((name) => name.length));
  const row = (name: string, ...cells: string[]): string =>
    `  ${name.padEnd(width)}${cells.map((cell) => cell.padStart(12)).join('')}`;
  return [
    row('in the zip', 'bytes', 'compressed'),
    ...names.map((name, place) => row(name, ...(sizes[place] ?? []).map((size) => size.toLocaleString('en')))),
    '',
    `${packages.length} packages, each with its licence in the zip and its row in the bill of materials`,
    '',
    ...[
      { name: zipName, content: zip },
      { name: sbomName, content: new TextEncoder().encode(sbom) },
    ].map(({ name, content }) => `${name}\n  ${content.length.toLocaleString('en')} bytes, SHA-256 ${sha256(content)}`),
  ].join('\n');
}
