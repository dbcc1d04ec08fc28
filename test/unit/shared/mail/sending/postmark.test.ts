import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Postmark, postmarked, readPostmark } from '../../../../../shared/mail/sending/postmark.ts';

const text = '{"version":1,\n"id":"invoice-4711"}';
const row = { etag: `W/"datetime'2026-01-31T09%3A30%3A00.0000000Z'"`, tries: 3, createdAt: 1_769_851_800_000 };

const postmarks: Record<string, Postmark> = {
  'a turn and a row': { turn: 1_769_851_812_345, row },
  'a turn': { turn: 1_769_851_812_345, row: undefined },
  'a row': { turn: undefined, row },
  neither: { turn: undefined, row: undefined },
};

for (const [what, postmark] of Object.entries(postmarks)) {
  test(`a message put back with ${what} is read as it was written`, () => {
    assert.deepEqual(readPostmark(postmarked(text, postmark)), { postmark, text });
  });
}

test('a message of a producer has none', () => {
  for (const message of [text, '', 'tenantpost', 'eyJ2ZXJzaW9uIjoxfQ==', '\ntenantpost turn=- row=-\n{}']) {
    assert.deepEqual(readPostmark(message), { postmark: {}, text: message });
  }
});

test('a line that is none of ours stays in the message', () => {
  for (const line of ['turn=later row=-', 'turn=-1 row=-', 'turn=- row=1,2', 'turn=-', 'turn=- row=a,b,c']) {
    const message = `tenantpost ${line}\n${text}`;
    assert.deepEqual(readPostmark(message), { postmark: {}, text: message });
  }
});

test('a version that cannot be decoded fits no row, and throws nothing', () => {
  assert.equal(readPostmark(`tenantpost turn=- row=1,2,%E0%A4%A\n${text}`).postmark.row?.etag, '%E0%A4%A');
});

test('a message that would no longer fit the queue goes without one', () => {
  const [fits, full] = ['x'.repeat(65_300), 'ä'.repeat(32_760)];
  assert.notEqual(postmarked(fits, { turn: 1, row }), fits);
  assert.equal(Buffer.byteLength(postmarked(fits, { turn: 1, row })) <= 65_536, true);
  assert.equal(postmarked(full, { turn: 1, row }), full);
});
