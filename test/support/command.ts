/** `tenantpost` as a process of its own, as an operator runs it. */

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../../local/stack.ts';
import { waitFor } from '../../local/wait.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A command that has not ended. */
export interface Running {
  /** What it has said so far. */
  readonly said: { readonly stdout: string; readonly stderr: string };
  /** Resolves when it has ended. */
  readonly ended: Promise<Ended>;
  /** Waits until it has said this on stderr. */
  sees(what: RegExp): Promise<RegExpExecArray>;
  /** What Ctrl-C sends, or another signal. */
  signal(name?: 'SIGINT' | 'SIGTERM'): void;
}

/** What is the machine's, and would change what the command does. */
const notHanded =
  /^(TPCLI_|NO_COLOR$|FORCE_COLOR$|DISPLAY$|WAYLAND_DISPLAY$|SSH_CONNECTION$|INIT_CWD$|SHELL$|BROWSER$)/;

/** @param variables of its environment, in place of any that this process has for it. */
export function start(
  argv: readonly string[],
  variables: Record<string, string> = {},
  input: string | Buffer = '',
): Running {
  const inherited = Object.entries(process.env).filter(([name]) => !notHanded.test(name));
  const child: ChildProcessWithoutNullStreams = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', 'cli/tenantpost.ts', ...argv],
    { cwd: root, env: { ...Object.fromEntries(inherited), ...variables } },
  );
  // It may end without having read it.
  child.stdin.on('error', () => {}).end(input);
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => (said[name] += part));
  }
  const ended = once(child, 'close').then(([code]) => ({ code: code as number | null, ...said }));
  return {
    said,
    ended,
    async sees(what) {
      return waitFor(`the command to say ${what}`, () => {
        const found = what.exec(said.stderr);
        if (found === null && child.exitCode !== null) throw new Error(`It ended: ${said.stdout}${said.stderr}`);
        return found ?? undefined;
      });
    },
    signal: (name = 'SIGINT') => void child.kill(name),
  };
}

/** To its end. */
export function tenantpost(
  argv: readonly string[],
  variables: Record<string, string> = {},
  input?: string | Buffer,
): Promise<Ended> {
  return start(argv, variables, input).ended;
}
