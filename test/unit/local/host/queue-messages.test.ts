import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  decodeMessage,
  encodeMessage,
  outputMessages,
  triggerMetadata,
} from '../../../../local/host/queue-messages.ts';

test('reads and writes base64 of UTF-8, or the text itself', () => {
  assert.equal(decodeMessage('w7w=', 'base64'), 'ü');
  assert.equal(decodeMessage('', 'base64'), '');
  assert.equal(decodeMessage('w7\nw=', 'base64'), 'ü');
  assert.equal(decodeMessage('w7w=', 'none'), 'w7w=');
  assert.equal(encodeMessage('ü', 'base64'), 'w7w=');
  assert.equal(encodeMessage('ü', 'none'), 'ü');
  assert.equal(encodeMessage(Uint8Array.of(0xc3, 0xbc), 'none'), 'ü');
});

test('does not take for base64 what .NET would not, or what is no UTF-8', () => {
  for (const text of ['{"a":1}', 'w7w', 'w7w==', 'w-w=', '=', '/w==']) {
    assert.equal(decodeMessage(text, 'base64'), undefined, text);
  }
});

const message = {
  messageId: '123',
  popReceipt: 'receipt',
  dequeueCount: 2,
  insertedOn: new Date('2026-11-22T08:00:00Z'),
  expiresOn: new Date('2026-11-29T08:00:00Z'),
  nextVisibleOn: new Date('2026-11-22T08:10:00Z'),
};

test('gives numbers and dates as JSON, the rest as text', () => {
  assert.deepEqual(triggerMetadata('plain', message), {
    QueueTrigger: { string: 'plain' },
    DequeueCount: { json: '2' },
    ExpirationTime: { json: '"2026-11-29T08:00:00.000Z"' },
    Id: { string: '123' },
    InsertionTime: { json: '"2026-11-22T08:00:00.000Z"' },
    NextVisibleTime: { json: '"2026-11-22T08:10:00.000Z"' },
    PopReceipt: { string: 'receipt' },
  });
});

test('lets top-level properties of an object overwrite, keeping the name that was there', () => {
  const { Id, DequeueCount, tenant } = triggerMetadata('{"id":"x","dequeuecount":7,"tenant":{"a":1}}', message);
  assert.deepEqual([Id, DequeueCount, tenant], [{ json: '"x"' }, { json: '7' }, { json: '{"a":1}' }]);
  for (const text of ['[1]', '"text"', 'null', '5']) {
    assert.deepEqual(Object.keys(triggerMetadata(text, message)), Object.keys(triggerMetadata('plain', message)));
  }
});

test('makes one message per element of an array, and none of nothing', () => {
  assert.deepEqual(outputMessages({ json: '["a",{"b":[1]},2,true,null]' }), [
    'a',
    '{\n  "b": [\n    1\n  ]\n}',
    '2',
    'True',
    '',
  ]);
  assert.deepEqual(outputMessages({ json: '[]' }), []);
  assert.deepEqual(outputMessages(undefined), []);
  assert.deepEqual(outputMessages(null), []);
});

test('writes JSON text again indented, other text as it is, and bytes as bytes', () => {
  assert.deepEqual(outputMessages({ string: '{"a":1}' }), ['{\n  "a": 1\n}']);
  assert.deepEqual(outputMessages({ string: '[1,"b"]' }), ['1', 'b']);
  assert.deepEqual(outputMessages({ string: '{not json}' }), ['{not json}']);
  assert.deepEqual(outputMessages({ string: 'plain' }), ['plain']);
  assert.deepEqual(outputMessages({ string: '' }), ['']);
  assert.deepEqual(outputMessages({ int: 0 }), ['0']);
  assert.deepEqual(outputMessages({ double: 1.5 }), ['1.5']);
  assert.deepEqual(outputMessages({ bytes: Uint8Array.of(1) }), [Uint8Array.of(1)]);
});
