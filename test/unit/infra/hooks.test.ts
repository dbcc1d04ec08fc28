/** azure.yaml and its hooks: both shells do the same, and all that they name is there. What they do is in test/integration/infra. */

import assert from 'node:assert/strict';
import { accessSync, constants, existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, test } from 'node:test';
import { parse } from 'yaml';
import { z } from 'zod';
import { callsOf, withoutNames } from '../../support/shell-calls.ts';
import { deploy, deployEnvironment, theResource } from '../../support/infra.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');
const hooks = globSync('infra/hooks/*.sh', { cwd: root }).map((file) => basename(file, '.sh'));
const pairs = hooks.map((name) => ({ name, sh: read(`infra/hooks/${name}.sh`), ps1: read(`infra/hooks/${name}.ps1`) }));
const preflight = read('infra/hooks/preflight.sh');

const shellHook = z.strictObject({
  shell: z.enum(['sh', 'pwsh']),
  run: z.string(),
  interactive: z.boolean().optional(),
});
const bothShells = z.strictObject({
  posix: shellHook.extend({ shell: z.literal('sh') }),
  windows: shellHook.extend({ shell: z.literal('pwsh') }),
});
const project = z
  .strictObject({
    name: z.string(),
    infra: z.strictObject({ provider: z.literal('bicep'), path: z.string(), module: z.string() }),
    services: z.record(
      z.string(),
      z.strictObject({
        project: z.literal('.'),
        host: z.literal('function'),
        language: z.literal('custom'),
        dist: z.string(),
        hooks: z.strictObject({ prepackage: bothShells }),
      }),
    ),
    hooks: z.strictObject({
      preup: bothShells,
      preprovision: bothShells,
      postprovision: bothShells,
      postdeploy: bothShells,
    }),
  })
  .parse(parse(read('azure.yaml')));

describe('azure.yaml', () => {
  test('runs a hook that is there in each shell, the same one in both', () => {
    for (const { posix, windows } of Object.values(project.hooks)) {
      assert.ok(existsSync(join(root, posix.run)), posix.run);
      assert.equal(windows.run, posix.run.replace(/\.sh$/, '.ps1'));
      assert.ok(existsSync(join(root, windows.run)), windows.run);
    }
  });

  test('names a parameter file that there is, and the service that the function app is tagged with', () => {
    const { path, module } = project.infra;
    assert.ok(existsSync(join(root, path, `${module}.bicepparam`)));
    const tags = theResource(deploy(), 'Microsoft.Web/sites').body['tags'];
    assert.equal(
      z.looseObject({ 'azd-service-name': z.string() }).parse(tags)['azd-service-name'],
      Object.keys(project.services)[0],
    );
  });

  test('deploys what npm run package writes', () => {
    const [service] = Object.values(project.services);
    assert.ok(read('local/package.ts').includes(`'${service?.dist}'`), service?.dist);
    const { scripts } = z
      .looseObject({ scripts: z.record(z.string(), z.string()) })
      .parse(JSON.parse(read('package.json')));
    for (const { run } of Object.values(service?.hooks.prepackage ?? {})) {
      assert.equal(run, 'npm run package');
      assert.ok('package' in scripts);
    }
  });
});

describe('the hooks', () => {
  test('have a twin in PowerShell each', () => {
    const twins = globSync('infra/hooks/*.ps1', { cwd: root }).map((file) => basename(file, '.ps1'));
    assert.deepEqual(twins.sort(), [...hooks].sort());
  });

  for (const { name, sh, ps1 } of pairs) {
    test(`${name} asks az, azd and npm for the same in both shells, in the same order`, () => {
      // A trap stands before what it follows, and a finally after it.
      const atTheEnd = (call: string): boolean => call.includes('role assignment delete');
      for (const command of ['az', 'azd']) {
        const [calls, twins] = [callsOf(command, sh, '\\'), callsOf(command, ps1, '`')];
        assert.deepEqual(twins.filter(atTheEnd), calls.filter(atTheEnd));
        assert.deepEqual(
          twins.filter((call) => !atTheEnd(call)),
          calls.filter((call) => !atTheEnd(call)),
        );
      }
      // The npm of PowerShell swallows the two dashes.
      const npm = callsOf('npm', sh, '\\').map((call) => call.replace(' -- ', ' '));
      assert.deepEqual(callsOf('npm', ps1, '`'), npm);
    });

    test(`${name} says the same in both shells`, () => {
      for (const [command, twin] of [
        ['wrong', 'Wrong'],
        ['unseen', 'Unseen'],
        ['quit', 'Quit'],
      ] as const) {
        const told = callsOf(twin, ps1, '`').map((call) => call.replace(twin, command));
        assert.deepEqual(told, callsOf(command, sh, '\\'));
      }
      const twins = withoutNames(ps1);
      for (const call of callsOf('echo', sh, '\\')) assert.ok(twins.includes(call.replace('echo ', '')), call);
    });

    test(`${name} can be started, and stops at the first command that fails`, () => {
      accessSync(join(root, 'infra', 'hooks', `${name}.sh`), constants.X_OK);
      assert.match(sh, /^#!\/bin\/sh\n(?:#.*\n)+set -eu\n/);
      assert.match(ps1, /^(?:#.*\n)+\$ErrorActionPreference = 'Stop'\n/);
      // PowerShell goes on after a command that failed, unless it is asked.
      for (const [whole] of ps1.matchAll(/^ *(?:\$\w+ = )?az (?!.*2>\$null).*\n.*\n/gm))
        assert.match(whole, /\$LASTEXITCODE|2>/);
    });
  }

  test('take the variables that main.bicep puts out, and those that azd and the preflight know', () => {
    const known = new Set([
      ...Object.keys(deployEnvironment('dev').outputs),
      ...[...preflight.matchAll(/^form (\w+)/gm)].map(([, variable = '']) => variable),
      ...['TENANTPOST_REGISTRATION_URL', 'TENANTPOST_REGISTRATION_PRINCIPAL_ID'],
      ...['TENANTPOST_PARAMETERS', 'TENANTPOST_HOOK_PAUSE_SECONDS'],
    ]);
    for (const { name, sh, ps1 } of pairs) {
      for (const [variable] of `${sh}\n${ps1}`.matchAll(/\b(?:AZURE|TENANTPOST)_[A-Z_]+\b/g)) {
        assert.ok(known.has(variable), `${variable} in ${name}`);
      }
    }
  });

  test('never put credentials of the registration in the place of those that are there', () => {
    for (const { sh, ps1 } of pairs) {
      for (const call of [...callsOf('az', sh, '\\'), ...callsOf('az', ps1, '`')]) {
        if (call.includes('credential reset')) assert.match(call, / --append /);
      }
    }
  });
});

describe('the preflight', () => {
  const forms = [...preflight.matchAll(/^form (\w+) (required|optional) (?:'([^']*)'|"([^"]*)")/gm)].map(
    ([, name = '', need, single, double]) => ({ name, need, pattern: single ?? double ?? '' }),
  );

  test('has the same forms in both shells', () => {
    const twins = [
      ...read('infra/hooks/preflight.ps1').matchAll(/^Form (\w+) (required|optional) (?:'([^']*)'|"([^"]*)")/gm),
    ].map(([, name = '', need, single, double]) => ({ name, need, pattern: single ?? double ?? '' }));
    assert.ok(forms.length > 10);
    assert.deepEqual(twins, forms);
    for (const variable of ['guid', 'address', 'network']) {
      const [, pattern] = new RegExp(`^${variable}='(.*)'$`, 'm').exec(preflight) ?? [];
      assert.ok(
        pattern !== undefined && read('infra/hooks/preflight.ps1').includes(`$${variable} = '${pattern}'\n`),
        variable,
      );
    }
  });

  test('looks at each variable that a parameter file reads', () => {
    const files = globSync('infra/**/*.bicepparam', { cwd: root });
    assert.ok(files.length >= 3);
    // The address and the identity are known afterwards, and what administrators read has no form.
    const later = [
      'TENANTPOST_REGISTRATION_URL',
      'TENANTPOST_REGISTRATION_PRINCIPAL_ID',
      'TENANTPOST_REGISTRATION_DISPLAY_NAME',
    ];
    for (const file of files) {
      for (const [, name = '', fallback] of read(file).matchAll(/readEnvironmentVariable\('(\w+)'(,)?/g)) {
        const form = forms.find((one) => one.name === name);
        assert.ok(form !== undefined || later.includes(name), `${name} of ${file}`);
        // The hooks make the registration, and with it these two.
        const made = ['TENANTPOST_CLIENT_ID', 'TENANTPOST_REGISTRATION_NAME'].includes(name);
        if (fallback === undefined && !made) assert.equal(form?.need, 'required', name);
      }
    }
  });

  test('takes the names that main.bicep takes, and no others', () => {
    const pattern = new RegExp(`^(?:${forms.find(({ name }) => name === 'AZURE_ENV_NAME')?.pattern})$`);
    for (const name of [
      'ab',
      'contoso-mail',
      'a'.repeat(20),
      'a'.repeat(21),
      'a',
      'Contoso',
      'a--b',
      '-ab',
      'ab-',
      'a_b',
      '9-9',
    ]) {
      const taken = pattern.test(name) && name.length >= 2 && name.length <= 20;
      const deployed = ((): boolean => {
        try {
          return deploy({ name }).resources.length > 0;
        } catch {
          return false;
        }
      })();
      assert.equal(taken, deployed, name);
    }
  });

  test('asks for the resource providers of what is deployed', () => {
    const namespaces = (privateNetwork: boolean): string[] => [
      ...new Set(deploy({ privateNetwork }).resources.map(({ type }) => type.split('/')[0] ?? '')),
    ];
    const [, always = ''] = /^namespaces='(.*)'$/m.exec(preflight) ?? [];
    const [, withNetwork = ''] = /namespaces="\$namespaces (.*)"$/m.exec(preflight) ?? [];
    assert.deepEqual(always.split(' '), namespaces(false).sort());
    // What the subnet of the app is delegated to: a provider, and no resource of ours.
    assert.deepEqual(
      [...always.split(' '), ...withNetwork.split(' ')].sort(),
      [...namespaces(true), 'Microsoft.App'].sort(),
    );
    const powershell = read('infra/hooks/preflight.ps1');
    for (const list of [always, withNetwork]) assert.ok(powershell.includes(`-split '${list}'`), list);
  });

  test('reads the version of Node that main.bicep has', () => {
    const line = /^param nodeVersion .* = '([0-9]*)'/m.exec(read('infra/main.bicep'));
    const { version } = z
      .looseObject({ version: z.string() })
      .parse(
        z
          .looseObject({ functionAppConfig: z.looseObject({ runtime: z.unknown() }) })
          .parse(theResource(deploy(), 'Microsoft.Web/sites').body['properties']).functionAppConfig.runtime,
      );
    assert.equal(line?.[1], version);
  });
});
