import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { RecentlyUsed } from '../../../../../shared/mail/gate/recently-used.ts';

describe('what was used recently', () => {
  const newest = (kept: RecentlyUsed<{ key: string; needed?: boolean }>, key: string) => kept.get(key, () => ({ key }));

  test('is made once', () => {
    const kept = new RecentlyUsed<{ key: string }>(2, () => false);
    assert.equal(newest(kept, 'a'), newest(kept, 'a'));
  });

  test('stays while the oldest goes', () => {
    const kept = new RecentlyUsed<{ key: string }>(2, () => false);
    const [a, b] = [newest(kept, 'a'), newest(kept, 'b')];
    newest(kept, 'a');
    newest(kept, 'c');
    assert.equal(kept.size, 2);
    assert.equal(newest(kept, 'a'), a);
    assert.notEqual(newest(kept, 'b'), b);
  });

  test('is kept beyond its number while it is needed', () => {
    const kept = new RecentlyUsed<{ key: string; needed?: boolean }>(1, ({ needed }) => needed === true);
    const a = newest(kept, 'a');
    a.needed = true;
    newest(kept, 'b');
    newest(kept, 'c');
    assert.equal(newest(kept, 'a'), a);
    assert.equal(kept.size, 1);
  });
});
