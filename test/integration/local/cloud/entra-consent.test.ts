import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { after, describe, test } from 'node:test';
import type { EnterpriseApp } from '../../../../local/cloud/state.ts';
import {
  addTenant,
  customers,
  grantedToken,
  graphResource,
  redirectUri,
  requestToken,
  startTestCloud,
  vendor,
} from '../../../support/cloud.ts';
import { callbackParameters, ConsentBrowser, consentUrl, type Visit } from '../../../support/consent-browser.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
const registration = cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
assert.ok(registration);

const principalIn = (tenantId: string): EnterpriseApp | undefined =>
  cloud.state.enterpriseApps.find((one) => one.tenantId === tenantId && one.appId === vendor.appId);

const description = (visit: Visit): string => visit.root.querySelector('pre')?.text ?? '';

describe('accepting', () => {
  test('creates the enterprise application and calls the app back with tenant, scope and state', async () => {
    const { id, domain } = addTenant(cloud);
    const visit = await new ConsentBrowser(cloud).consent(consentUrl(cloud, id), `admin@${domain}`, 'accept');

    assert.ok(visit.location?.startsWith(`${redirectUri}?admin_consent=True&tenant=${id}&scope=`), visit.location);
    assert.deepEqual(callbackParameters(visit), {
      admin_consent: 'True',
      tenant: id,
      scope: `${graphResource}/Mail.Send`,
      state: 'state-1',
    });
    const principal = principalIn(id);
    assert.ok(principal);
    const { claims } = await grantedToken(await requestToken(cloud, { tenant: id }));
    assert.equal(claims['oid'], principal.objectId);
    assert.deepEqual(claims['roles'], ['Mail.Send']);
  });

  test('again keeps the object id and takes over what the registration requires by now', async (t) => {
    const { id, domain } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    await browser.consent(consentUrl(cloud, id), `admin@${domain}`, 'accept');
    const objectId = principalIn(id)?.objectId;
    const before = registration.requiredAppRoles;
    registration.requiredAppRoles = [...before, { resource: graphResource, role: 'Mail.ReadWrite' }];
    t.after(() => {
      registration.requiredAppRoles = before;
    });

    const { claims: old } = await grantedToken(await requestToken(cloud, { tenant: id }));
    assert.deepEqual(old['roles'], ['Mail.Send'], 'requiring a permission grants nothing');
    const visit = await browser.consent(consentUrl(cloud, id), `admin@${domain}`, 'accept');
    assert.equal(callbackParameters(visit)['scope'], `${graphResource}/Mail.Send ${graphResource}/Mail.ReadWrite`);
    const { claims } = await grantedToken(await requestToken(cloud, { tenant: id }));
    assert.deepEqual(claims['roles'], ['Mail.Send', 'Mail.ReadWrite']);
    assert.equal(principalIn(id)?.objectId, objectId);
  });

  test('at organizations consents for the tenant of whoever signs in', async () => {
    const { id, domain } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const signIn = await browser.open(consentUrl(cloud, 'organizations'));
    const groups = signIn.root.querySelectorAll('fieldset legend').map((legend) => legend.text.trim());
    assert.deepEqual(
      groups,
      cloud.state.tenants.map((tenant) => `${tenant.displayName} (${tenant.domain})`),
    );
    const review = await browser.press(signIn, 'administrator', `admin@${domain}`);
    assert.equal(callbackParameters(await browser.press(review, 'choice', 'accept'))['tenant'], id);
    assert.ok(principalIn(id));
  });

  test('may name the tenant by domain', async () => {
    const { id, domain } = addTenant(cloud);
    const visit = await new ConsentBrowser(cloud).consent(consentUrl(cloud, domain), `admin@${domain}`, 'accept');
    assert.equal(callbackParameters(visit)['tenant'], id);
  });

  test('gives the state back to the letter', async () => {
    for (const state of ['a+b c&d=e%20?#/\\"\'<script>', 'ü€😀\r\n', `${'x'.repeat(2000)}.y_z~-`, '']) {
      const { id, domain } = addTenant(cloud);
      const url = consentUrl(cloud, id, { state });
      const visit = await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept');
      assert.equal(callbackParameters(visit)['state'], state);
    }
  });

  test('without a state calls back without one', async () => {
    const { id, domain } = addTenant(cloud);
    const url = consentUrl(cloud, id, { state: undefined });
    const visit = await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept');
    assert.ok(!('state' in callbackParameters(visit)));
  });

  test('takes OpenID scopes beside the one that counts', async () => {
    const { id, domain } = addTenant(cloud);
    const url = consentUrl(cloud, id, { scope: `openid profile ${graphResource}/.default` });
    await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept');
    assert.ok(principalIn(id));
  });
});

describe('declining', () => {
  test('calls the app back with admin_consent=True and the error, and grants nothing', async () => {
    const { id, domain } = addTenant(cloud);
    const visit = await new ConsentBrowser(cloud).consent(consentUrl(cloud, id), `admin@${domain}`, 'cancel');
    assert.ok(
      visit.location?.startsWith(
        `${redirectUri}?admin_consent=True&error=consent_required&error_description=AADSTS65004%3a+The+resource+owner+`,
      ),
      visit.location,
    );
    const { error_description: text, ...rest } = callbackParameters(visit);
    assert.deepEqual(rest, { admin_consent: 'True', error: 'consent_required', state: 'state-1' });
    assert.match(
      text ?? '',
      /^AADSTS65004: The resource owner or authorization server denied the request\.\r\nTrace ID: [0-9a-f-]{36}\r\nCorrelation ID: [0-9a-f-]{36}\r\nTimestamp: [\d: -]{19}Z$/,
    );
    assert.equal(principalIn(id), undefined);
  });

  test('leaves a consent of before as it is', async () => {
    const before = structuredClone(principalIn(customers.contoso.id));
    await new ConsentBrowser(cloud).consent(consentUrl(cloud), 'admin@contoso.example', 'cancel');
    assert.deepEqual(principalIn(customers.contoso.id), before);
  });
});

describe('somebody who is not an administrator', () => {
  test('is told to ask one, and returns to the app with an error', async () => {
    const { id } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const page = await browser.press(
      await browser.open(consentUrl(cloud, id)),
      'administrator',
      'not-an-administrator',
    );
    assert.equal(page.status, 403);
    assert.match(description(page), /^AADSTS90094: The grant requires admin permission\./);
    assert.equal(page.root.querySelector('button[value=accept]'), null);

    const {
      error,
      error_description: text,
      state,
      admin_consent: flag,
    } = callbackParameters(await browser.press(page, 'choice', 'return'));
    assert.deepEqual({ error, state, flag }, { error: 'access_denied', state: 'state-1', flag: 'True' });
    assert.match(text ?? '', /^AADSTS90094: /);
    assert.equal(principalIn(id), undefined);
  });

  test('cannot accept by sending the form of somebody who can', async () => {
    const { id } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const page = await browser.press(
      await browser.open(consentUrl(cloud, id)),
      'administrator',
      'not-an-administrator',
    );
    const token = page.root.querySelector('input[name=antiForgeryToken]')?.getAttribute('value') ?? '';
    const refused = await browser.post(page.url, [
      ['antiForgeryToken', token],
      ['choice', 'accept'],
    ]);
    assert.match(description(refused), /^AADSTS90094: /);
    assert.equal(principalIn(id), undefined);
  });

  test('may sign in again as somebody who is', async () => {
    const { id, domain } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const page = await browser.press(
      await browser.open(consentUrl(cloud, id)),
      'administrator',
      'not-an-administrator',
    );
    const signIn = await browser.press(page, 'choice', 'switch');
    const review = await browser.press(signIn, 'administrator', `admin@${domain}`);
    assert.equal(callbackParameters(await browser.press(review, 'choice', 'accept'))['tenant'], id);
  });
});

describe('signing in', () => {
  test('offers the administrators of the tenant alone', async () => {
    const signIn = await new ConsentBrowser(cloud).open(consentUrl(cloud));
    const offered = signIn.root.querySelectorAll('button[name=administrator]').map((one) => one.getAttribute('value'));
    assert.deepEqual(offered, ['admin@contoso.example', 'not-an-administrator']);
  });

  test('is refused to the administrator of another tenant', async () => {
    const browser = new ConsentBrowser(cloud);
    const signIn = await browser.open(consentUrl(cloud));
    const token = signIn.root.querySelector('input[name=antiForgeryToken]')?.getAttribute('value') ?? '';
    const refused = await browser.post(signIn.url, [
      ['antiForgeryToken', token],
      ['administrator', 'admin@fabrikam.example'],
    ]);
    assert.equal(refused.status, 400);
    assert.match(description(refused), /^AADSTS50034: /);
  });

  test('holds for one request: the next one asks again', async () => {
    const browser = new ConsentBrowser(cloud);
    await browser.press(await browser.open(consentUrl(cloud)), 'administrator', 'admin@contoso.example');
    const again = await browser.open(consentUrl(cloud));
    assert.ok(again.root.querySelector('button[value=accept]'), 'the same request goes on where it was');
    const next = await browser.open(consentUrl(cloud, 'organizations'));
    assert.ok(next.root.querySelector('button[name=administrator]'));
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
  const prepared = async (): Promise<{ browser: ConsentBrowser; review: Visit; token: string; id: string }> => {
    const { id, domain } = addTenant(cloud);
    const browser = new ConsentBrowser(cloud);
    const review = await browser.press(await browser.open(consentUrl(cloud, id)), 'administrator', `admin@${domain}`);
    const token = review.root.querySelector('input[name=antiForgeryToken]')?.getAttribute('value') ?? '';
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
      assert.match(description(refused), /^AADSTS165000: /);
    }
    assert.equal(principalIn(id), undefined);
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
    assert.match(description(refused), /^AADSTS165000: /);
    assert.equal(principalIn(id), undefined);
  });

  test('is refused when nobody signed in for its request', async () => {
    const { browser, token, id } = await prepared();
    const elsewhere = addTenant(cloud);
    const refused = await browser.post(consentUrl(cloud, elsewhere.id), [
      ['antiForgeryToken', token],
      ['choice', 'accept'],
    ]);
    assert.match(description(refused), /^AADSTS50058: /);
    assert.equal(principalIn(elsewhere.id), undefined);
    assert.equal(principalIn(id), undefined);
  });

  test('is refused when it is sent a second time', async () => {
    const { browser, review, token } = await prepared();
    const fields: [string, string][] = [
      ['antiForgeryToken', token],
      ['choice', 'accept'],
    ];
    assert.equal((await browser.post(review.url, fields)).status, 302);
    assert.match(description(await browser.post(review.url, fields)), /^AADSTS50058: /);
  });

  test('is refused for a choice that is none', async () => {
    const { browser, review, token } = await prepared();
    const refused = await browser.post(review.url, [
      ['antiForgeryToken', token],
      ['choice', 'maybe'],
    ]);
    assert.match(description(refused), /^AADSTS90023: /);
  });
});

describe('a request is refused with a page, and no redirect,', () => {
  const refusals: [title: string, code: number, tenant: string, parameters: Record<string, string | undefined>][] = [
    ...['client_id', 'redirect_uri', 'scope'].map((name): [string, number, string, Record<string, undefined>] => [
      `${name} is missing`,
      900144,
      customers.contoso.id,
      { [name]: undefined },
    ]),
    ['the client is unknown', 700016, customers.contoso.id, { client_id: crypto.randomUUID() }],
    ['the client is unknown at organizations', 700016, 'organizations', { client_id: crypto.randomUUID() }],
    ['the tenant is common', 9002328, 'common', {}],
    ['the tenant does not exist', 90002, crypto.randomUUID(), {}],
    ['the tenant is malformed', 900023, 'not_a_tenant', {}],
    ['the scope is a permission by name', 70011, customers.contoso.id, { scope: `${graphResource}/Mail.Send` }],
    ['the scope is no resource', 70011, customers.contoso.id, { scope: 'openid' }],
    [
      'the scope is two resources',
      70011,
      customers.contoso.id,
      { scope: `${graphResource}/.default https://outlook.office365.com/.default` },
    ],
    ['the resource does not exist', 500011, customers.contoso.id, { scope: 'https://graph.example/.default' }],
    ...[
      'https://evil.example/api/consent/callback',
      'http://localhost:7071/api/consent/callback/',
      'http://localhost:7071/api/consent/CALLBACK',
      'http://localhost:7071/api/consent/callback?more=1',
      'http://localhost:7071/api/consent/callback#fragment',
      'http://localhost:7071/api/consent/../consent/callback',
      'https://localhost:7071/api/consent/callback',
      'http://127.0.0.1:7071/api/consent/callback',
      'http://user@localhost:7071/api/consent/callback',
      'http://localhost.evil.example:7071/api/consent/callback',
      'http://localhost:99999/api/consent/callback',
      '/api/consent/callback',
      'javascript:alert(1)',
    ].map((uri): [string, number, string, Record<string, string>] => [
      `the redirect URI is ${uri}`,
      50011,
      customers.contoso.id,
      { redirect_uri: uri },
    ]),
  ];
  for (const [title, code, tenant, parameters] of refusals) {
    test(`when ${title} (AADSTS${code})`, async () => {
      const visit = await new ConsentBrowser(cloud).open(consentUrl(cloud, tenant, parameters));
      assert.equal(visit.status, 400);
      assert.equal(visit.location, undefined);
      assert.ok(description(visit).startsWith(`AADSTS${code}: `), description(visit));
      assert.equal(visit.root.querySelector('form'), null);
    });
  }

  test('when a parameter comes twice (AADSTS9000411)', async () => {
    const visit = await new ConsentBrowser(cloud).open(`${consentUrl(cloud)}&state=again`);
    assert.match(description(visit), /^AADSTS9000411: .*'state' is duplicated/);
  });

  test('when a single-tenant app asks elsewhere than at home (AADSTS700016, AADSTS50194)', async () => {
    const inHouse = {
      ...structuredClone(registration),
      appId: crypto.randomUUID(),
      audience: 'single-tenant' as const,
    };
    cloud.state.registrations.push(inHouse);
    const browser = new ConsentBrowser(cloud);
    const parameters = { client_id: inHouse.appId };
    assert.match(
      description(await browser.open(consentUrl(cloud, customers.contoso.id, parameters))),
      /^AADSTS700016: /,
    );
    assert.match(description(await browser.open(consentUrl(cloud, 'organizations', parameters))), /^AADSTS50194: /);
    const atHome = await browser.open(consentUrl(cloud, vendor.tenantId, parameters));
    assert.ok(atHome.root.querySelector('button[name=administrator]'));
  });
});

describe('the redirect URI', () => {
  test('may have any port on a loopback address, and is called back on that port', async () => {
    const { id, domain } = addTenant(cloud);
    for (const uri of ['http://localhost:54321/api/consent/callback', 'http://localhost/api/consent/callback']) {
      const url = consentUrl(cloud, id, { redirect_uri: uri });
      const visit = await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept');
      assert.ok(visit.location?.startsWith(`${uri}?admin_consent=True`), visit.location);
    }
  });

  test('must have its own port anywhere else', async (t) => {
    registration.redirectUris.push('https://app.example/callback', 'http://127.0.0.1:7071/cb');
    t.after(() => registration.redirectUris.splice(1));
    const browser = new ConsentBrowser(cloud);
    const open = (uri: string): Promise<Visit> => browser.open(consentUrl(cloud, undefined, { redirect_uri: uri }));
    assert.equal((await open('https://app.example/callback')).status, 200);
    assert.equal((await open('https://app.example:8443/callback')).status, 400);
    assert.equal((await open('http://127.0.0.1:1234/cb')).status, 200);
    assert.equal((await open('http://localhost:1234/cb')).status, 400);
  });

  test('keeps a query of its own', async (t) => {
    registration.redirectUris.push('https://app.example/callback?tenant=x');
    t.after(() => registration.redirectUris.splice(1));
    const url = consentUrl(cloud, undefined, { redirect_uri: 'https://app.example/callback?tenant=x' });
    const visit = await new ConsentBrowser(cloud).consent(url, 'admin@contoso.example', 'cancel');
    assert.ok(visit.location?.startsWith('https://app.example/callback?tenant=x&admin_consent=True&error='));
  });
});

describe('a page', () => {
  const review = async (): Promise<Visit> => {
    const browser = new ConsentBrowser(cloud);
    return browser.press(await browser.open(consentUrl(cloud)), 'administrator', 'admin@contoso.example');
  };

  test('shows app, publisher, account and the permissions in words', async () => {
    const text = (await review()).root.querySelector('main')?.structuredText ?? '';
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
      assert.match(visit.root.querySelector('.banner')?.text ?? '', /local cloud of tenantpost, not Microsoft/);
      assert.match(visit.root.querySelector('title')?.text ?? '', /local cloud/);
    }
  });

  test('has one form per choice and one heading', async () => {
    const { root } = await review();
    for (const value of ['accept', 'cancel', 'switch']) {
      const [button, ...more] = root.querySelectorAll(`form[method=post] button[name=choice][value=${value}]`);
      assert.ok(button && more.length === 0);
      assert.equal(button.closest('form')?.querySelectorAll('button').length, 1);
      assert.notEqual(button.text.trim(), '');
    }
    assert.equal(root.querySelectorAll('h1').length, 1);
    assert.equal(root.querySelector('html')?.getAttribute('lang'), 'en');
  });

  test('escapes what comes from outside', async (t) => {
    const name = registration.displayName;
    registration.displayName = '<img src=x onerror=alert(1)>';
    t.after(() => {
      registration.displayName = name;
    });
    assert.equal((await review()).root.querySelector('img'), null);
    const refused = await new ConsentBrowser(cloud).open(
      consentUrl(cloud, undefined, { redirect_uri: 'https://x.example/"><script>alert(1)</script>' }),
    );
    assert.equal(refused.root.querySelector('script'), null);
    assert.ok(refused.root.toString().includes('&lt;script&gt;'));
  });

  test('runs no script, is framed by nobody, and its form leads to itself and to the app alone', async () => {
    const visit = await review();
    const policy = visit.headers.get('content-security-policy') ?? '';
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /frame-ancestors 'none'/);
    assert.match(policy, /form-action 'self' http:\/\/localhost:7071;/);
    assert.ok(!policy.includes('unsafe'));
    const style = visit.root.querySelector('style')?.innerHTML ?? '';
    const hash = createHash('sha256').update(style).digest('base64');
    assert.ok(style.length > 100 && policy.includes(`style-src 'sha256-${hash}'`), 'the hash is that of the style');
    assert.match(visit.headers.get('cache-control') ?? '', /no-store/);

    const refused = await new ConsentBrowser(cloud).open(consentUrl(cloud, 'common'));
    assert.match(refused.headers.get('content-security-policy') ?? '', /form-action 'self';/);
  });
});

test('each step is journalled with what was decided, and without tokens or state', async () => {
  const { id, domain } = addTenant(cloud);
  const before = cloud.journal.entries.length;
  const url = consentUrl(cloud, id, { state: 'very-secret-state' });
  await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'accept');
  await new ConsentBrowser(cloud).consent(url, `admin@${domain}`, 'cancel');
  await new ConsentBrowser(cloud).open(consentUrl(cloud, 'common'));
  const entries = cloud.journal.entries.slice(before);
  assert.deepEqual(
    entries.map(({ status, code, reason }) => [status, code, reason]),
    [
      [200, undefined, 'asks who signs in'],
      [302, undefined, 'signed in'],
      [200, undefined, 'asks for consent'],
      [302, undefined, 'accepted'],
      [200, undefined, 'asks who signs in'],
      [302, undefined, 'signed in'],
      [200, undefined, 'asks for consent'],
      [302, 'AADSTS65004', 'declined'],
      [400, 'AADSTS9002328', 'common names no tenant'],
    ],
  );
  assert.ok(entries.every(({ service, operation }) => service === 'entra' && operation === 'adminconsent'));
  assert.equal(entries[3]?.tenantId, id);
  assert.equal(entries[7]?.tenantId, id);
  assert.ok(!JSON.stringify(entries).includes('very-secret-state'));
});
