/** `npm run cloud` as a process of its own: what it prints, and how it ends. */

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after } from 'node:test';
import { z } from 'zod';
import { compileCache } from '../../../../local/host/compile-cache.ts';
import { root } from '../../../../local/stack.ts';

const running = new Set<ChildProcess>();
after(() => {
  // Only what a failed test left.
  for (const child of running) child.kill('SIGKILL');
});

export interface Program {
  readonly child: ChildProcess;
  readonly stdout: () => string;
  readonly stderr: () => string;
  readonly ended: Promise<number>;
}

/** @param input what it reads from standard input. */
export function run(argv: string[], input?: string): Program {
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'local/cloud.ts', ...argv], {
    cwd: root,
    env: { ...process.env, ...compileCache },
  });
  running.add(child);
  child.stdin.end(input ?? '');
  const printed = { stdout: '', stderr: '' };
  child.stdout.on('data', (part: Buffer) => (printed.stdout += part.toString()));
  child.stderr.on('data', (part: Buffer) => (printed.stderr += part.toString()));
  const ended = once(child, 'close').then(([code]) => {
    running.delete(child);
    return z.number().parse(code);
  });
  return { child, stdout: () => printed.stdout, stderr: () => printed.stderr, ended };
}
