import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Postmark, postmarked, readPostmark } from '../../../../../shared/mail/sending/postmark.ts';

const text = '{"version":1,\n"id":"invoice-4711"}';
const trace = '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01';
const row = { etag: `W/"datetime'2026-01-31T09%3A30%3A00.0000000Z'"`, tries: 3, createdAt: 1_769_851_800_000 };

const postmarks: Record<string, Postmark> = {
  'a turn and a row': { turn: 1_769_851_812_345, row },
  'a turn': { turn: 1_769_851_812_345, row: undefined },
  'a row': { turn: undefined, row },
  neither: { turn: undefined, row: undefined },
  'a turn, a row and a trace': { turn: 1_769_851_812_345, row, trace },
  'a trace': { turn: undefined, row: undefined, trace },
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

test('a word that this version does not know is passed over, and so is a trace that is none', () => {
  for (const word of ['lane=7', 'trace=junk', `trace=00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, 'a=b c=d'])
    assert.deepEqual(readPostmark(`tenantpost turn=5 row=- ${word}\n${text}`), {
      postmark: { turn: 5, row: undefined },
      text,
    });
});

test('a message that has room for the line and not for the trace goes without the trace', () => {
  const nearly = 'x'.repeat(65_536 - Buffer.byteLength(postmarked('', { turn: 1 })));
  assert.deepEqual(readPostmark(postmarked(nearly, { turn: 1, trace })).postmark, { turn: 1, row: undefined });
});

test('a message that would no longer fit the queue goes without one', () => {
  const [fits, full] = ['x'.repeat(65_300), 'ä'.repeat(32_760)];
  assert.notEqual(postmarked(fits, { turn: 1, row }), fits);
  assert.equal(Buffer.byteLength(postmarked(fits, { turn: 1, row })) <= 65_536, true);
  assert.equal(postmarked(full, { turn: 1, row }), full);
});
