/** Starts the local Functions host as a child process: what the demo, `npm start` and the end-to-end tests use. */

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { compileCache } from './compile-cache.ts';
import { type FunctionSummary, type HostKeys, hostMessage } from './ready.ts';

export interface HostOptions {
  /** Folder of the function app: host.json, package.json and the built entry file. */
  root: string;
  /** Application settings; together with PATH and the like they are all that the host has: no local.settings.json. */
  settings: Record<string, string>;
  /** Left out, the system chooses one. */
  port?: number;
  environment?: 'Development' | 'Production';
  /** Gets what the host and the app print, line by line. */
  onLine?: (line: string) => void;
}

export interface Host {
  pid: number;
  /** `http://localhost:PORT` */
  url: string;
  functions: FunctionSummary[];
  keys: HostKeys;
  /** Lets the host finish what is under way; resolves with its exit code, 0 when all went well. */
  stop(): Promise<number>;
  /** SIGKILL: what is under way is lost, as when an instance disappears. */
  kill(): void;
  /** The exit code, 128 and the signal's number after a signal. */
  exited: Promise<number>;
}

/** What a program needs to run at all. Everything else is a setting: nothing of this process leaks into the app. */
const inherited = [
  ...['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TMPDIR', 'TMP', 'TEMP'],
  ...['SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
];

const program = fileURLToPath(new URL('main.ts', import.meta.url));

/** Rejects with the app's own message when the app does not load: there is never a host without functions. */
export async function startHost({ root, settings, port = 0, environment, onLine }: HostOptions): Promise<Host> {
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', program, '--root', root, '--port', String(port), '--environment-only'],
    {
      env: environmentOf(settings, environment),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A group of its own: Ctrl-C in the terminal is for the parent, which then stops the host in its own order.
      detached: process.platform !== 'win32',
    },
  );
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.splice(0, lastLines.length - 20);
      lastLines.push(line);
      onLine?.(line);
    });
  }
  const exited = new Promise<number>((done) => {
    child.on('close', (code, signal) => done(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });

  const ready = await whenReady(child, exited, lastLines);
  let stopping = false;
  return {
    pid: child.pid ?? 0,
    ...ready,
    stop() {
      // A second signal would end the host at once.
      if (!stopping) tellToStop(child);
      stopping = true;
      return exited;
    },
    kill: () => void child.kill('SIGKILL'),
    exited,
  };
}

function tellToStop(child: ChildProcess): void {
  if (process.platform !== 'win32') child.kill('SIGTERM');
  else if (child.connected) child.send('stop');
}

function environmentOf(settings: Record<string, string>, environment: HostOptions['environment']) {
  const base = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const chosen = environment === undefined ? {} : { AZURE_FUNCTIONS_ENVIRONMENT: environment };
  return { ...Object.fromEntries(base), ...compileCache, ...settings, ...chosen };
}

async function whenReady(child: ChildProcess, exited: Promise<number>, lastLines: readonly string[]) {
  const first = await new Promise<unknown>((done, refuse) => {
    child.once('message', done);
    child.once('error', refuse);
    void exited.then((code) =>
      refuse(new Error(`The host ended with ${code} before it was ready.\n${lastLines.join('\n')}`)),
    );
  });
  const message = hostMessage.parse(first);
  if (message.type === 'failed') {
    await exited;
    throw new Error(message.message);
  }
  const { url, functions, keys } = message;
  return { url, functions, keys };
}
