import assert from 'node:assert/strict';
import { test } from 'node:test';
import { claimedIdentity, readXoauth2 } from '../../../../../local/cloud/mail-servers/xoauth2.ts';
import { aTokenValue } from '../../../../support/unsigned-token.ts';

const encode = (text: string): string => Buffer.from(text).toString('base64');

test('reads mailbox and token out of the string of Microsoft’s page', () => {
  assert.deepEqual(
    readXoauth2(
      encode('user=test@contoso.onmicrosoft.com\x01auth=Bearer EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA\x01\x01'),
    ),
    {
      user: 'test@contoso.onmicrosoft.com',
      token: 'EwBAAl3BAAUFFpUAo7J3Ve0bjLBWZWCclRC3EoAA',
    },
  );
});

test('reads nothing out of a string that differs from it anywhere', () => {
  for (const text of [
    '',
    'user=a@b.c\x01auth=Bearer t\x01',
    'user=a@b.c\x01auth=Bearer t\x01\x01\x01',
    'user=a@b.c\x01auth=Bearer \x01\x01',
    'user=\x01auth=Bearer t\x01\x01',
    'user=a b@c.d\x01auth=Bearer t\x01\x01',
    'user=a@b.c\nauth=Bearer t\n\n',
    'auth=Bearer t\x01user=a@b.c\x01\x01',
    'user=a@b.c\x01auth=bearer t\x01\x01',
  ]) {
    assert.equal(readXoauth2(encode(text)), undefined, JSON.stringify(text));
  }
  const whole = encode('user=a@b.cd\x01auth=Bearer t\x01\x01');
  for (const text of [whole.slice(1), `${whole}\n`, `${whole}=`, whole.replace(/.$/, '!')]) {
    assert.equal(readXoauth2(text), undefined, text);
  }
});

test('tells whom a string claims to be for, and nothing of one that cannot be read', () => {
  const tid = '11111111-aaaa-4aaa-8aaa-111111111111';
  const token = aTokenValue({ tid });
  assert.deepEqual(claimedIdentity(encode(`user=a@b.c\x01auth=Bearer ${token}\x01\x01`)), {
    mailbox: 'a@b.c',
    tenantId: tid,
  });
  assert.deepEqual(claimedIdentity(encode('user=a@b.c\x01auth=Bearer opaque\x01\x01')), { mailbox: 'a@b.c' });
  assert.deepEqual(claimedIdentity('nothing'), {});
});
