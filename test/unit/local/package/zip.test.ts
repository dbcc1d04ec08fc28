import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { strFromU8, strToU8, unzipSync } from 'fflate';
import { sha256 } from '../../../../local/package/sbom.ts';
import { zipOf } from '../../../../local/package/zip.ts';

const files = { 'b/second.txt': 'two', 'a.txt': 'one' };
const zipped = (content: Record<string, string>): Uint8Array =>
  zipOf(new Map(Object.entries(content).map(([name, text]) => [name, strToU8(text)])));

test('gives back what went in, sorted by name', () => {
  const back = unzipSync(zipped(files));
  assert.deepEqual(
    Object.entries(back).map(([name, content]) => [name, strFromU8(content)]),
    [
      ['a.txt', 'one'],
      ['b/second.txt', 'two'],
    ],
  );
});

test('is the same whatever the order of its files', () => {
  assert.deepEqual(zipped(files), zipped({ 'a.txt': 'one', 'b/second.txt': 'two' }));
});

test('is the same in every time zone', () => {
  const program = `
    import { zipOf } from './local/package/zip.ts';
    import { sha256 } from './local/package/sbom.ts';
    console.log(sha256(zipOf(new Map(${JSON.stringify(Object.entries(files))}.map(([n, t]) => [n, new TextEncoder().encode(t)])))));`;
  const expected = sha256(zipped(files));
  for (const TZ of ['Pacific/Kiritimati', 'America/New_York']) {
    const argv = ['--disable-warning=ExperimentalWarning', '--input-type=module', '--eval', program];
    const { stdout, stderr } = spawnSync(process.execPath, argv, { env: { ...process.env, TZ }, encoding: 'utf8' });
    assert.equal(stdout.trim(), expected, stderr);
  }
});
