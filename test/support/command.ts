/** `tenantpost` as a process of its own, as an operator runs it. */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { root } from '../../local/stack.ts';

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** @param variables of its environment, in place of any that this process has for it. */
export async function tenantpost(argv: readonly string[], variables: Record<string, string> = {}): Promise<Ended> {
  const { TPCLI_URL: _url, TPCLI_KEY: _key, ...env } = process.env;
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', 'cli/tenantpost.ts', ...argv], {
    cwd: root,
    env: { ...env, ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const said = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (part: string) => (said[name] += part));
  }
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...said };
}
