/** The documents say what the code does. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { errorsFile, errorsPage } from '../../local/docs.ts';
import { settingNames } from '../../shared/config.ts';
import { mailJobFields, parseMailJob } from '../../shared/mail/mail-job.ts';
import { containers, queues, tables } from '../../shared/names.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

test('docs/errors.md is what the error vocabulary says (npm run docs writes it)', () => {
  assert.equal(readFileSync(errorsFile, 'utf8'), errorsPage());
});

test("the README's mail job is one that the app takes", () => {
  const [, example] = /```json\n(.*?)```/s.exec(read('README.md')) ?? [];
  assert.equal(parseMailJob(JSON.parse(example ?? '') as object).id, 'invoice-4711');
});

test('docs/mail-job.md has a row for every field and for no other', () => {
  const table = read('docs/mail-job.md').split('## What becomes of it')[0] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assert.deepEqual(named.sort(), [...mailJobFields].sort());
});

test('docs/settings.md names every setting that is read, and no other', () => {
  const named = new Set(
    [...read('docs/settings.md').matchAll(/`((?:TENANTPOST|WEBSITE|AZURE|AzureWebJobs)\w+)`/g)].map(([, name]) => name),
  );
  assert.deepEqual([...named].sort(), [...settingNames].sort());
});

test('docs/settings.md names every table, queue and container that must exist', () => {
  const text = read('docs/settings.md');
  for (const name of [tables, queues, containers].flatMap((group) => Object.values(group))) {
    assert.ok(text.includes(`\`${name}\``), name);
  }
});

test("the README's dependency table has every package, and package.json pins each exactly", () => {
  const manifest = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const section = read('README.md').split('## Dependencies')[1] ?? '';
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+$/, name);
    assert.ok(section.includes(name), `${name} has no reason in the README`);
  }
});

test('host.json asks for plain messages: with base64 a message that is none would never reach the app', () => {
  const host = JSON.parse(read('host.json')) as { extensions: { queues: { messageEncoding: string } } };
  assert.equal(host.extensions.queues.messageEncoding, 'none');
});
