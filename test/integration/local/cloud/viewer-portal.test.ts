/** The portal's pages about the cloud itself: what they show, and what they never show. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { emptyState } from '../../../../local/cloud/state.ts';
import { anEnterpriseApp, customers, requestToken, vendor } from '../../../support/cloud.ts';
import { aMessage, anna, send, sender } from './graph-requests.ts';
import { cells, definition, hostile, oneLine, startTestViewer } from './viewer-pages.ts';

const shown = await startTestViewer();
after(() => shown.stop());
const { cloud } = shown;
const { contoso, fabrikam, northwind } = customers;
beforeEach(() => {
  cloud.faults.clear();
  cloud.journal.clear();
});

describe('every page', () => {
  const paths = [
    '/',
    '/tenants',
    `/tenants/${contoso.id}`,
    '/apps',
    `/apps/${vendor.appId}`,
    '/vault',
    '/journal',
    '/faults',
  ];

  test('has a language, one first heading, a way past the navigation, and says where it is', async () => {
    for (const path of paths) {
      const root = await shown.page(path);
      assert.equal(root.querySelector('html')?.getAttribute('lang'), 'en');
      assert.equal(root.querySelectorAll('h1').length, 1, path);
      assert.equal(root.querySelector('a')?.getAttribute('href'), '#main', path);
      assert.equal(root.querySelectorAll('nav [aria-current]').length, 1, path);
      const area = root.querySelector('nav [aria-current]')?.getAttribute('href') ?? '';
      assert.ok(path.startsWith(area), path);
    }
  });

  test('has no link for mail jobs where no application tells of them', async () => {
    assert.ok(!(await shown.page('/')).querySelectorAll('nav a').some(({ text }) => text === 'Mail jobs'));
    await shown.page('/jobs', 404);
  });

  test('says what to do where there is nothing', async () => {
    const bare = await startTestViewer({ seed: (state) => Object.assign(state, emptyState()) });
    after(() => bare.stop());
    for (const path of ['/tenants', '/apps', '/mailboxes', '/vault', '/journal', '/faults', '/']) {
      assert.ok((await bare.page(path)).querySelectorAll('.empty').length > 0, path);
    }
  });

  test('answers 404 for what is not there', async () => {
    for (const path of ['/nothing', '/tenants/none', '/apps/none', '/faults/none']) await shown.page(path, 404);
  });
});

describe('overview', () => {
  test('counts what there is, and tells where everything answers and what to set', async () => {
    const root = await shown.page('/');
    assert.equal(definition(root, 'Tenants'), '4 tenants');
    assert.equal(definition(root, 'Apps'), '1 registration, 1 consent');
    assert.equal(definition(root, 'Faults'), 'none');
    const endpoints = Object.fromEntries(cells(root, 'Endpoints').map(([name, url]) => [name, url]));
    assert.equal(endpoints['graph'], cloud.urls.graph);
    assert.equal(endpoints['portal'], cloud.urls.portal);
    const variables = root.querySelector('details pre')?.text ?? '';
    assert.ok(variables.includes(`AZURE_AUTHORITY_HOST='${cloud.urls.entra}'`));
  });

  test('shows what was refused lately, newest first', async () => {
    await requestToken(cloud, { tenant: northwind.id });
    await send(cloud, { message: aMessage({ toRecipients: [] }) });
    await send(cloud, { message: aMessage() });
    const rows = cells(await shown.page('/'), 'Refused lately').map((row) => row.slice(1));
    assert.deepEqual(rows, [
      ['Graph sendMail', '400 ErrorInvalidRecipients', `Contoso ${sender}`, 'no recipients'],
      ['Entra ID token', '401 AADSTS7000229', northwind.displayName, 'no enterprise application'],
    ]);
  });
});

describe('tenants', () => {
  test('are listed with how each stands to the app', async () => {
    const former = [...cloud.state.enterpriseApps];
    cloud.state.propagation.roles = 60_000;
    cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: fabrikam.id, consentedAt: Date.now() }));
    const badges = async () => cells(await shown.page('/tenants'), 'Tenants').map(([, , apps]) => apps);
    assert.deepEqual(await badges(), [
      'publisher of Mailworks Post',
      'consented Mailworks Post',
      'on its way Mailworks Post',
      'no consent',
    ]);
    const nothing = anEnterpriseApp({ tenantId: northwind.id, grantedAppRoles: [] });
    cloud.state.enterpriseApps.push(nothing);
    assert.equal((await badges())[3], 'no permissions Mailworks Post');
    nothing.accountEnabled = false;
    assert.equal((await badges())[3], 'disabled Mailworks Post');
    cloud.state.enterpriseApps = former;
    cloud.state.propagation.roles = 0;
  });

  test('show their apps, mailboxes and switches', async () => {
    const root = await shown.page(`/tenants/${contoso.id}`);
    assert.equal(definition(root, 'Domain'), contoso.domain);
    const [app] = cells(root, 'Apps of Contoso');
    assert.deepEqual(app?.slice(2, 4), ['Mail.Send', cloud.state.enterpriseApps[0]?.objectId]);
    assert.deepEqual(cells(root, 'Mailboxes of Contoso')[1], [anna, 'Anna', 'off', 'on', 'on']);
    assert.equal(definition(root, 'SMTP AUTH'), 'off');
  });

  test('escape whatever somebody wrote into them', async () => {
    cloud.state.tenants.push({
      id: crypto.randomUUID(),
      displayName: hostile,
      domain: 'h.example',
      administrators: [hostile],
    });
    const { id } = cloud.state.tenants.at(-1) ?? assert.fail();
    for (const path of ['/tenants', `/tenants/${id}`, '/journal', '/faults']) {
      const root = await shown.page(path);
      assert.deepEqual(root.querySelectorAll('script, img, [onerror]'), [], path);
    }
    assert.equal((await shown.page(`/tenants/${id}`)).querySelector('h1')?.text, hostile);
    cloud.state.tenants.pop();
  });
});

describe('apps and vault', () => {
  test('show credentials by hint, thumbprint and expiry', async () => {
    const [registration = assert.fail()] = cloud.state.registrations;
    const day = 24 * 60 * 60 * 1000;
    const secret = { keyId: crypto.randomUUID(), hint: 'abc', digest: 'x'.repeat(43), startsAt: 0 };
    registration.secrets = [
      { ...secret, endsAt: Date.now() + 10.5 * day },
      { ...secret, displayName: 'Old', endsAt: Date.now() - day },
    ];
    const root = await shown.page(`/apps/${vendor.appId}`);
    const rows = cells(root, 'Client secrets').map(([name, value, expires]) => [
      name,
      value,
      expires?.replace(/^\d+ \w+ \d+ /, ''),
    ]);
    assert.deepEqual(rows, [
      ['(no description)', 'abc…', '10 days left'],
      ['Old', 'abc…', 'expired'],
    ]);
    assert.equal(cells(root, 'Certificates')[0]?.[1], registration.certificates[0]?.thumbprint);
    assert.ok(!root.outerHTML.includes(secret.digest));
    delete registration.secrets;
  });

  test('show names and versions of the vault, and no key', async () => {
    const root = await shown.page('/vault');
    const [key = assert.fail()] = cloud.state.vaultKeys.filter(({ name }) => name === vendor.wrappingKeyName);
    assert.deepEqual(cells(root, 'Keys')[0]?.slice(0, 2), [key.name, key.version]);
    assert.equal(cells(root, 'Certificates')[0]?.[0], vendor.certificateName);
    for (const part of ['n', 'd', 'p'] as const) assert.ok(!root.outerHTML.includes(String(key.jwk[part])));
  });
});

describe('journal', () => {
  const rows = async (query: string) => cells(await shown.page(`/journal${query}`), 'Requests, newest first');

  test('shows requests newest first, and those that a filter lets through', async () => {
    cloud.faults.add({ id: 'busy', service: 'graph', mailbox: anna, fault: { kind: 'answer', status: 503 } });
    await requestToken(cloud);
    await requestToken(cloud, { tenant: northwind.id });
    await send(cloud, { message: aMessage() }, { as: anna });
    const requests = async (query: string) => (await rows(query)).map((row) => row[1]);
    const all = ['Graph sendMail', 'Entra ID token', 'Entra ID token'];
    assert.deepEqual(await requests(''), all);
    assert.deepEqual(await requests('?service=entra&outcome=&tenantId=&operation='), all.slice(1));
    assert.deepEqual(await requests('?outcome=refused'), all.slice(1, 2));
    assert.deepEqual(await requests('?outcome=faulted'), all.slice(0, 1));
    assert.deepEqual(await requests(`?tenantId=${northwind.id}`), all.slice(1, 2));
    assert.deepEqual(await requests('?operation=sendmail'), all.slice(0, 1));
    assert.deepEqual(await requests('?fault=busy'), all.slice(0, 1));
    assert.equal((await rows('?fault=busy'))[0]?.[4], 'fault busy');
    assert.match((await rows(''))[0]?.[0] ?? '', /^\d\d:\d\d:\d\d\.\d{3}$/);
  });

  test('keeps the filter in its fields, and says so where nothing fits', async () => {
    await requestToken(cloud);
    const root = await shown.page('/journal?service=smtp&operation=AUTH');
    assert.equal(root.querySelector('#field-service [selected]')?.getAttribute('value'), 'smtp');
    assert.equal(root.querySelector('#field-operation')?.getAttribute('value'), 'AUTH');
    assert.match(oneLine(root.querySelector('.empty') ?? assert.fail()), /No request fits/);
  });

  test('is loaded again by itself only where that was asked for, with the same filter, and can be paused', async () => {
    const still = await shown.page('/journal?service=graph');
    assert.equal(still.querySelector('meta[http-equiv=refresh]'), null);
    const link = still.querySelectorAll('.actions a').find(({ text }) => text.startsWith('Load every'));
    assert.equal(link?.getAttribute('href'), '/journal?service=graph&refresh=1');
    const moving = await shown.page('/journal?service=graph&refresh=1');
    assert.equal(moving.querySelector('meta[http-equiv=refresh]')?.getAttribute('content'), '5');
    const pause = moving.querySelectorAll('.actions a').find(({ text }) => text === 'Pause');
    assert.equal(pause?.getAttribute('href'), '/journal?service=graph');
  });

  test('takes a filter that is none for no filter', async () => {
    await requestToken(cloud);
    assert.equal((await rows('?service=teams&outcome=odd')).length, 1);
  });
});
