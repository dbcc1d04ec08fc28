import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { address, recipient } from '../../../../../shared/mail/job/address.ts';

const parsed = (written: string): unknown => address.safeParse(written).data;

describe('a mail address', () => {
  for (const written of [
    'anna@customer.example',
    'anna.b+news@mail.customer.example',
    "!#$%&'*+-/=?^_`{|}~@customer.example",
    '1@2.example',
    'a@b.c',
    'a@ab--cd.example',
    '用户@customer.example',
    'δοκιμή@customer.example',
    'अजय@customer.example',
    'с\u200dв@customer.example',
    '🎉@customer.example',
    '"anna b"@customer.example',
    '"a@b"@customer.example',
    '"a\\"b\\\\c"@customer.example',
    '".anna."@customer.example',
    '"Änne (Einkauf)"@customer.example',
    `${'a'.repeat(64)}@customer.example`,
    `${'ä'.repeat(32)}@customer.example`,
    `a@${'b'.repeat(63)}.example`,
    `a@${'b.'.repeat(120)}example`,
  ]) {
    test(`is taken as it is: ${written}`, () => {
      assert.equal(parsed(written), written);
    });
  }

  for (const [written, sent] of [
    ['Anna@Customer.EXAMPLE', 'Anna@customer.example'],
    ['anna@bücher.example', 'anna@xn--bcher-kva.example'],
    ['anna@BÜCHER.example', 'anna@xn--bcher-kva.example'],
    ['anna@faß.example', 'anna@xn--fa-hia.example'],
    ['anna@日本.example', 'anna@xn--wgv71a.example'],
    ['anna@日本。example', 'anna@xn--wgv71a.example'],
    ['anna@مثال.إختبار', 'anna@xn--mgbh0fb.xn--kgbechtv'],
    ['anna@उदाहरण.परीक्षा', 'anna@xn--p1b6ci4b4b3a.xn--11b5bs3a9aj6g'],
    ['anna@ｃｕｓｔｏｍｅｒ.example', 'anna@customer.example'],
    ['anna@xn--bcher-kva.example', 'anna@xn--bcher-kva.example'],
  ] as const) {
    test(`has its domain in the form that servers take: ${written}`, () => {
      assert.equal(parsed(written), sent);
    });
  }

  for (const [written, sent] of [
    ['"anna"@customer.example', 'anna@customer.example'],
    ['"anna.b"@customer.example', 'anna.b@customer.example'],
    ['"an\\na"@customer.example', 'anna@customer.example'],
    ['"anna\\ b"@customer.example', '"anna b"@customer.example'],
    ['"用户"@customer.example', '用户@customer.example'],
    ['""@customer.example', '""@customer.example'],
  ] as const) {
    test(`has no more quoting than it needs: ${written}`, () => {
      assert.equal(parsed(written), sent);
    });
  }

  test('becomes the same when it is parsed again', () => {
    for (const written of ['ANNA@BÜCHER.example', '"an\\na b"@日本。example', '"\\\\"@a.example']) {
      const once = parsed(written);
      assert.ok(typeof once === 'string');
      assert.equal(parsed(once), once);
    }
  });
});

describe('a display name', () => {
  for (const name of [
    '',
    'Anna Müller, Einkauf',
    '"Anna" <anna@customer.example>',
    'Анна Мюллер',
    '안나 뮐러',
    'אנה \u200fמילר',
    'आन्ना म्यूलर',
    'Zoë 👩‍👩‍👧‍👦',
    'n'.repeat(256),
    '🎉'.repeat(256),
  ]) {
    test(`may be in any script: ${name.slice(0, 40)}`, () => {
      const written = { address: 'anna@customer.example', name };
      assert.deepEqual(recipient.parse(written), written);
    });
  }
});
