/** The packages of which the bundle holds anything, by what esbuild says that it put in. */

import type { Metafile } from 'esbuild';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

export interface BundledPackage {
  readonly name: string;
  readonly version: string;
  /** As its package.json says it: an SPDX expression. */
  readonly license: string;
  readonly author: string;
  readonly description: string | undefined;
  /** From the top of the repository: `node_modules/zod`. What package-lock.json names it by, too. */
  readonly folder: string;
  /** Of the bundle. */
  readonly bytes: number;
  /** Folders of those that it imports. */
  readonly imports: readonly string[];
}

const person = z.union([z.string(), z.object({ name: z.string() }).transform(({ name }) => name)]);

const manifest = z.object({
  name: z.string(),
  version: z.string(),
  license: z.string(),
  author: person.default(''),
  description: z.string().optional(),
});

/** The innermost package: one may have packages of its own. */
const folderOf = (file: string): string | undefined =>
  /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(file)?.[0];

/**
 * @param from the top of the repository that was bundled.
 * @returns them by name. What tree shaking left nothing of is not among them.
 * @throws when a package.json lacks name, version or licence, naming it.
 */
export function bundledPackages({ inputs, outputs }: Metafile, from: string): BundledPackage[] {
  const held = Object.values(outputs).flatMap(({ inputs: parts }) =>
    Object.entries(parts).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  const folders = new Map<string, { bytes: number; imports: Set<string> }>();
  for (const [file, { bytesInOutput }] of held) {
    const folder = folderOf(file);
    if (folder === undefined) continue;
    const known = folders.get(folder) ?? { bytes: 0, imports: new Set() };
    known.bytes += bytesInOutput;
    for (const { path } of inputs[file]?.imports ?? []) known.imports.add(folderOf(path) ?? folder);
    folders.set(folder, known);
  }
  return [...folders]
    .map(([folder, { bytes, imports }]) => {
      const own = [...imports].filter((one) => one !== folder && folders.has(one)).sort();
      return { ...readManifest(from, folder), folder, bytes, imports: own };
    })
    .sort((a, b) => order(`${a.name}@${a.version} ${a.folder}`, `${b.name}@${b.version} ${b.folder}`));
}

/** What of ours imports directly. */
export function importedByTheApp({ inputs }: Metafile, packages: readonly BundledPackage[]): string[] {
  const own = Object.entries(inputs).filter(([file]) => folderOf(file) === undefined);
  const imported = new Set(own.flatMap(([, { imports }]) => imports.map(({ path }) => folderOf(path))));
  return packages.map(({ folder }) => folder).filter((folder) => imported.has(folder));
}

function readManifest(from: string, folder: string) {
  const parsed = manifest.safeParse(JSON.parse(readFileSync(join(from, folder, 'package.json'), 'utf8')));
  if (parsed.success) return { ...parsed.data, description: parsed.data.description };
  const fields = parsed.error.issues.map(({ path }) => path.join('.')).join(', ');
  throw new Error(`${folder}/package.json lacks what a bill of materials needs: ${fields}.`);
}

/** By code points: no machine's language sorts them otherwise. */
export const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
