/** docs/local-cloud.md says which test shows each rule of the local cloud. The tests exist, under these titles. */

import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const root = join(import.meta.dirname, '..', '..');
const tests = join(root, 'test', 'integration', 'local', 'cloud');

interface Row {
  readonly rule: string;
  readonly source: string;
  readonly file: string;
  readonly title: string;
}

/** Rows of the tables whose last column is `file: title`. */
function rows(): readonly Row[] {
  const lines = readFileSync(join(root, 'docs', 'local-cloud.md'), 'utf8').split('\n');
  return lines.flatMap((line) => {
    const cells = line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll('\\|', '|'));
    const [rule = '', source = '', shown = ''] = cells;
    const [, file, title] = /^`([\w-]+): (.+)`$/.exec(shown) ?? [];
    return file === undefined || title === undefined ? [] : [{ rule, source, file, title }];
  });
}

/**
 * The titles that a test file gives: a template's placeholders stand for anything, and where a loop hands the title over as
 * it is, every text of the file counts.
 */
function titles(file: string): readonly RegExp[] {
  const text = readFileSync(file, 'utf8');
  const call = /\b(?:test|it)\(\w+,/.test(text) ? '' : '\\b(?:test|it)\\(\\s*';
  const literal = `(?:'((?:[^'\\\\\\n]|\\\\.)*)'|"((?:[^"\\\\\\n]|\\\\.)*)"|\`((?:[^\`\\\\]|\\\\.)*)\`)`;
  const literals = [...text.matchAll(new RegExp(call + literal, 'g'))];
  return literals.flatMap(([, single, double, template]) => {
    const title = (single ?? double ?? template ?? '').replace(/\\(.)/g, '$1');
    const parts = template === undefined ? [title] : title.split(/\$\{[^}]*\}/);
    // Nothing but placeholders would fit every title.
    if (template !== undefined && parts.join('').trim().length < 4) return [];
    return new RegExp(`^${parts.map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')).join('.+')}$`, 's');
  });
}

test('every rule of the table has a source, or says that it has none, and a test that exists', () => {
  const found = rows();
  assert.ok(found.length > 100, `only ${found.length} rows`);
  const known = new Map<string, readonly RegExp[]>();
  const wrong = found.flatMap(({ rule, source, file, title }) => {
    const path = join(tests, `${file}.test.ts`);
    if (!existsSync(path)) return [`${rule}: there is no ${file}.test.ts`];
    const given = known.get(path) ?? titles(path);
    known.set(path, given);
    const problems = [];
    if (!given.some((one) => one.test(title))) problems.push(`${rule}: ${file} has no test "${title}"`);
    if (!/https:\/\/|no source/.test(source)) problems.push(`${rule}: no source is given`);
    return problems;
  });
  assert.deepEqual(wrong, []);
});
