/**
 * Starts the local Functions host as a child process, or as several: what the demo, `npm start` and the end-to-end tests
 * use.
 */

import { compileCache } from './compile-cache.ts';
import { groupOf, httpGroup, isSameGroup } from './function-group.ts';
import { type HostProcess, type StartedProcess, startHostProcess } from './host-process.ts';
import { formatLine } from './log.ts';
import type { FunctionSummary, HostKeys } from './ready.ts';

export interface HostOptions {
  /** Folder of the function app: host.json, package.json and the built entry file. */
  root: string;
  /** Application settings; together with PATH and the like they are all that the host has: no local.settings.json. */
  settings: Record<string, string>;
  /** Left out, the system chooses one. */
  port?: number;
  environment?: 'Development' | 'Production';
  /**
   * `one`, the default: everything in one process, as with `func start`. `per-group`: as Flex Consumption does, the HTTP
   * functions in one process and every other function in a process of its own
   * (https://learn.microsoft.com/azure/azure-functions/flex-consumption-plan#per-function-scaling).
   */
  processes?: 'one' | 'per-group';
  /** With `per-group`: how many processes a group has, by its name `function:<name>`; 1 when it is left out. */
  instances?: Readonly<Record<string, number>>;
  /**
   * For how long a received message is hidden from others at a time: 600 seconds on the real host, whatever is set. For a
   * test that kills hosts, and cannot wait ten minutes for what they held.
   */
  messageLockSeconds?: number;
  /** Gets what the host and the app print, line by line; with `per-group` each begins with its group: `function:x | `. */
  onLine?: (line: string) => void;
}

export interface Host {
  /** Of the process with the port. */
  pid: number;
  /** `http://localhost:PORT` */
  url: string;
  functions: FunctionSummary[];
  keys: HostKeys;
  /** That of the HTTP functions first. One that ends by itself is reported as a line; the others go on. */
  readonly processes: readonly HostProcess[];
  /** Waits until one of `processes` has ended and starts another in its place, as Azure does with an instance. */
  replace(ended: HostProcess): Promise<HostProcess>;
  /** Lets every process finish what is under way; resolves as `exited` does. */
  stop(): Promise<number>;
  /** SIGKILL to all: what is under way is lost, as when instances disappear. */
  kill(): void;
  /** When the last process has ended: 0, or the first exit code in the order of `processes` that is another. */
  exited: Promise<number>;
}

/** What a program needs to run at all. Everything else is a setting: nothing of this process leaks into the app. */
const inherited = [
  ...['PATH', 'HOME', 'USER', 'LANG', 'LC_ALL', 'TMPDIR', 'TMP', 'TEMP'],
  ...['SystemRoot', 'SystemDrive', 'ComSpec', 'PATHEXT', 'USERPROFILE', 'APPDATA', 'LOCALAPPDATA'],
];

/** Rejects with the app's own message when the app does not load: there is never a host without functions. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { root, settings, port = 0, environment, processes: mode = 'one', instances, onLine = () => {} } = options;
  const { messageLockSeconds = 600 } = options;
  if (mode === 'one' && instances) throw new RangeError("instances: needs processes: 'per-group'");
  const processes: HostProcess[] = [];
  const labels = new Map<HostProcess, string>();
  let stopping = false;
  const start = async (group: string, label: string, atPort = port): Promise<StartedProcess> => {
    const say = label === '' ? onLine : (line: string): void => onLine(`${label} | ${line}`);
    const from = { root, port: atPort, group, messageLockSeconds, onLine: say };
    const variables = environmentOf(settings, environment);
    const started = await startHostProcess({ ...from, environment: variables }).catch((cause: unknown) => {
      if (label === '' || !(cause instanceof Error)) throw cause;
      throw new Error(`${label}: ${cause.message}`, { cause });
    });
    labels.set(started.process, label);
    void started.process.exited.then((code) => {
      if (stopping || label === '') return;
      say(formatLine(new Date(), 'critical', 'host', `This process ended with ${code}; the others go on.`));
    });
    return started;
  };
  const stop = async (): Promise<number> => {
    stopping = true;
    return firstOther(await Promise.all(processes.map((one) => one.stop())));
  };

  const first = await (mode === 'one' ? start('all', '') : start(httpGroup, httpGroup));
  processes.push(first.process);
  const { functions, http } = first.ready;
  if (!http) throw new Error('The host said that it was ready, and named no address.');
  if (mode === 'per-group') {
    try {
      const wanted = otherProcesses(functions, instances);
      const outcomes = await Promise.allSettled(wanted.map(({ group, label }) => start(group, label)));
      for (const one of outcomes) if (one.status === 'fulfilled') processes.push(one.value.process);
      const failed = outcomes.find((one) => one.status === 'rejected');
      if (failed) throw failed.reason;
    } catch (error) {
      await stop();
      throw error;
    }
  }
  const replace = async (ended: HostProcess): Promise<HostProcess> => {
    const place = processes.indexOf(ended);
    if (place < 0) throw new RangeError('That is no process of this host.');
    await ended.exited;
    const started = await start(ended.group, labels.get(ended) ?? '', Number(new URL(http.url).port));
    labels.delete(ended);
    processes[place] = started.process;
    if (stopping) await started.process.stop();
    return started.process;
  };
  return {
    pid: processes[0]?.pid ?? 0,
    ...http,
    functions,
    processes,
    replace,
    stop,
    kill() {
      stopping = true;
      for (const one of processes) one.kill();
    },
    exited: whenAllHaveEnded(processes),
  };
}

/** Those that take the place of others meanwhile are waited for as well. */
async function whenAllHaveEnded(processes: readonly HostProcess[]): Promise<number> {
  for (;;) {
    const seen = [...processes];
    const codes = await Promise.all(seen.map((one) => one.exited));
    if (seen.every((one, place) => one === processes[place])) return firstOther(codes);
  }
}

/** The processes beside that of the HTTP functions. */
function otherProcesses(functions: readonly FunctionSummary[], instances: HostOptions['instances'] = {}) {
  const groups = functions.map(groupOf).filter((group) => group !== httpGroup);
  for (const [name, count] of Object.entries(instances)) {
    if (!groups.some((group) => isSameGroup(group, name))) {
      throw new RangeError(`instances: "${name}" is none of ${groups.join(', ') || 'no groups'}`);
    }
    if (!Number.isInteger(count) || count < 1) throw new RangeError(`instances: ${name}: ${count} is no count`);
  }
  return groups.flatMap((group) => {
    const count = Object.entries(instances).find(([name]) => isSameGroup(group, name))?.[1] ?? 1;
    return Array.from({ length: count }, (_, index) => ({
      group,
      label: count === 1 ? group : `${group}#${index + 1}`,
    }));
  });
}

function firstOther(codes: readonly number[]): number {
  return codes.find((code) => code !== 0) ?? 0;
}

function environmentOf(settings: Record<string, string>, environment: HostOptions['environment']) {
  const base = inherited.flatMap((name) => {
    const value = process.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  const chosen = environment === undefined ? {} : { AZURE_FUNCTIONS_ENVIRONMENT: environment };
  return { ...Object.fromEntries(base), ...compileCache, ...settings, ...chosen };
}
