import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { checkNames } from '../../../../shared/checks/chain.ts';
import { errorCodes } from '../../../../shared/errors.ts';

const page = readFileSync(new URL('../../../../docs/doctor.md', import.meta.url), 'utf8');

test('docs/doctor.md has a row for every check, in the order of the chain', () => {
  const rows = [...page.matchAll(/^\| `([a-z-]+)` +\|/gm)].map(([, check]) => check);
  assert.deepEqual(
    rows.filter((one) => checkNames.some((check) => check === one)),
    checkNames,
  );
});

test('docs/doctor.md names no code that there is not', () => {
  const named = [...page.matchAll(/`([A-Z]+(?:_[A-Z]+)+)`/g)].map(([, code]) => code);
  assert.ok(named.length > 40);
  assert.deepEqual(
    named.filter((one) => !errorCodes.some((code) => code === one)),
    [],
  );
});
