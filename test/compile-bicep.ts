/** Compiles and lints every Bicep file with Microsoft's compiler, where there is one; says so plainly where there is none. */

import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';

/** What the files of parameters ask of the environment; nothing is deployed with it. */
const environment = {
  AZURE_ENV_NAME: 'compiled',
  TENANTPOST_CLIENT_ID: '00000000-0000-0000-0000-000000000000',
  TENANTPOST_ALERT_EMAILS: 'nobody@example.com',
  TENANTPOST_REGISTRATION_NAME: 'compiled',
};

const compilers = [['bicep'], ['az', 'bicep']] as const;

// On Windows `az` is a script, which only a shell starts.
const shell = process.platform === 'win32';

const runs = (argv: readonly string[]): boolean => {
  const [command = '', ...rest] = argv;
  return spawnSync(command, rest, { stdio: 'ignore', shell }).status === 0;
};

/** `az bicep` takes the file by a name, `bicep` by its place. */
const fileArgument = (compiler: readonly string[], file: string): string[] =>
  compiler.length > 1 ? ['--file', file] : [file];

const files = globSync('infra/**/*.{bicep,bicepparam}').sort();
const compiler = compilers.find((one) => runs([...one, one.length > 1 ? 'version' : '--version']));
if (compiler === undefined) {
  console.log(`NOT COMPILED: ${files.length} Bicep files. Neither bicep nor az bicep is on the PATH.`);
  process.exit(0);
}

const [command = '', ...words] = compiler;
for (const file of files) {
  // Compiling parameters says what is wrong with them.
  const steps = file.endsWith('.bicepparam') ? [['build-params', '--stdout']] : [['build', '--stdout'], ['lint']];
  for (const [step = '', ...options] of steps) {
    const { status } = spawnSync(command, [...words, step, ...fileArgument(compiler, file), ...options], {
      // Findings come on standard error, the template itself is of no interest.
      stdio: ['ignore', 'ignore', 'inherit'],
      shell,
      env: { ...environment, ...process.env },
    });
    if (status === 0) continue;
    console.error(`${compiler.join(' ')} ${step} refused ${file}`);
    process.exit(1);
  }
}
console.log(`${files.length} Bicep files compiled and linted with ${compiler.join(' ')}`);
