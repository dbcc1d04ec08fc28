/** `npm run bench -- cloud`: figures, printed as a table and kept in test/results/bench.json. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { help, readArguments } from '../../local/arguments.ts';
import { measureCloud, printCloudLoad } from './cloud/cloud-load.ts';

const usage = `npm run bench -- cloud

Measures, prints a table and writes test/results/bench.json.

  cloud   requests per second of each service of the local cloud at 16 connections, and its share of a core`;

const subjects: Record<string, () => Promise<unknown>> = {
  async cloud() {
    const measured = await measureCloud((line) => console.error(line));
    printCloudLoad(measured);
    return measured;
  },
};

const wanted: string[] = [];
readArguments(usage, () => {
  const { values, positionals } = parseArgs({ options: { help }, allowPositionals: true });
  wanted.push(...positionals);
  return { values };
});
const [subject = ''] = wanted;
const run = subjects[subject];
if (run === undefined || wanted.length > 1) {
  console.error(`usage: ${usage.split('\n')[0]}, where the subject is one of: ${Object.keys(subjects).join(', ')}`);
  process.exit(2);
}

const folder = join(import.meta.dirname, '..', 'results');
const file = join(folder, 'bench.json');
const kept: unknown = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {};
const machine = { node: process.version, cores: cpus().length, at: new Date().toISOString() };
const result = { ...machine, measured: await run() };
mkdirSync(folder, { recursive: true });
writeFileSync(file, `${JSON.stringify({ ...Object(kept), [subject]: result }, null, 2)}\n`);
console.error(`kept in ${file}`);
