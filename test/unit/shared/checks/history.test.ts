import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { Finding } from '../../../../shared/checks/finding.ts';
import { dated } from '../../../../shared/checks/history.ts';
import { hours } from '../../../../shared/clock.ts';
import { noon } from '../../../support/clock.ts';

const failed = (check: string, overrides: Partial<Finding> = {}): Finding => ({
  ...{ check, state: 'failed', tried: 'it', code: 'APP_BLOCKED' },
  ...overrides,
});
const row = (key: string, overrides = {}) => ({
  ...{ key, code: 'APP_BLOCKED' as const, since: noon - 5000, seenAt: noon - 1000 },
  ...overrides,
});
const sinceOf = (found: readonly Finding[]) => found.map(({ since }) => since);
const iso = (at: number) => new Date(at).toISOString();

describe('a finding that stands', () => {
  test('has the time of the first of its kind', () => {
    const { findings, change } = dated([failed('consent')], undefined, [row('consent')], noon);
    assert.deepEqual(sinceOf(findings), [iso(noon - 5000)]);
    assert.deepEqual(change, { kept: [row('consent', { seenAt: noon })], gone: [] });
  });

  test('begins anew with another code, and when nobody has looked for a month', () => {
    for (const before of [
      row('consent', { code: 'ROLE_MISSING' }),
      row('consent', { seenAt: noon - 31 * 24 * hours }),
    ]) {
      const { findings, change } = dated([failed('consent')], undefined, [before], noon);
      assert.deepEqual(sinceOf(findings), [iso(noon)]);
      assert.deepEqual(change.gone, []);
    }
  });
});

test('one that is right is forgotten; one that was skipped is left as it was', () => {
  const findings: Finding[] = [
    { check: 'consent', state: 'ok', tried: 'it' },
    { check: 'roles', state: 'skipped', tried: 'why' },
  ];
  const { findings: after, change } = dated(findings, undefined, [row('consent'), row('roles')], noon);
  assert.deepEqual(after, findings);
  assert.deepEqual(change, { kept: [], gone: ['consent'] });
});

test('rows of other mailboxes stay, and those of nobody any more go', () => {
  const before = [row('graph-send 0123'), row('imap-sign-in 4567', { seenAt: noon - 31 * 24 * hours })];
  const { change } = dated([failed('graph-send')], 'post@contoso.example', before, noon);
  assert.deepEqual(change.gone, ['imap-sign-in 4567']);
  assert.match(change.kept[0]?.key ?? '', /^graph-send [0-9a-f]{32}$/);
});
