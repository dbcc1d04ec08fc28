// Starts one of our TypeScript programs from a bare clone: any Node runs this file, `npm` is all it needs beside it.
//
//   node local/bootstrap.mjs <program.ts> [arguments]
//
// 1. The Node to go on with: this one if it is new enough (node-version.mjs), otherwise Node 24, installed
//    once from the exact-pinned packages of local/node/ into local/node/node_modules.
// 2. The packages of package-lock.json, installed once and again whenever the lockfile changes.
// 3. The program, with this terminal and its exit code.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { neededNode, isNewEnough } from './node-version.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

function say(line) {
  process.stderr.write(`${line}\n`);
}

function fail(line) {
  say(line);
  process.exit(1);
}

/** Runs npm under the Node given; npm's own script is used so that its engine checks see that Node. */
function npmCi(node, folder, what) {
  const began = Date.now();
  say(`installing ${what} ...`);
  const argv = ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'];
  const cli = process.env.npm_execpath;
  const usesCli = cli !== undefined && cli.endsWith('.js');
  // `npm run` hands its own settings down as npm_config_*: npm 11 calls some of them unknown, which only frightens.
  const env = { ...process.env };
  for (const name of Object.keys(env)) if (/^npm_(config_(nodedir|json)|package_)/i.test(name)) delete env[name];
  const result = usesCli
    ? spawnSync(node, [cli, ...argv], { cwd: folder, env, stdio: ['ignore', 2, 2] })
    : spawnSync('npm', argv, { cwd: folder, env, stdio: ['ignore', 2, 2], shell: process.platform === 'win32' });
  if (result.error) fail(`npm could not be started (${result.error.message}). Install npm and try again.`);
  if (result.status !== 0) fail(`npm ci failed in ${folder}. Its own message is above.`);
  say(`installed ${what} in ${Math.round((Date.now() - began) / 1000)} s`);
}

function ensureNode() {
  if (isNewEnough(process.versions.node)) return process.execPath;
  const folder = join(root, 'local', 'node');
  const os = process.platform === 'win32' ? 'win' : process.platform;
  const file = process.platform === 'win32' ? 'node.exe' : 'node';
  const binary = join(folder, 'node_modules', `node-${os}-${process.arch}`, 'bin', file);
  if (!existsSync(binary)) {
    npmCi(process.execPath, folder, `Node 24 (this is Node ${process.versions.node}, tenantpost needs ${neededNode})`);
  }
  if (!existsSync(binary)) {
    fail(
      `tenantpost needs Node ${neededNode}; this is ${process.versions.node}. No Node package is pinned for ` +
        `${process.platform} ${process.arch}: install Node 24 from https://nodejs.org and try again.`,
    );
  }
  return binary;
}

function ensurePackages(node) {
  const lock = createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');
  const stamp = join(root, 'node_modules', '.tenantpost-lock');
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === lock) return;
  npmCi(node, root, 'packages');
  writeFileSync(stamp, lock);
}

const [program, ...rest] = process.argv.slice(2);
if (program === undefined) fail('usage: node local/bootstrap.mjs <program.ts> [arguments]');

const node = ensureNode();
ensurePackages(node);

const child = spawn(node, ['--disable-warning=ExperimentalWarning', program, ...rest], { cwd: root, stdio: 'inherit' });
// A terminal sends Ctrl-C to the whole group; a supervisor sends SIGTERM to this process alone: hand it on either way.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.on('exit', (code, signal) => process.exit(signal === null ? (code ?? 1) : 1));
