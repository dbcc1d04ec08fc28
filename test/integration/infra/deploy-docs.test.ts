/** docs/deploy.md: its way without azd is run as it stands, with stand-ins of `az`, and whatever else it names is there. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { commands } from '../../../cli/commands/index.ts';
import { root } from '../../../local/stack.ts';
import { clientId, contoso, enterpriseApp } from '../../support/app-identity.ts';
import { deployEnvironment } from '../../support/infra.ts';
import { anchorsOf } from '../../support/markdown.ts';
import { runWithStubs } from '../../support/stub-commands.ts';

const page = readFileSync(join(root, 'docs', 'deploy.md'), 'utf8');
const blocksOf = (title: string): string[] => {
  const [section = ''] = (page.split(`\n## ${title}\n`)[1] ?? '').split('\n## ');
  return [...section.matchAll(/^```sh\n([^]*?)^```$/gm)].map(([, text = '']) => text);
};

/** Azure does not keep the case of the names of outputs. */
const answered = JSON.stringify(
  Object.fromEntries(
    Object.entries({
      ...deployEnvironment('dev').outputs,
      AZURE_RESOURCE_GROUP: 'rg-tenantpost',
      AZURE_FUNCTION_APP_NAME: 'func-contoso',
      AZURE_IDENTITY_PRINCIPAL_ID: enterpriseApp,
    }).map(([name, value]) => [name.replace(/^AZURE/, 'azurE'), { type: 'String', value }]),
  ),
);

test('the way without azd makes registration, resources and certificate, and deploys the zip, in this order', async () => {
  const [commands = ''] = blocksOf('Without azd');
  const finished = await runWithStubs(
    `set -eu\n${commands}`,
    [
      ['az login', ''],
      ['az account show', `${contoso}\n`],
      ['az group create', ''],
      ['az group show', 'westeurope\n'],
      ['az functionapp list-flexconsumption-locations', 'westeurope\n'],
      ['az functionapp list-flexconsumption-runtimes', '24\n'],
      ['az provider list', { code: 1 }],
      ['az deployment group create --resource-group rg-tenantpost --name tenantpost-registration', `${clientId}\n`],
      ['az deployment group what-if', ''],
      ['az deployment group create', ''],
      ['az deployment group show', answered],
      ['az keyvault certificate show', { code: 1, stderr: '(CertificateNotFound)' }, 'A1\n'],
      ['az keyvault certificate create', ''],
      ['az ad app credential list', 'A1\n'],
      ['az functionapp deployment source config-zip', ''],
      ['az functionapp keys list', 'key\n'],
      ['curl', '200'],
      ['npm run', ''],
    ],
    {},
  );
  assert.equal(finished.code, 0, finished.stderr);
  const made = finished.calls.filter((call) => /\b(?:create|config-zip|npm run)\b/.test(call));
  assert.deepEqual(
    made.map((call) => call.replace(/ --(?:query|output|policy|location).*/, '')),
    [
      'az group create --name rg-tenantpost',
      'az deployment group create --resource-group rg-tenantpost --name tenantpost-registration --parameters infra/registration/main.bicepparam',
      'az deployment group create --resource-group rg-tenantpost --name tenantpost --parameters infra/main.dev.bicepparam',
      'az deployment group create --resource-group rg-tenantpost --name tenantpost-registration --parameters infra/registration/main.bicepparam',
      `az keyvault certificate create --vault-name ${String(deployEnvironment('dev').outputs['AZURE_KEY_VAULT_NAME'])} --name tenantpost`,
      'npm run package',
      'az functionapp deployment source config-zip --resource-group rg-tenantpost --name func-contoso --src dist/tenantpost.zip',
      `npm run -s tenantpost -- doctor ${String(deployEnvironment('dev').outputs['AZURE_TENANT_ID'])}`,
    ],
  );
});

test('outputs that a shell would run are not handed to it', async () => {
  const value = { azurE_KEY_VAULT_NAME: { value: 'kv;reboot' } };
  const finished = await runWithStubs(`echo '${JSON.stringify(value)}' | node infra/hooks/outputs.mjs`, [], {});
  assert.deepEqual([finished.code, finished.stdout], [1, '']);
  assert.match(finished.stderr, /Not to be handed to a shell: AZURE_KEY_VAULT_NAME/);
});

test('a deployment without outputs is an error', async () => {
  const { code, stderr } = await runWithStubs('echo null | node infra/hooks/outputs.mjs', [], {});
  assert.equal(code, 1);
  assert.match(stderr, /no outputs/);
});

test('the commands for azd set what the preflight asks for, and no more than it knows', () => {
  const [commands = ''] = blocksOf('With azd');
  const preflight = readFileSync(join(root, 'infra', 'hooks', 'preflight.sh'), 'utf8');
  const asked = [...preflight.matchAll(/^form (\w+) required/gm)].map(([, name = '']) => name);
  const set = [...commands.matchAll(/^azd env set (\w+)/gm)].map(([, name = '']) => name);
  assert.deepEqual([...set, 'AZURE_ENV_NAME'].sort(), asked.sort());
});

test('has commands that bash can read', () => {
  for (const [, text = ''] of page.matchAll(/^```sh\n([^]*?)^```$/gm)) execFileSync('bash', ['-n'], { input: text });
});

test('names commands of tenantpost that there are', () => {
  const named = [...page.matchAll(/\btenantpost -- ([a-z]+)/g)].map(([, name]) => name);
  assert.ok(named.length >= 5);
  for (const name of named)
    assert.ok(
      commands.some((one) => one.name === name),
      name,
    );
});

test('names variables that the hooks or the parameter files read', () => {
  const files = ['infra/hooks/preflight.sh', 'infra/hooks/preprovision.sh', 'infra/main.dev.bicepparam'].concat(
    ...['infra/main.prod.bicepparam', 'infra/registration/main.bicepparam', '.github/workflows/deploy.yml'],
  );
  const read = files.map((file) => readFileSync(join(root, file), 'utf8')).join('\n');
  for (const [, name = ''] of page.matchAll(/`(TENANTPOST_\w+|AZURE_\w+)`/g)) assert.ok(read.includes(name), name);
});

test('links to files and headings that there are', () => {
  for (const [whole, file = '', anchor] of page.matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]+))?\)/g)) {
    const path = join(root, 'docs', file === '' ? 'deploy.md' : file);
    assert.ok(existsSync(path), whole);
    if (anchor !== undefined) assert.ok(anchorsOf(readFileSync(path, 'utf8')).includes(anchor), whole);
  }
});
