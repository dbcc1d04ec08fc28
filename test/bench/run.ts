/** `npm run bench -- cloud`, `tokens`, `gate` or `send`: figures, printed as a table and kept in test/results/bench.json. */

import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { help, readArguments } from '../../local/arguments.ts';
import { measureCloud, printCloudLoad } from './cloud/cloud-load.ts';
import { measureSend, printSend } from './send/send-bench.ts';
import { measureHotMailbox, printGate } from './gate/gate-bench.ts';
import { measureTokens, printTokens } from './tokens/token-bench.ts';

const usage = `npm run bench -- cloud | tokens | gate | send

Measures, prints a table and writes test/results/bench.json.

  cloud   requests per second of each service of the local cloud at 16 connections, and its share of a core
  tokens  time of a token from the cache at 10 to 10,000 tenants, beside MSAL Node's and @azure/identity's own caches, and
          what it takes to warm 10,000 tenants: time, memory, vault and Entra requests (five minutes)
  gate    how near to its limit eight processes send a blast of 50,000 to one mailbox, what that costs, and what another
          tenant's message notices of it (half an hour)
  send    messages per second, time of a core and latency of the built bundle beside the least program that keeps the same
          promise, and its storage calls for one message (five minutes)`;

const machine = { node: process.version, cores: cpus().length, at: new Date().toISOString() };

/** Each returns the keys that it writes. */
const subjects: Record<string, () => Promise<Record<string, unknown>>> = {
  async cloud() {
    const measured = await measureCloud((line) => console.error(line));
    printCloudLoad(measured);
    return { cloud: { ...machine, measured } };
  },
  async tokens() {
    const { tokenLoad, ...measured } = await measureTokens();
    printTokens({ tokenLoad, ...measured });
    return { tokens: { ...machine, load: tokenLoad }, ...measured };
  },
  async gate() {
    const measured = await measureHotMailbox();
    printGate(measured);
    return { gate: { ...machine, ...measured } };
  },
  async send() {
    const { sendLoad, ...measured } = await measureSend();
    printSend({ sendLoad, ...measured });
    return { send: { ...machine, load: sendLoad }, ...measured };
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
const result = await run();
mkdirSync(folder, { recursive: true });
writeFileSync(file, `${JSON.stringify({ ...Object(kept), ...result }, null, 2)}\n`);
console.error(`kept in ${file}`);
