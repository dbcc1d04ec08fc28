import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decodePath, parseRouteTemplate } from '../../../../local/host/route-template.ts';

const match = (template: string, path: string) => parseRouteTemplate(template).match(path);

test('matches literals whatever their case, with or without a slash at the end', () => {
  assert.deepEqual(match('api/consent/start', 'API/Consent/START/'), {});
  assert.equal(match('api/consent/start', 'api/consent'), undefined);
  assert.equal(match('api/consent', 'api/consent/start'), undefined);
  assert.equal(match('a.b', 'axb'), undefined);
  assert.equal(match('api//x', 'api//x'), undefined);
});

test('reads parameters, and needs a value for each that is not optional', () => {
  assert.deepEqual(match('{a}/x/{b}', '1/X/2'), { a: '1', b: '2' });
  assert.equal(match('x/{a}', 'x'), undefined);
  assert.equal(match('x/{a}', 'x/1/2'), undefined);
  assert.deepEqual(match('x/{a?}/{b?}', 'x/1'), { a: '1' });
  assert.deepEqual(match('x/{a?}/{b?}', 'x'), {});
  assert.deepEqual(match('{name}.{extension}', 'a.b.pdf'), { name: 'a', extension: 'b.pdf' });
});

test('lets a catch-all take the rest, or nothing', () => {
  assert.deepEqual(match('x/{*rest}', 'x/a/b'), { rest: 'a/b' });
  assert.deepEqual(match('x/{*rest}', 'x'), {});
  assert.deepEqual(match('{*rest}', ''), {});
  assert.deepEqual(match('{**rest}', 'a'), { rest: 'a' });
});

test('applies constraints', () => {
  const cases: [string, string[], string[]][] = [
    ['int', ['0', '-12', '2147483647', '+1', ' 1 '], ['2147483648', '1.5', 'x', '+']],
    ['long', ['9223372036854775807', '+1'], ['9223372036854775808', '+', 'x']],
    ['bool', ['true', 'FALSE'], ['1']],
    [
      'guid',
      [
        '0f0e0d0c-0000-4000-8000-00000000aaaa',
        '0f0e0d0c00004000800000000000aaaa',
        '{0f0e0d0c-0000-4000-8000-00000000aaaa}',
      ],
      ['0f0e0d0c000040008000-00000000aaaa', '{0f0e0d0c-0000-4000-8000-00000000aaaa'],
    ],
    ['alpha', ['abC'], ['a1']],
    ['min(5)', ['5', '6'], ['4', 'x']],
    ['max(5)', ['5', '-1'], ['6']],
    ['range(2, 4)', ['2', '4'], ['1', '5']],
    ['length(3)', ['abc'], ['ab', 'abcd']],
    ['length(1,2)', ['a', 'ab'], ['abc']],
    ['minlength(2)', ['ab'], ['a']],
    ['maxlength(2)', ['ab'], ['abc']],
    ['int:min(1)', ['1'], ['0', 'x']],
  ];
  for (const [constraint, fitting, others] of cases) {
    const template = parseRouteTemplate(`{p:${constraint}}`);
    for (const value of fitting) assert.deepEqual(template.match(value), { p: value }, `${constraint} ${value}`);
    for (const value of others) assert.equal(template.match(value), undefined, `${constraint} ${value}`);
  }
  assert.deepEqual(match('x/{p:int?}', 'x'), {});
  assert.equal(match('x/{p:int?}', 'x/y'), undefined);
});

test('refuses what it cannot do, naming it', () => {
  for (const template of ['{a:regex(x)}', '{a=5}', '{*a}/b', '{a?}/b', 'a/{b', '{a}/{A}', '{}', '{a:int(}', 'x{y?}']) {
    assert.throws(
      () => parseRouteTemplate(template),
      /is not implemented by the local host: run the app with func start$/,
      template,
    );
  }
});

test('decodes escapes except that of a slash, and leaves what is no escape as it is', () => {
  assert.equal(decodePath('caf%C3%A9%20%25'), 'café %');
  assert.equal(decodePath('a%2Fb%2fc'), 'a%2Fb%2fc');
  assert.equal(decodePath('%zz'), '%zz');
});
