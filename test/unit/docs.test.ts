/** The documents say what the code does. */

import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import {
  errorsFile,
  errorsPage,
  mailJobSchemaFile,
  mailJobSchemaText,
  operatorFile,
  operatorPage,
} from '../../local/docs.ts';
import { commands } from '../../cli/commands/index.ts';
import { rowSchemas } from '../../shared/adapters/storage/row-schema.ts';
import { settingNames } from '../../shared/config.ts';
import { type ErrorCode, errorCodes, errorMeanings } from '../../shared/errors.ts';
import { mailJobFields, parseMailJob } from '../../shared/mail/job/mail-job.ts';
import { outcomeStates } from '../../shared/mail/outcome.ts';
import { mostDequeues } from '../../shared/mail/sending/send-mail.ts';
import { containers, queues, tables } from '../../shared/names.ts';
import { rights } from '../../shared/tenants/rights.ts';
import { aMailJob } from '../support/mail-job.ts';
import { anchorsOf } from '../support/markdown.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (file: string): string => readFileSync(join(root, file), 'utf8');

test('docs/errors.md is what the error vocabulary says (npm run docs writes it)', () => {
  assert.equal(readFileSync(errorsFile, 'utf8'), errorsPage());
});

test('docs/mail-job.schema.json is what the parser of mail jobs says (npm run docs writes it)', async () => {
  assert.equal(readFileSync(mailJobSchemaFile, 'utf8'), await mailJobSchemaText());
});

test('docs/operator.md has the runbook that the error vocabulary makes (npm run docs writes it)', async () => {
  assert.equal(readFileSync(operatorFile, 'utf8'), await operatorPage());
});

test('docs/operator.md has every error code once in its runbook, under who must act', () => {
  const [, runbook = ''] = read('docs/operator.md').split('<!-- runbook -->');
  const groups = runbook.split('\n### ').slice(1);
  assert.equal(groups.length, 3);
  const codes = groups.map((group) => [...group.matchAll(/\[`(\w+)`\]\(errors\.md#(\w+)\)/g)]);
  for (const [, code = '', anchor] of codes.flat()) assert.equal(anchor, code.toLowerCase());
  assert.deepEqual(
    codes
      .flat()
      .map(([, code]) => code)
      .sort(),
    [...errorCodes].sort(),
  );
  const [admins = []] = codes;
  for (const [, code] of admins)
    assert.ok(
      errorCodes.some((one) => one === code && isAdmins(one)),
      code,
    );
  assert.equal(admins.length, errorCodes.filter(isAdmins).length);
});

const isAdmins = (code: ErrorCode): boolean => errorMeanings[code].owner === 'tenant admin';

for (const page of ['vendor', 'tenant-admin', 'operator', 'app-registration', 'scale', 'recovery', 'upgrade']) {
  test(`docs/${page}.md links to files and headings that there are`, () => {
    const links = [...read(`docs/${page}.md`).matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]+))?\)/g)];
    assert.ok(links.length > 0);
    for (const [whole, file = '', anchor] of links) {
      const path = join(root, 'docs', file === '' ? `${page}.md` : file);
      assert.ok(existsSync(path), whole);
      if (anchor !== undefined) assert.ok(anchorsOf(readFileSync(path, 'utf8')).includes(anchor), whole);
    }
  });
}

test('docs/tenant-admin.md can be sent alone: it links to itself and to Microsoft only, and tells of every right', () => {
  const page = read('docs/tenant-admin.md');
  for (const [, target = ''] of page.matchAll(/\]\(([^)]+)\)/g))
    assert.match(target, /^(?:#|https:\/\/[\w.]+\.microsoft\.com)/);
  const told = [...page.matchAll(/^\| `([\w.]+)`/gm)].map(([, right]) => right);
  assert.deepEqual(told.sort(), [...rights].sort());
});

for (const page of ['vendor', 'operator', 'app-registration', 'recovery', 'upgrade']) {
  test(`docs/${page}.md names commands of tenantpost that there are`, () => {
    const named = [...read(`docs/${page}.md`).matchAll(/\btenantpost ([a-z]+)(?=[ \n`])/g)].map(([, name]) => name);
    const known = commands.map(({ name }) => name);
    assert.ok(named.length > 0);
    for (const name of named)
      assert.ok(
        known.some((one) => one === name),
        `tenantpost ${name}`,
      );
  });
}

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
    [
      ...read('docs/settings.md').matchAll(
        /`((?:TENANTPOST|WEBSITE|AZURE|AzureWebJobs|OTEL|APPLICATIONINSIGHTS)\w+)`/g,
      ),
    ].map(([, name]) => name),
  );
  assert.deepEqual([...named].sort(), [...settingNames].sort());
});

test('docs/settings.md names every table, queue and container that must exist', () => {
  const text = read('docs/settings.md');
  for (const name of [tables, queues, containers].flatMap((group) => Object.values(group))) {
    assert.ok(text.includes(`\`${name}\``), name);
  }
});

test('docs/upgrade.md has each kind of row with its schema, and no other', () => {
  const rows = [...read('docs/upgrade.md').matchAll(/^\| `(\w+)` +\| `\w+` +\| (\d+) +\|/gm)];
  assert.deepEqual(Object.fromEntries(rows.map(([, kind, schema]) => [kind, Number(schema)])), rowSchemas);
});

test("the README's dependency table has every package, and package.json pins each exactly", () => {
  const manifest = JSON.parse(read('package.json')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const section = read('README.md').split('## Dependencies')[1] ?? '';
  for (const [name, version] of Object.entries({ ...manifest.dependencies, ...manifest.devDependencies })) {
    assert.match(version, /^\d+\.\d+\.\d+(-beta\.\d+)?$/, name);
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
