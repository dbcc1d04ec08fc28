import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { type FieldProblem, firstProblem } from '../../../shared/field-problem.ts';

const person = z.strictObject({
  name: z.string().max(5, 'at most 5 characters'),
  age: z.int().optional(),
  pets: z.array(z.strictObject({ kind: z.string().regex(/^(cat|dog)$/, 'a cat or a dog') })).default([]),
});

/** What is said of a value that the schema refuses. */
function problemOf(value: unknown, schema: z.ZodType = person): FieldProblem {
  const { success, error } = schema.safeParse(value);
  assert.equal(success, false);
  return firstProblem(error?.issues ?? []);
}

describe('a field that is wrong', () => {
  for (const [what, value, problem] of [
    ['that is missing, by the type that it has', {}, { field: '/name', expected: 'string' }],
    ['of another type, by the type that it has', { name: 7 }, { field: '/name', expected: 'string' }],
    [
      'of another form, in the words of the schema',
      { name: 'Methuselah' },
      { field: '/name', expected: 'at most 5 characters' },
    ],
    [
      'inside a list, by its place there',
      { name: 'Anna', pets: [{ kind: 'cat' }, { kind: 'crocodile' }] },
      { field: '/pets/1/kind', expected: 'a cat or a dog' },
    ],
    [
      'of several, the first',
      { name: 'Methuselah', pets: [{ kind: 'crocodile' }], x: 1 },
      { field: '/name', expected: 'at most 5 characters' },
    ],
    ['that is the whole value, by the empty pointer', 'Anna', { field: '', expected: 'object' }],
  ] as const) {
    test(`${what}`, () => {
      assert.deepEqual(problemOf(value), problem);
    });
  }

  test('has / and ~ of its name escaped (RFC 6901, section 3)', () => {
    const byName = z.record(z.string(), z.number());
    for (const [name, field] of [
      ['a/b', '/a~1b'],
      ['m~n', '/m~0n'],
      ['~1', '/~01'],
      ['', '/'],
    ] as const) {
      assert.equal(problemOf({ [name]: 'x' }, byName).field, field);
    }
  });

  test('is never shown with what was there', () => {
    for (const value of [
      { name: 'secret words' },
      { name: ['secret'] },
      { name: 'Anna', age: 'secret' },
      { name: 'Anna', pets: [{ kind: 'secret' }] },
      'secret',
    ]) {
      assert.doesNotMatch(JSON.stringify(problemOf(value)), /secret/);
    }
  });
});

describe('a field of which there are several kinds', () => {
  const text = z.string().regex(/^a/, 'an a');
  const either = z.strictObject({
    it: z.union([text, z.strictObject({ of: text, size: z.int() })], { error: 'an a, or an object with of and size' }),
  });

  for (const [what, it, problem] of [
    ['is told of all of them when it is of none', 7, { field: '/it', expected: 'an a, or an object with of and size' }],
    ['is told of the kind that it is of', 'b', { field: '/it', expected: 'an a' }],
    ['is told of the kind that it is of, inside', { of: 'a' }, { field: '/it/size', expected: 'number' }],
    [
      'is told of what that kind does not have',
      { of: 'a', size: 1, x: 1 },
      { field: '/it/x', expected: 'no such field' },
    ],
  ] as const) {
    test(what, () => {
      assert.deepEqual(problemOf({ it }, either), problem);
    });
  }
});

describe('a field that the schema does not have', () => {
  const unknown = (name: string): FieldProblem => problemOf({ name: 'Anna', [name]: 'secret' });

  test('is named, and said not to exist', () => {
    assert.deepEqual(unknown('nmae'), { field: '/nmae', expected: 'no such field' });
    assert.deepEqual(problemOf({ name: 'Anna', pets: [{ kind: 'cat', age: 3 }] }), {
      field: '/pets/0/age',
      expected: 'no such field',
    });
  });

  test('is the first where there are several', () => {
    assert.equal(problemOf({ one: 1, name: 'Anna', two: 2 }).field, '/one');
  });

  // The name is the outside's own text, and goes into logs, rows and answers.
  test('is shown only when it is made as names are, and the field around it otherwise', () => {
    for (const name of [
      '\r\nanna@customer.example',
      'anna@customer.example',
      '<script>',
      'a~b/c',
      'x'.repeat(42),
      '',
    ]) {
      assert.deepEqual(unknown(name), { field: '', expected: 'no fields but those that are documented' });
    }
    assert.deepEqual(unknown('send-At_1'), { field: '/send-At_1', expected: 'no such field' });
  });
});

test('no issue at all is still a problem', () => {
  assert.deepEqual(firstProblem([]), { field: '', expected: 'something else' });
});
