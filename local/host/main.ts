/**
 * The local Functions host as a program of its own, so that it can be stopped, killed and started again like the real one.
 *
 *   node local/host/main.ts --root <folder> [--port 7071] [--group <group>] [--message-lock-seconds 600] [--environment-only]
 *
 * A group is `http` or `function:<name>`; left out, this process listens for every function.
 * Settings are the environment, and `Values` of <folder>/local.settings.json for what the environment lacks.
 */

import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { trust } from '../trust.ts';
import { ConfigurationError } from './describe-issues.ts';
import { startLocalHost } from './host.ts';
import { describeError, formatLine } from './log.ts';
import type { HostMessage } from './ready.ts';
import { readLocalSettings, Settings } from './settings.ts';

const usage =
  'usage: node local/host/main.ts --root <folder> [--port 7071] [--group http|function:<name>] ' +
  '[--message-lock-seconds 600] [--environment-only]';

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Tells the process that started this one, if any did, and waits until it is told. */
async function tell(message: HostMessage): Promise<void> {
  await new Promise<void>((done) => {
    if (process.send) process.send(message, () => done());
    else done();
  });
}

function parseArguments() {
  try {
    return parseArgs({
      options: {
        root: { type: 'string' },
        port: { type: 'string', default: '7071' },
        group: { type: 'string' },
        // QueueListener.cs: ten minutes, which no setting of the real host changes.
        'message-lock-seconds': { type: 'string', default: '600' },
        // For a caller whose settings are complete: one from local.settings.json could turn them into something else.
        'environment-only': { type: 'boolean', default: false },
      },
    }).values;
  } catch (error) {
    throw new ConfigurationError(`${error instanceof Error ? error.message : String(error)}. ${usage}`);
  }
}

function readArguments() {
  const values = parseArguments();
  if (values.root === undefined) throw new ConfigurationError(usage);
  if (!/^\d{1,5}$/.test(values.port) || Number(values.port) > 65_535) {
    throw new ConfigurationError(`"${values.port}" is no port. ${usage}`);
  }
  const lock = Number(values['message-lock-seconds']);
  if (!Number.isInteger(lock) || lock < 1 || lock > 600) {
    throw new ConfigurationError(`"${values['message-lock-seconds']}" is no lock of 1 to 600 seconds. ${usage}`);
  }
  const { group, port } = values;
  return {
    root: resolve(values.root),
    port: Number(port),
    group,
    messageLockSeconds: lock,
    environmentOnly: values['environment-only'],
  };
}

async function start() {
  const { environmentOnly, ...from } = readArguments();
  const local = environmentOnly ? {} : readLocalSettings(from.root);
  const caFile = process.env['NODE_EXTRA_CA_CERTS'] ? undefined : local['NODE_EXTRA_CA_CERTS'];
  for (const [name, value] of Object.entries(local)) process.env[name] ??= value;
  // The real host starts a worker with these variables. Here host and worker are one process, which Node has begun already.
  if (caFile) trust(readFileSync(resolve(from.root, caFile), 'utf8'));
  // What `func start` says to the app as well; without it the real host takes itself to be in production.
  process.env['AZURE_FUNCTIONS_ENVIRONMENT'] ??= 'Development';
  const host = await startLocalHost({ ...from, settings: new Settings(process.env), emit: say });
  await tell({ type: 'ready', functions: host.functions, http: host.http });
  return host;
}

function sayFatal(text: string): void {
  say(formatLine(new Date(), 'critical', 'host', text));
}

function fail(error: unknown): void {
  sayFatal(error instanceof ConfigurationError ? error.message : describeError(error));
  const message = error instanceof Error ? error.message : String(error);
  void tell({ type: 'failed', message }).then(() => process.exit(1));
}

let ready = false;
let stopping = false;
const started = start();

/** Once is enough: a second call changes nothing. */
function stop(): void {
  if (stopping) return;
  stopping = true;
  started
    .then((host) => host.stop())
    .then(
      () => process.exit(0),
      (error: unknown) => {
        sayFatal(describeError(error));
        process.exit(1);
      },
    );
}

function onSignal(): void {
  if (stopping) process.exit(1);
  stop();
}

process.on('SIGTERM', onSignal);
process.on('SIGINT', onSignal);
// Windows knows no SIGTERM: there the parent says it. A parent that is gone must not leave a host behind.
process.on('message', stop);
process.on('disconnect', stop);
// Whoever read the log is gone; what is under way is finished all the same.
process.stdout.on('error', () => undefined);
process.stderr.on('error', () => undefined);
process.on('uncaughtException', (error) => {
  // Also what an entry file did not wait for.
  if (!ready) return fail(error);
  sayFatal(`The app ended this process: ${describeError(error)}`);
  process.exit(1);
});
started.then(() => (ready = true), fail);
