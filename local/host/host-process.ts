/** One process of the local Functions host, as the process that started it sees it. */

import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { hostMessage, type ReadyMessage } from './ready.ts';

export interface HostProcess {
  /** `http`, `function:<name>`, or `all` when one process listens for every function. */
  group: string;
  pid: number;
  /** Lets the process finish what is under way; resolves with its exit code, 0 when all went well. */
  stop(): Promise<number>;
  /** SIGKILL: what is under way is lost, as when an instance disappears. */
  kill(): void;
  /** The exit code, 128 and the signal's number after a signal. */
  exited: Promise<number>;
}

export interface StartedProcess {
  process: HostProcess;
  ready: ReadyMessage;
}

export interface HostProcessOptions {
  root: string;
  port: number;
  group: string;
  messageLockSeconds: number;
  environment: Readonly<Record<string, string>>;
  onLine: (line: string) => void;
}

const program = fileURLToPath(new URL('main.ts', import.meta.url));

/** Rejects with the app's own message when the app does not load: there is never a host without functions. */
export async function startHostProcess(options: HostProcessOptions): Promise<StartedProcess> {
  const { root, port, group, messageLockSeconds, environment, onLine } = options;
  const ofGroup = group === 'all' ? [] : ['--group', group];
  const child = spawn(
    process.execPath,
    [
      ...['--disable-warning=ExperimentalWarning', program],
      ...['--root', root, '--port', String(port), ...ofGroup],
      ...['--message-lock-seconds', String(messageLockSeconds), '--environment-only'],
    ],
    {
      env: environment,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      // A process group of its own: Ctrl-C in the terminal is for the parent, which then stops the host in its own order.
      detached: process.platform !== 'win32',
    },
  );
  const lastLines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (!stream) continue;
    createInterface({ input: stream }).on('line', (line) => {
      lastLines.splice(0, lastLines.length - 20);
      lastLines.push(line);
      onLine(line);
    });
  }
  const exited = new Promise<number>((done) => {
    child.on('close', (code, signal) => done(code ?? 128 + (signal ? constants.signals[signal] : 0)));
  });

  const ready = await whenReady(child, exited, lastLines);
  let stopping = false;
  const started: HostProcess = {
    group,
    pid: child.pid ?? 0,
    stop() {
      // A second signal would end the process at once.
      if (!stopping) tellToStop(child);
      stopping = true;
      return exited;
    },
    kill: () => void child.kill('SIGKILL'),
    exited,
  };
  return { process: started, ready };
}

function tellToStop(child: ChildProcess): void {
  if (process.platform !== 'win32') child.kill('SIGTERM');
  else if (child.connected) child.send('stop');
}

async function whenReady(
  child: ChildProcess,
  exited: Promise<number>,
  lastLines: readonly string[],
): Promise<ReadyMessage> {
  const first = await new Promise<unknown>((done, refuse) => {
    child.once('message', done);
    child.once('error', refuse);
    void exited.then((code) =>
      refuse(new Error(`The host ended with ${code} before it was ready.\n${lastLines.join('\n')}`)),
    );
  });
  const message = hostMessage.parse(first);
  if (message.type === 'ready') return message;
  await exited;
  throw new Error(message.message);
}
