/** A checkout that holds only what the bundle is made of, to see whether its folder is told by what is made of it. */

import { copyFileSync, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** What the package is made of beside the sources. */
const topLevel = ['LICENSE', 'host.json', 'package.json', 'package-lock.json', 'tsconfig.json'];

/**
 * Copied, not linked: esbuild follows links to where they lead.
 *
 * @param sources every file that went into the bundle, from the top of the repository.
 */
export function copyCheckout(from: string, to: string, sources: readonly string[]): void {
  const files = new Set([...topLevel, ...sources]);
  for (const folder of new Set(sources.filter((file) => file.startsWith('node_modules/')).flatMap(foldersAbove))) {
    const manifest = `${folder}/package.json`;
    if (existsSync(join(from, manifest))) files.add(manifest);
    for (const name of readdirSync(join(from, folder))) {
      if (/^(?:licen[cs]e|copying|notice|copyright)/i.test(name)) files.add(`${folder}/${name}`);
    }
  }
  for (const folder of new Set([...files].map((file) => dirname(join(to, file)))))
    mkdirSync(folder, { recursive: true });
  for (const file of files) copyFileSync(join(from, file), join(to, file));
}

function foldersAbove(file: string): string[] {
  const parts = file.split('/').slice(0, -1);
  return parts.map((_, place) => parts.slice(0, place + 1).join('/')).slice(1);
}
