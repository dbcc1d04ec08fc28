import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { anyOf, quoted } from '../../../../../shared/tenants/exchange/quoted.ts';

describe('a value in PowerShell', () => {
  for (const [what, value, written] of [
    [
      'stands in single quotes, in which nothing is expanded',
      '$(Remove-Mailbox x) `n "y"',
      '\'$(Remove-Mailbox x) `n "y"\'',
    ],
    ['has its apostrophe doubled', "o'brien@contoso.example", "'o''brien@contoso.example'"],
    ['has the typographic quotes doubled that PowerShell takes for apostrophes', '‘a’ ‚b‛', "'‘‘a’’ ‚‚b‛‛'"],
    ['keeps typographic double quotes, which mean nothing there', '“a”', "'“a”'"],
  ] as const) {
    test(what, () => assert.equal(quoted(value), written));
  }

  for (const value of ["x'\nRemove-Mailbox y", 'x\ry', 'x\u2028y', 'x\u0000', 'x\u0085y']) {
    test(`is never one with a line break or another control character: ${JSON.stringify(value)}`, () => {
      assert.throws(() => quoted(value), /control character/);
    });
  }

  test('in a recipient filter is quoted by the filter’s rules, and the filter by PowerShell’s', () => {
    assert.equal(
      anyOf('PrimarySmtpAddress', ["o'brien@contoso.example", 'b@contoso.example']),
      "'PrimarySmtpAddress -eq ''o''''brien@contoso.example'' -or PrimarySmtpAddress -eq ''b@contoso.example'''",
    );
  });
});
