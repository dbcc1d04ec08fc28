import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { TenantpostError } from '../../../../shared/errors.ts';
import { requireReturnUrl } from '../../../../shared/tenants/return-url.ts';

const allowed = ['https://portal.example.com', 'https://other.example:8443'];

describe('a return address', () => {
  for (const [text, understood] of [
    ['https://portal.example.com', 'https://portal.example.com/'],
    ['https://portal.example.com/done?customer=4711#top', 'https://portal.example.com/done?customer=4711#top'],
    ['HTTPS://PORTAL.EXAMPLE.COM:443/a', 'https://portal.example.com/a'],
    ['https://other.example:8443/x', 'https://other.example:8443/x'],
    ['https://portal.example.com/a/../b', 'https://portal.example.com/b'],
  ] as const) {
    test(`of an origin that is allowed is ${understood}`, () => {
      assert.equal(requireReturnUrl(text, allowed), understood);
    });
  }

  for (const text of [
    ...['', '/', '/done', '//portal.example.com', 'portal.example.com', 'https:', 'https://'],
    ...['http://portal.example.com/', 'javascript:alert(1)', 'data:text/html,x', 'ftp://portal.example.com/'],
    ...['https://portal.example.com:8443/', 'https://other.example/', 'https://sub.portal.example.com/'],
    ...['https://portal.example.com.evil.example/', 'https://evil.example/https://portal.example.com'],
    ...['https://portal.example.com@evil.example/', 'https://user:pass@portal.example.com/'],
    ...['https://evil.example\\@portal.example.com/', 'https:\\\\portal.example.com/', 'https://portal.example.com\\x'],
    ...[
      'https://portal.example.com/\r\nSet-Cookie: a=b',
      'https://portal.example.com/\tx',
      ' https://portal.example.com/',
    ],
    ...['https://portal.example.com\u3002evil.example/', 'https://pörtal.example.com/', 'https://portal.example.com/ü'],
    `https://portal.example.com/${'x'.repeat(2000)}`,
  ]) {
    test(`is refused as ${JSON.stringify(text.slice(0, 60))}`, () => {
      assert.throws(
        () => requireReturnUrl(text, allowed),
        (error: unknown) => {
          assert.ok(error instanceof TenantpostError);
          assert.equal(error.code, 'REQUEST_INVALID');
          assert.equal(error.detail['field'], '/returnUrl');
          assert.match(String(error.detail['expected']), /portal\.example\.com, https:\/\/other\.example:8443/);
          return true;
        },
      );
    });
  }

  test('is never taken where no origin is allowed, and the answer says so', () => {
    assert.throws(() => requireReturnUrl('https://portal.example.com/', []), {
      detail: { field: '/returnUrl', expected: 'nothing, since TENANTPOST_RETURN_URLS allows no address' },
    });
  });
});
