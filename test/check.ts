/** `npm run check`: what must hold before anything is run. Each step prints its own findings; the first failure ends it. */

import { spawnSync } from 'node:child_process';

const bin = (name: string): string => `node_modules/${name}`;

const steps: readonly { what: string; argv: readonly string[] }[] = [
  { what: 'types', argv: [bin('typescript/bin/tsc')] },
  {
    what: 'lint',
    argv: [
      bin('eslint/bin/eslint.js'),
      '-c',
      'test/eslint.config.js',
      '--max-warnings=0',
      'functions',
      'shared',
      'cli',
      'local',
      'test',
      'docs',
    ],
  },
  { what: 'format', argv: [bin('prettier/bin/prettier.cjs'), '--check', '--log-level=warn', '.'] },
  { what: 'Bicep, where it can be compiled', argv: ['test/compile-bicep.ts'] },
  { what: 'unused files and exports', argv: [bin('knip/bin/knip.js')] },
  { what: 'direction of imports', argv: ['--test', '--test-reporter=dot', 'test/unit/imports.test.ts'] },
];

for (const { what, argv } of steps) {
  const began = Date.now();
  const { status } = spawnSync(process.execPath, [...argv], { stdio: 'inherit' });
  if (status !== 0) {
    console.error(`check failed: ${what}`);
    process.exit(1);
  }
  console.log(`${what}: ok (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}
