/** What the command line says of itself: help, completion, colours, and how it refuses what it does not know. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { commands } from '../../../cli/commands/index.ts';
import { exitCodeMeanings } from '../../../cli/exit-codes.ts';
import { root } from '../../../local/stack.ts';
import { type Ended, tenantpost } from '../../support/command.ts';

const names = commands.map(({ name }) => name);
const manual = readFileSync(join(root, 'docs', 'cli.md'), 'utf8');

/** Several at a time: each is a process of its own. */
const helps = new Map<string, Promise<Ended>>();
for (const name of names) {
  const before = [...helps.values()].at(-2) ?? Promise.resolve();
  helps.set(
    name,
    Promise.resolve(before).then(() => tenantpost([name, '--help'])),
  );
}

describe('every command', () => {
  for (const name of names) {
    test(`${name} has usage, options and an example in its help, and a section in docs/cli.md`, async () => {
      const { code, stdout, stderr } = (await helps.get(name)) ?? { code: null, stdout: '', stderr: '' };
      assert.deepEqual([code, stderr], [0, '']);
      assert.match(
        stdout,
        new RegExp(`^tenantpost ${name}\\b[^]*^Options:\\n[^]*--json [^]*^Examples:\\n {2}tenantpost ${name}\\b`, 'm'),
      );
      assert.doesNotMatch(stdout, /\x1b/);
      assert.match(manual, new RegExp(`^### .*\`${name}\``, 'm'));
    });
  }

  test('is listed by --help with its summary, beside the exit codes, which are those of docs/cli.md', async () => {
    const { code, stdout } = await tenantpost(['--help']);
    assert.equal(code, 0);
    const flat = stdout.replaceAll(/\s+/g, ' ');
    for (const { name, summary } of commands) {
      assert.match(flat, new RegExp(`tenantpost ${name}\\b`));
      assert.ok(flat.includes(summary), summary);
    }
    for (const [exitCode, meaning] of exitCodeMeanings) {
      assert.ok(flat.includes(`${exitCode} ${meaning}`), meaning);
      assert.match(manual, new RegExp(`^\\| ${exitCode} +\\|`, 'm'));
    }
  });
});

describe('completion', () => {
  test('names the commands and the options of one', async () => {
    const commandsOf = await tenantpost(['--get-yargs-completions', 'tenantpost', ''], { SHELL: '/bin/bash' });
    assert.deepEqual(commandsOf.stdout.trim().split('\n').sort(), [...names].sort());
    const options = await tenantpost(['--get-yargs-completions', 'tenantpost', 'token', '--r'], { SHELL: '/bin/bash' });
    assert.match(options.stdout, /^--raw$/m);
    assert.match(options.stdout, /^--resource$/m);
    const choices = await tenantpost(['--get-yargs-completions', 'tenantpost', 'token', '--resource', ''], {
      SHELL: '/bin/bash',
    });
    assert.deepEqual(choices.stdout.trim().split('\n').sort(), ['graph', 'outlook']);
  });

  test('gives zsh what each command is for', async () => {
    const { stdout } = await tenantpost(['--get-yargs-completions', 'tenantpost', ''], { SHELL: '/bin/zsh' });
    assert.match(stdout, /^doctor:Finds out why mail does not leave/m);
  });

  test('prints a script for bash that bash takes, and one for zsh', async () => {
    const bash = await tenantpost(['completion', 'bash']);
    assert.equal(bash.code, 0);
    assert.match(bash.stdout, /^complete .* -F _tenantpost_yargs_completions tenantpost$/m);
    execFileSync('bash', ['-n'], { input: bash.stdout });
    const zsh = await tenantpost(['completion', 'zsh']);
    assert.match(zsh.stdout, /^#compdef tenantpost\n/);
    const own = await tenantpost(['completion', '--json'], { SHELL: '/usr/bin/zsh' });
    assert.match(String((JSON.parse(own.stdout) as { script: unknown }).script), /^#compdef tenantpost\n/);
  });
});

describe('what it does not know ends it with 2 and how to get help', () => {
  for (const [what, argv, expected] of [
    ['no command', [], /^Which command\?\nTry: tenantpost --help\n$/],
    ['a misspelt command', ['stauts'], /^Did you mean status\?\nTry: tenantpost --help\n$/],
    ['what is no command at all', ['toString'], /^Unknown (command|argument): toString\./],
    [
      'a missing argument',
      ['doctor'],
      /^Not enough non-option arguments: got 0, need at least 1\.\nTry: tenantpost doctor --help\n$/,
    ],
    ['a tenant that is none', ['doctor', 'a b'], /^"a b" is neither a tenant ID, which is a GUID, nor a domain/],
    ['an option without its value', ['invite', '--return-url'], /^Not enough arguments following: return-url\./],
    [
      'a number that is none',
      ['status', '11111111-aaaa-4aaa-8aaa-111111111111', '--limit', 'x'],
      /^--limit: a number from 1 on\./,
    ],
  ] as const) {
    test(what, async () => {
      const { code, stdout, stderr } = await tenantpost(argv);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, expected);
    });
  }

  test('as one JSON document with --json', async () => {
    const { code, stdout } = await tenantpost(['doctor', '--json', 'a b']);
    assert.equal(code, 2);
    assert.equal((JSON.parse(stdout) as { error: { exitCode: unknown } }).error.exitCode, 2);
  });
});

test('the entry in "bin" runs it under any Node, from any folder', () => {
  const { bin } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { bin: Record<string, string> };
  const file = join(root, bin['tenantpost'] ?? '');
  const out = execFileSync(process.execPath, [file, 'completion', 'bash'], { cwd: '/', encoding: 'utf8' });
  assert.match(out, /^###-begin-tenantpost-completions-###/);
});
