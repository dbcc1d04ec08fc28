/** The workflows of GitHub: least rights, pinned actions, no secret, and nothing named that is not there. */

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { routePrefix, routes } from '../../../shared/names.ts';
import { deployEnvironment } from '../../support/infra.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const { scripts } = z
  .looseObject({ scripts: z.record(z.string(), z.string()) })
  .parse(JSON.parse(read('package.json')));

const step = z.strictObject({
  name: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  shell: z.literal('pwsh').optional(),
  with: z.record(z.string(), z.unknown()).optional(),
});
const permissions = z.strictObject({
  contents: z.literal('read').optional(),
  'id-token': z.literal('write').optional(),
});
const job = z.strictObject({
  name: z.string().optional(),
  if: z.string().optional(),
  needs: z.string().optional(),
  uses: z.string().optional(),
  'runs-on': z.literal('ubuntu-24.04').optional(),
  'timeout-minutes': z.number().optional(),
  environment: z.string().optional(),
  permissions: permissions.optional(),
  strategy: z.unknown().optional(),
  env: z.record(z.string(), z.string()).optional(),
  steps: z.array(step).default([]),
});
const workflow = z.strictObject({
  name: z.string(),
  on: z.record(z.string(), z.unknown()),
  permissions,
  concurrency: z.strictObject({ group: z.string(), 'cancel-in-progress': z.union([z.string(), z.boolean()]) }),
  jobs: z.record(z.string(), job),
});

const files = globSync('.github/workflows/*.yml', { cwd: root });
const workflows = new Map(files.map((file) => [basename(file), workflow.parse(parse(read(file)))]));
const jobs = [...workflows].flatMap(([file, { jobs: all }]) =>
  Object.entries(all).map(([id, one]) => ({ file, id, ...one })),
);
const steps = jobs.flatMap(({ file, id, steps: all }) => all.map((one) => ({ where: `${file}: ${id}`, ...one })));
const commands = jobs.flatMap(({ steps: all }) => all.map(({ run }) => run ?? '')).join('\n');
const theJob = (file: string, id: string): z.infer<typeof job> => {
  const found = workflows.get(file)?.jobs[id];
  assert.ok(found, `${file}: ${id}`);
  return found;
};

describe('every workflow', () => {
  test('has no secret, and is never started by a fork with rights', () => {
    assert.deepEqual([...workflows.keys()].sort(), ['ci.yml', 'deploy.yml']);
    for (const file of files)
      assert.doesNotMatch(read(file), /secrets\s*[.[]|secrets:|pull_request_target|workflow_run/);
  });

  test('may read the code at most; only a job that signs in to Azure gets a token for it', () => {
    for (const { permissions: rights } of workflows.values()) assert.equal(rights['id-token'], undefined);
    for (const { file, id, permissions: rights, steps: all } of jobs) {
      const signsIn = all.some(({ uses }) => uses?.startsWith('azure/login@') === true);
      assert.equal(rights?.['id-token'] === 'write', signsIn, `${file}: ${id}`);
    }
  });

  test('pins each action to a commit, the same everywhere, and says its version', () => {
    const pinned = new Map<string, string>();
    for (const file of files) {
      for (const [, name = '', rest = ''] of read(file).matchAll(/uses: ([\w./-]+)(.*)$/gm)) {
        if (name.startsWith('./')) continue;
        assert.match(rest, /^@[0-9a-f]{40} # v\d+\.\d+\.\d+$/, name);
        assert.equal(pinned.get(name) ?? rest, rest, name);
        pinned.set(name, rest);
      }
    }
    assert.deepEqual([...pinned.keys()].sort(), [
      'actions/checkout',
      'actions/download-artifact',
      'actions/setup-node',
      'actions/upload-artifact',
      'azure/login',
    ]);
  });

  test('leaves no token of GitHub behind in the checked-out folder', () => {
    for (const { where, uses, with: inputs } of steps) {
      if (uses?.startsWith('actions/checkout@') === true) assert.equal(inputs?.['persist-credentials'], false, where);
    }
  });

  test('ends by itself, and puts nothing that others wrote into a command', () => {
    for (const { file, id, uses, 'timeout-minutes': minutes } of jobs) {
      assert.ok(uses !== undefined || (minutes !== undefined && minutes <= 60), `${file}: ${id}`);
    }
    assert.ok(!commands.includes('${{'));
  });

  test('runs scripts of package.json and files that there are', () => {
    const named = [...commands.matchAll(/npm (?:run )?([\w:]+)/g)].map(([, script = '']) => script);
    assert.ok(named.length >= 5);
    for (const script of named) assert.ok(script in scripts, script);
    for (const [path] of commands.matchAll(/\binfra\/[\w./-]+\.\w+/g)) assert.ok(existsSync(join(root, path)), path);
  });
});

describe('ci', () => {
  test('runs on pull requests and before a deployment, and on nothing else', () => {
    assert.deepEqual(Object.keys(workflows.get('ci.yml')?.on ?? {}), ['pull_request', 'workflow_call']);
  });

  test('checks, tests on each version of Node that Functions has, looks at the pages, and packs', () => {
    for (const command of ['npm run check', 'npm test', 'npm run test:browser', 'npm run package']) {
      assert.ok(commands.includes(command), command);
    }
    assert.deepEqual(theJob('ci.yml', 'test').strategy, { 'fail-fast': false, matrix: { node: [22, 24] } });
  });

  test('hands the zip and its bill of materials on', () => {
    const upload = steps.find(({ uses }) => uses?.startsWith('actions/upload-artifact@') === true);
    const paths = z.looseObject({ path: z.string() }).parse(upload?.with).path.trim().split('\n');
    for (const path of paths) assert.ok(read('local/package.ts').includes(`'${path}'`), path);
  });
});

describe('deploy', () => {
  const { on } = workflow.parse(parse(read('.github/workflows/deploy.yml')));
  const [whatIf, deployment] = [theJob('deploy.yml', 'what-if'), theJob('deploy.yml', 'deploy')];

  test('shows on a pull request what would change, with an identity that may only read, and never for a fork', () => {
    assert.deepEqual(on['pull_request'], { paths: ['infra/**'] });
    assert.match(whatIf.if ?? '', /head\.repo\.full_name == github\.repository/);
    const login = whatIf.steps.find(({ uses }) => uses?.startsWith('azure/login@') === true);
    assert.equal(login?.with?.['client-id'], '${{ vars.AZURE_WHAT_IF_CLIENT_ID }}');
    const asked = whatIf.steps.flatMap(({ run }) => run ?? []);
    assert.equal(asked.length, 1);
    assert.match(asked[0] ?? '', /^az deployment group what-if .*--validation-level ProviderNoRbac$/);
  });

  test('deploys main alone, after every test, in an environment that can ask for approval, one at a time', () => {
    assert.deepEqual(on['push'], { branches: ['main'] });
    assert.equal(deployment.if, "github.event_name != 'pull_request' && github.ref == 'refs/heads/main'");
    assert.equal(deployment.needs, 'ci');
    assert.equal(theJob('deploy.yml', 'ci').uses, './.github/workflows/ci.yml');
    assert.equal(deployment.environment, 'production');
    assert.equal(workflows.get('deploy.yml')?.concurrency['cancel-in-progress'], false);
  });

  test('installs no package where a token can be had', () => {
    for (const { run = '' } of [...whatIf.steps, ...deployment.steps]) assert.doesNotMatch(run, /\bnp[mx]\b/);
  });

  test('looks first, then makes the resources, deploys the zip and asks for health', () => {
    const order = [
      'preflight.sh',
      'az deployment group create',
      'outputs.mjs',
      'config-zip',
      `/${routePrefix}/${routes.health}`,
    ];
    const at = order.map((what) => deployment.steps.findIndex(({ run = '' }) => run.includes(what)));
    assert.deepEqual(
      at,
      [...at].sort((one, other) => one - other),
    );
    assert.ok(!at.includes(-1), at.join());
  });

  test('sets what the parameters ask for, and reads outputs that there are', () => {
    const { outputs } = deployEnvironment('prod');
    for (const { env = {}, steps: all } of [whatIf, deployment]) {
      const parameters = read('infra/main.prod.bicepparam');
      const asked = [...parameters.matchAll(/readEnvironmentVariable\('(\w+)'\)/g)].map(([, name = '']) => name);
      assert.ok(asked.length > 0);
      for (const name of asked) assert.ok(name in env, name);
      // An empty variable of GitHub would be an empty value, and no default.
      for (const name of Object.keys(env))
        assert.ok(!new RegExp(`'${name}', '`).test(parameters) || name === 'AZURE_ENV_NAME', name);
      for (const { run = '' } of all) {
        for (const [, name = ''] of run.matchAll(/\$([A-Z]\w+)/g)) {
          assert.ok(name in env || name in outputs || name.startsWith('GITHUB_'), name);
        }
      }
    }
    assert.equal(deployment.env?.['TENANTPOST_PARAMETERS'], 'main.prod');
  });

  test('needs only variables that docs/deploy.md lists', () => {
    const page = read('docs/deploy.md');
    for (const [, name = ''] of read('.github/workflows/deploy.yml').matchAll(/vars\.(\w+)/g)) {
      assert.ok(page.includes(`\`${name}\``), name);
    }
  });
});
