import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatSetCookie } from '../../../../local/host/set-cookie.ts';

test('writes every attribute in the order of ASP.NET Core', () => {
  const cookie = {
    name: 'n',
    value: "a=b;!'()*é",
    expires: { value: { seconds: 0 } },
    maxAge: { value: 60.7 },
    domain: { value: 'contoso.example' },
    path: { value: '/api' },
    secure: { value: true },
    httpOnly: { value: true },
    sameSite: 'strict' as const,
  };
  assert.equal(
    formatSetCookie(cookie),
    'n=a%3Db%3B%21%27%28%29%2A%C3%A9; expires=Thu, 01 Jan 1970 00:00:00 GMT; max-age=60; domain=contoso.example; ' +
      'path=/api; secure; samesite=strict; httponly',
  );
});

test('leaves out what is not set or false, and tells samesite=none from no samesite', () => {
  const plain = { name: 'n', value: '', secure: { value: false }, httpOnly: null };
  assert.equal(formatSetCookie({ ...plain, sameSite: 'none' }), 'n=; path=/');
  assert.equal(formatSetCookie({ ...plain, sameSite: 'explicitNone' }), 'n=; path=/; samesite=none');
});
