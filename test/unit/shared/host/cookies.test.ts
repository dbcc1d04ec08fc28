import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  browserCookie,
  invitationCookie,
  readBrowser,
  readInvitation,
  readState,
  stateCookie,
} from '../../../../shared/host/cookies.ts';
import { aRequest } from '../../../support/invocation.ts';

const secure = 'https://mail.example.com';
const loopback = 'http://localhost:7071';
const value = 'v'.repeat(43);

const readFrom = (cookie: string | undefined, publicUrl: string): string | undefined =>
  readBrowser(aRequest('/api/consent/callback', cookie === undefined ? {} : { headers: { cookie } }), publicUrl);

describe('the cookie', () => {
  test('over https belongs to this host alone, and only to https', () => {
    assert.deepEqual(browserCookie(value, secure), {
      name: '__Host-tenantpost-consent',
      value,
      httpOnly: true,
      secure: true,
      sameSite: 'Lax',
      path: '/',
      maxAge: 3600,
    });
  });

  test('over http, which is for loopback, does without what browsers refuse there', () => {
    const { name, secure: isSecure } = browserCookie(value, loopback);
    assert.deepEqual([name, isSecure], ['tenantpost-consent', false]);
  });

  test('is read back among others', () => {
    const { name } = browserCookie(value, secure);
    assert.equal(readFrom(`a=1; ${name}=${value}; b=2`, secure), value);
    assert.equal(readFrom(`${browserCookie(value, loopback).name}=${value}`, loopback), value);
  });

  test('is not there where none was sent, or only others', () => {
    for (const cookie of [undefined, '', 'a=1', `x__Host-tenantpost-consent=${value}`, '__Host-tenantpost-consent']) {
      assert.equal(readFrom(cookie, secure), undefined, cookie);
    }
  });

  test('of http is not believed over https, where another host could have set it', () => {
    assert.equal(readFrom(`tenantpost-consent=${value}`, secure), undefined);
  });
});

describe('the cookies of the invitation and of the state', () => {
  test('have names of their own, and what is read is what was set', () => {
    const cookies = [browserCookie('b', secure), invitationCookie('i', secure), stateCookie('s', secure)];
    const header = cookies.map((one) => `${one.name}=${one.value}`).join('; ');
    const request = aRequest('/api/consent/callback', { headers: { cookie: header } });
    assert.deepEqual(
      [readBrowser(request, secure), readInvitation(request, secure), readState(request, secure)],
      ['b', 'i', 's'],
    );
  });

  test('are as closed as the first, and that of the invitation outlives a consent that took too long', () => {
    const { value: _, name, maxAge, ...invitation } = invitationCookie('i', secure);
    const { value: __, name: ___, maxAge: shorter, ...browser } = browserCookie('b', secure);
    assert.deepEqual(invitation, browser);
    assert.equal(name, '__Host-tenantpost-invitation');
    assert.ok(Number(maxAge) > Number(shorter));
  });
});
