import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import { addTenant, enterpriseAppIn, startTestCloud, vendor } from '../../../support/cloud.ts';
import type { OpenedPage } from '../../../../local/browser.ts';
import {
  antiForgeryToken,
  callbackParameters,
  ConsentBrowser,
  consentUrl,
  errorText,
} from '../../../support/consent-browser.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const registration = cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
assert.ok(registration);

describe('signing in', () => {
  test('offers the administrators of the tenant alone', async () => {
    const signIn = await new ConsentBrowser(cloud).open(consentUrl(cloud));
    const offered = signIn.document
      .querySelectorAll('button[name=administrator]')
      .map((one) => one.getAttribute('value'));
    assert.deepEqual(offered, ['admin@contoso.example', 'not-an-administrator']);
  });

  test('is refused to the administrator of another tenant', async () => {
    const browser = new ConsentBrowser(cloud);
    const signIn = await browser.open(consentUrl(cloud));
    const token = antiForgeryToken(signIn);
    const refused = await browser.post(signIn.url, [
      ['antiForgeryToken', token],
      ['administrator', 'admin@fabrikam.example'],
    ]);
    assert.equal(refused.status, 400);
    assert.match(errorText(refused), /^AADSTS50034: /);
  });

  test('holds for one request: the next one asks again', async () => {
    const browser = new ConsentBrowser(cloud);
    await browser.press(await browser.open(consentUrl(cloud)), 'admin@contoso.example');
    const again = await browser.open(consentUrl(cloud));
    assert.ok(again.document.querySelector('button[value=accept]'), 'the same request goes on where it was');
    const next = await browser.open(consentUrl(cloud, 'organizations'));
    assert.ok(next.document.querySelector('button[name=administrator]'));
  });

  test('is kept in a cookie that no script reads and no other site sends', async () => {
    const { headers } = await cloud.fetch(consentUrl(cloud));
    const [cookie = '', ...more] = headers.getSetCookie();
    assert.equal(more.length, 0);
    assert.match(cookie, /^__Host-local-entra-session=[\w-]{43};/);
    for (const attribute of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Lax']) assert.ok(cookie.includes(attribute));
    assert.ok(!/Domain=/i.test(cookie));
  });
});

describe('a form', () => {
  const prepared = async (): Promise<{ browser: ConsentBrowser; review: OpenedPage; token: string; id: string }> => {
    const { id, domain } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const review = await browser.press(await browser.open(consentUrl(cloud, id)), `admin@${domain}`);
    const token = antiForgeryToken(review);
    return { browser, review, token, id };
  };

  test('is refused without the anti-forgery token of its session, and accepted with it', async () => {
    const { browser, review, token, id } = await prepared();
    const other = await prepared();
    for (const forged of [[], [['antiForgeryToken', 'x']], [['antiForgeryToken', other.token]]] as [
      string,
      string,
    ][][]) {
      const refused = await browser.post(review.url, [...forged, ['choice', 'accept']]);
      assert.equal(refused.status, 400);
      assert.match(errorText(refused), /^AADSTS165000: /);
    }
    assert.equal(enterpriseAppIn(cloud, id), undefined);
    const accepted = await browser.post(review.url, [
      ['antiForgeryToken', token],
      ['choice', 'accept'],
    ]);
    assert.equal(callbackParameters(accepted)['tenant'], id);
  });

  test('is refused without the session cookie', async () => {
    const { review, token, id } = await prepared();
    const refused = await new ConsentBrowser(cloud).post(review.url, [
      ['antiForgeryToken', token],
      ['choice', 'accept'],
    ]);
    assert.match(errorText(refused), /^AADSTS165000: /);
    assert.equal(enterpriseAppIn(cloud, id), undefined);
  });

  test('is refused when nobody signed in for its request', async () => {
    const { browser, token, id } = await prepared();
    const elsewhere = addTenant(cloud);
    const refused = await browser.post(consentUrl(cloud, elsewhere.id), [
      ['antiForgeryToken', token],
      ['choice', 'accept'],
    ]);
    assert.match(errorText(refused), /^AADSTS50058: /);
    assert.equal(enterpriseAppIn(cloud, elsewhere.id), undefined);
    assert.equal(enterpriseAppIn(cloud, id), undefined);
  });

  test('is refused when it is sent a second time', async () => {
    const { browser, review, token } = await prepared();
    const fields: [string, string][] = [
      ['antiForgeryToken', token],
      ['choice', 'accept'],
    ];
    assert.equal((await browser.post(review.url, fields)).status, 302);
    assert.match(errorText(await browser.post(review.url, fields)), /^AADSTS50058: /);
  });

  test('is refused for a choice that is none', async () => {
    const { browser, review, token } = await prepared();
    const refused = await browser.post(review.url, [
      ['antiForgeryToken', token],
      ['choice', 'maybe'],
    ]);
    assert.match(errorText(refused), /^AADSTS90023: /);
  });
});

describe('a page', () => {
  const review = async (): Promise<OpenedPage> => {
    const browser = new ConsentBrowser(cloud);
    return browser.press(await browser.open(consentUrl(cloud)), 'admin@contoso.example');
  };

  test('shows app, publisher, account and the permissions in words', async () => {
    const text = (await review()).document.querySelector('main')?.structuredText ?? '';
    for (const shown of [
      'Mailworks Post',
      'Mailworks Ltd',
      'admin@contoso.example',
      'Contoso',
      'Send mail as any user',
    ]) {
      assert.ok(text.includes(shown), shown);
    }
  });

  test('says that it is the local cloud and not Microsoft', async () => {
    for (const visit of [await review(), await new ConsentBrowser(cloud).open(consentUrl(cloud, 'common'))]) {
      assert.match(visit.document.querySelector('.banner')?.text ?? '', /local cloud of tenantpost, not Microsoft/);
      assert.match(visit.document.querySelector('title')?.text ?? '', /local cloud/);
    }
  });

  test('has one form per choice and one heading', async () => {
    const { document } = await review();
    for (const value of ['accept', 'cancel', 'switch']) {
      const [button, ...more] = document.querySelectorAll(`form[method=post] button[name=choice][value=${value}]`);
      assert.ok(button && more.length === 0);
      assert.equal(button.closest('form')?.querySelectorAll('button').length, 1);
      assert.notEqual(button.text.trim(), '');
    }
    assert.equal(document.querySelectorAll('h1').length, 1);
    assert.equal(document.querySelector('html')?.getAttribute('lang'), 'en');
  });

  test('escapes what comes from outside', async (t) => {
    const name = registration.displayName;
    registration.displayName = '<img src=x onerror=alert(1)>';
    t.after(() => {
      registration.displayName = name;
    });
    assert.equal((await review()).document.querySelector('img'), null);
    const refused = await new ConsentBrowser(cloud).open(
      consentUrl(cloud, undefined, { redirect_uri: 'https://x.example/"><script>alert(1)</script>' }),
    );
    assert.equal(refused.document.querySelector('script'), null);
    assert.ok(refused.document.toString().includes('&lt;script&gt;'));
  });

  test('runs no script, is framed by nobody, and its form leads to itself and to the app alone', async () => {
    const visit = await review();
    const policy = visit.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(policy, /form-action 'self' http:\/\/localhost:7071;/);
    assert.ok(!policy.includes('unsafe'));
    const style = visit.document.querySelector('style')?.innerHTML ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    assert.ok(style.length > 100 && policy.includes(`style-src 'sha256-${hash}'`), 'the hash is that of the style');
    assert.match(visit.headers.get('cache-control') ?? '', /no-store/);

    const refused = await new ConsentBrowser(cloud).open(consentUrl(cloud, 'common'));
    assert.match(refused.headers.get('content-security-policy') ?? '', /form-action 'self';/);
  });
});
