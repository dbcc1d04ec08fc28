/**
 * Commands that are not here (`az`, `azd`, `curl`), as small scripts on a PATH of their own: each writes down how it was called and
 * answers what the test says. A call that no rule is for fails.
 */

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { root } from '../../local/stack.ts';

interface Answer {
  readonly stdout?: string;
  readonly stderr?: string;
  readonly code?: number;
}

/** For calls that begin with these words: the answers in their order, the last one from then on. The first rule that fits is taken. */
export type Rule = readonly [call: string, ...answers: (Answer | string)[]];

export interface Finished {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** Each call: the command and its arguments, with a space between them. */
  readonly calls: readonly string[];
  /** What was in the files that were handed over by `@name`. */
  readonly handed: string;
  /** The variables that the last call was given, as `export -p` writes them. */
  readonly exported: string;
  /** What was left in the folder for temporary files. */
  readonly left: readonly string[];
}

/** What the hooks may take for granted beside a shell: of POSIX, and `mktemp`, which every system has. */
const tools = ['cat', 'dirname', 'grep', 'mkdir', 'mktemp', 'rm', 'sed', 'sh', 'sleep', 'tr', 'wc'];
const stubbed = ['az', 'azd', 'curl', 'npm'];

const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

/** A rule as a branch of the script: the n-th call of it is told from the lines of a file. */
function branch([call, ...answers]: Rule, index: number): string {
  const cases = answers.map((answer, position) => {
    const { stdout = '', stderr = '', code = 0 } = typeof answer === 'string' ? { stdout: answer } : answer;
    const when = position === answers.length - 1 ? '*' : String(position + 1);
    return `${when}) printf %s ${quoted(stdout)}; printf %s ${quoted(stderr)} >&2; exit ${code} ;;`;
  });
  return `${quoted(call)}*) echo >> "$STUBS/${index}"; case $(wc -l < "$STUBS/${index}" | tr -d ' ') in ${cases.join(' ')} esac ;;`;
}

function pathOf(tool: string): string {
  const folders = (process.env['PATH'] ?? '').split(delimiter);
  const found = folders.map((folder) => join(folder, tool)).find(existsSync);
  if (found === undefined) throw new Error(`${tool} is not on the PATH`);
  return found;
}

/**
 * Runs shell commands to their end, in the folder of the project, with nothing on the PATH but the stubs, node, and the tools above.
 * @param without commands that are not installed.
 */
export async function runWithStubs(
  script: string,
  rules: readonly Rule[],
  variables: Readonly<Record<string, string>>,
  without: readonly string[] = [],
): Promise<Finished> {
  const folder = mkdtempSync(join(tmpdir(), 'stubs-'));
  const stub = [
    '#!/bin/sh',
    'me=${0##*/}',
    String.raw`printf '%s\037' "$me $*" >> "$STUBS/calls"`,
    'for one; do case $one in @*) cat "${one#@}" >> "$STUBS/handed" 2>/dev/null ;; esac; done',
    'export -p > "$STUBS/exported"',
    'case "$me $*" in',
    ...rules.map(branch),
    '*) echo "No rule for: $me $*" >&2; exit 97 ;;',
    'esac',
  ].join('\n');
  try {
    for (const name of stubbed) if (!without.includes(name)) writeFileSync(join(folder, name), stub, { mode: 0o755 });
    for (const name of tools) symlinkSync(pathOf(name), join(folder, name));
    symlinkSync(process.execPath, join(folder, 'node'));
    for (const name of ['calls', 'handed', 'exported']) writeFileSync(join(folder, name), '');
    const temporary = mkdtempSync(join(folder, 'tmp-'));
    const child = spawn('sh', ['-c', script], {
      cwd: root,
      env: { PATH: folder, STUBS: folder, TMPDIR: temporary, TENANTPOST_HOOK_PAUSE_SECONDS: '0', ...variables },
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 60_000,
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (part: string) => (said.stdout += part));
    child.stderr.setEncoding('utf8').on('data', (part: string) => (said.stderr += part));
    await once(child, 'close');
    const written = (name: string): string => readFileSync(join(folder, name), 'utf8');
    const calls = written('calls').split('\u001f').slice(0, -1);
    const seen = { calls, handed: written('handed'), exported: written('exported') };
    return { code: child.exitCode, ...said, ...seen, left: readdirSync(temporary) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
