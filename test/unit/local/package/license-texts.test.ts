import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import type { BundledPackage } from '../../../../local/package/bundled-packages.ts';
import { thirdPartyLicenses } from '../../../../local/package/license-texts.ts';

const folder = mkdtempSync(join(tmpdir(), 'licences-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const mit = 'MIT License\n\nCopyright (c) 2026 Us\n\nPermission is hereby granted.\n';
put('LICENSE', mit);

function put(name: string, text: string): void {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), text);
}

function aPackage(name: string, version: string, files: Record<string, string>): BundledPackage {
  const at = `node_modules/${name}`;
  mkdirSync(join(folder, at), { recursive: true });
  for (const [file, text] of Object.entries(files)) put(`${at}/${file}`, text);
  const facts = { license: 'MIT', author: 'An Author', description: undefined };
  return { name, version, ...facts, folder: at, bytes: 1, imports: [] };
}

test("has each package's licence and notice in its own words, with the line ends of one system", () => {
  const one = aPackage('one', '1.0.0', { 'LICENSE.txt': 'One line\r\nanother', NOTICE: 'Noted', 'README.md': 'Read' });
  const two = aPackage('@scope/two', '2.0.0', { 'licence.md': 'Two' });
  const text = thirdPartyLicenses([one, two], folder);
  assert.match(text, /\none 1\.0\.0\nLicence: MIT\nAuthor: An Author\n\nOne line\nanother\n\nNoted\n/);
  assert.match(text, /\n@scope\/two 2\.0\.0\n[^]*\n\nTwo\n/);
  assert.doesNotMatch(text, /Read|\r/);
});

test('fails with every package that has no licence text, by name, version and licence', () => {
  const bare = aPackage('bare', '1.2.3', { 'README.md': 'MIT' });
  const full = aPackage('full', '1.0.0', { LICENSE: 'Yes' });
  const other = aPackage('other', '4.5.6', {});
  assert.throws(
    () => thirdPartyLicenses([bare, full, other], folder),
    /^Error: No licence text: bare@1\.2\.3 \(MIT\), other@4\.5\.6 \(MIT\)\./,
  );
});

test('a package that was looked at gets the terms it names and its author, in that version and under that licence only', () => {
  const known = aPackage('@nodable/entities', '3.1.0', {});
  const text = thirdPartyLicenses([known], folder);
  assert.match(text, /has no licence file\.[^]*Copyright An Author\n\nPermission is hereby granted\.\n/);
  assert.doesNotMatch(text, /2026 Us/);
  assert.throws(() => thirdPartyLicenses([{ ...known, version: '3.1.1' }], folder), /@nodable\/entities@3\.1\.1/);
  assert.throws(() => thirdPartyLicenses([{ ...known, license: 'ISC' }], folder), /entities@3\.1\.0 \(ISC\)/);
});
