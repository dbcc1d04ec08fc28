/** The documents say what the code does. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { errorsFile, errorsPage, mailJobSchemaFile, mailJobSchemaText } from '../../local/docs.ts';
import { settingNames } from '../../shared/config.ts';
import { mailJobFields, parseMailJob } from '../../shared/mail/job/mail-job.ts';
import { outcomeStates } from '../../shared/mail/outcome.ts';
import { mostDequeues } from '../../shared/mail/sending/send-mail.ts';
import { containers, queues, tables } from '../../shared/names.ts';
import { aMailJob } from '../support/mail-job.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

test('docs/errors.md is what the error vocabulary says (npm run docs writes it)', () => {
  assert.equal(readFileSync(errorsFile, 'utf8'), errorsPage());
});

test('docs/mail-job.schema.json is what the parser of mail jobs says (npm run docs writes it)', async () => {
  assert.equal(readFileSync(mailJobSchemaFile, 'utf8'), await mailJobSchemaText());
});

test("the README's mail job is one that the app takes", () => {
  const [, example] = /```json\n(.*?)```/s.exec(read('README.md')) ?? [];
  assert.equal(parseMailJob(JSON.parse(example ?? '') as object).job.id, 'invoice-4711');
});

test('docs/mail-job.md has a row for every field and for no other', () => {
  const table = read('docs/mail-job.md').split('\n## ')[0] ?? '';
  const rows = table.split('\n').filter((line) => line.startsWith('| `'));
  const named = rows.flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name));
  assert.deepEqual(named.sort(), [...mailJobFields].sort());
});

test('docs/mail-job.md shows a blob as the app takes it', () => {
  const [, blob = ''] = /```json\n(.*?)```/s.exec(read('docs/mail-job.md')) ?? [];
  const { job } = parseMailJob(aMailJob({ text: JSON.parse(blob) as unknown }));
  assert.deepEqual(job.text, JSON.parse(blob));
});

test('docs/mail-job.md tells every outcome', () => {
  const outcomes = read('docs/mail-job.md').split('## What becomes of it')[1] ?? '';
  const rows = [...outcomes.matchAll(/^\| `(\w+)`/gm)].map(([, name]) => name);
  assert.deepEqual(rows.sort(), [...outcomeStates].sort());
});

test('docs/mail-job.md links to files that there are, and to every example', () => {
  const page = read('docs/mail-job.md');
  const linked = [...page.matchAll(/\]\(([\w./-]+)(?:#[\w-]+)?\)/g)].map(([, file = '']) => file);
  for (const file of linked) assert.ok(existsSync(join(root, 'docs', file)), file);
  for (const example of readdirSync(join(root, 'docs', 'examples'))) {
    assert.ok(linked.includes(`examples/${example}`), example);
  }
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
  assert.equal(queuesOfHost().messageEncoding, 'none');
});

test('host.json takes a message away after as many tries as the app counts', () => {
  assert.equal(queuesOfHost().maxDequeueCount, mostDequeues);
});

function queuesOfHost(): { messageEncoding: string; maxDequeueCount: number } {
  const host = JSON.parse(read('host.json')) as { extensions: { queues: ReturnType<typeof queuesOfHost> } };
  return host.extensions.queues;
}
