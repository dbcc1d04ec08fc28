/** docs/infra.md says what the templates do. */

import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { deploy } from '../../support/infra.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const page = readFileSync(join(root, 'docs', 'infra.md'), 'utf8');
const section = (heading: string): string => page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
const firstColumn = (text: string): string[] => [...text.matchAll(/^\| `(\w+)` /gm)].map(([, name = '']) => name);

test('has a row for every parameter and every output, and for no other', () => {
  const { parameters, outputs } = deploy();
  const rows = firstColumn(section('Parameters'));
  assert.deepEqual(rows.sort(), [...parameters.map(({ name }) => name), ...Object.keys(outputs)].sort());
});

test('calls required what is required', () => {
  for (const { name, required } of deploy().parameters) {
    const row = new RegExp(`^\\| \`${name}\` .*`, 'm').exec(section('Parameters'))?.[0] ?? '';
    assert.equal(/\| required +\|$/.test(row), required, name);
  }
});

test('names every module, and every role that a deployment assigns', () => {
  for (const file of globSync('infra/modules/*.bicep', { cwd: root })) assert.ok(page.includes(`](../${file})`), file);
  const credentials = ['certificate', 'managed-identity', 'secret'].map((credential) => ({
    credential,
    clientSecretName: 'tenantpost',
  }));
  const local = { certificateSigning: 'local', eventsQueue: 'mail-events' };
  const rights = section('Rights');
  for (const parameters of [...credentials, local]) {
    for (const { role } of deploy(parameters).roleAssignments) {
      const [, service, rest] = /^(Storage Queue Data|Key Vault) (Reader)$/.exec(role) ?? [];
      const said = service === undefined ? rights.includes(role) : new RegExp(`${service} [^|]*, ${rest}`).test(rights);
      assert.ok(said, role);
    }
  }
});

test('links to files that there are', () => {
  const links = [...page.matchAll(/\]\((?!https:)([^)#]+)(?:#[^)]*)?\)/g)];
  assert.ok(links.length > 0);
  for (const [whole, file = ''] of links) assert.ok(existsSync(join(root, 'docs', file)), whole);
});

test('names the variables that the files of parameters read', () => {
  for (const file of globSync('infra/main.*.bicepparam', { cwd: root })) {
    const read = readFileSync(join(root, file), 'utf8').matchAll(/readEnvironmentVariable\('(\w+)'/g);
    for (const [, name] of read) assert.ok(page.includes(`\`${name}\``), `${file}: ${name}`);
  }
});
