/** Entra's consent pages and delivered mail in a real browser. Needs chromium. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { aFile, aMessage, anna, copies, send } from '../integration/local/cloud/graph-requests.ts';
import { customers, graphResource, redirectUri, startTestCloud, type TestCloud, vendor } from '../support/cloud.ts';
import { accessibilityProblems, openPage, overflow, startChromium } from './chromium.ts';

let browser: Browser;
let cloud: TestCloud;
before(async () => {
  browser = await startChromium();
  cloud = await startTestCloud();
});
after(async () => {
  await browser.close();
  await cloud.stop();
});

const { northwind } = customers;

for (const colorScheme of ['light', 'dark'] as const) {
  test(`an administrator signs in and accepts on a phone, ${colorScheme}`, async () => {
    const { page, complaints } = await openPage(browser, { width: 360, colorScheme });
    // The application that is returned to.
    await page.route(`${redirectUri}?**`, (route) =>
      route.fulfill({ body: '<title>Back</title>', contentType: 'text/html' }),
    );
    const query = new URLSearchParams({
      client_id: vendor.appId,
      redirect_uri: redirectUri,
      scope: `${graphResource}/.default`,
      state: '12345',
    });
    await page.goto(`${cloud.urls.entra}/organizations/v2.0/adminconsent?${query.toString()}`);
    assert.equal(await page.locator('h1').innerText(), 'Sign in');
    assert.deepEqual(await accessibilityProblems(page), []);
    assert.ok((await overflow(page)) <= 0);

    await page.getByRole('button', { name: `admin@${northwind.domain}` }).press('Enter');
    assert.equal(await page.locator('h1').innerText(), 'Permissions requested');
    assert.deepEqual(await accessibilityProblems(page), []);
    assert.ok((await overflow(page)) <= 0);
    await page.getByRole('button', { name: 'Accept' }).press('Enter');
    await page.waitForURL(`${redirectUri}?**`);
    const answer = new URL(page.url()).searchParams;
    assert.deepEqual([answer.get('admin_consent'), answer.get('tenant')], ['True', northwind.id]);
    assert.deepEqual(complaints, []);

    await page.goto(`${cloud.urls.portal}/tenants/${northwind.id}`);
    assert.match(await page.locator('table.consents-of').innerText(), /consented/);
    await page.context().close();
  });
}

test('mail is shown with its own pictures, and reaches nothing else', async () => {
  const pixel = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
  const attachment = aFile({
    name: 'a.png',
    contentType: 'image/png',
    contentBytes: pixel,
    isInline: true,
    contentId: 'pixel',
  });
  const content = `<p>Hello</p><img src="cid:pixel"><img src="https://elsewhere.example/spy.gif">
    <script>document.title = 'ran'</script><form action="https://elsewhere.example/"><button>Go</button></form>`;
  const body = { contentType: 'HTML', content };
  assert.equal((await send(cloud, { message: aMessage({ body, attachments: [attachment] }) })).status, 202);
  const { id } = copies(cloud, anna).at(-1) ?? assert.fail();

  const { page } = await openPage(browser);
  const answered: string[] = [];
  const failed: (string | undefined)[][] = [];
  page.on('response', (response) => answered.push(response.url()));
  page.on('requestfailed', (request) => failed.push([request.url(), request.failure()?.errorText]));
  await page.goto(`${cloud.urls.portal}/messages/${id}`);
  const frame = page.frameLocator('iframe.mail');
  await frame.getByText('Hello').waitFor();
  assert.equal(
    await frame
      .locator('img')
      .first()
      .evaluate((image) => Reflect.get(image, 'naturalWidth')),
    1,
  );
  assert.equal(
    await frame
      .locator('img')
      .last()
      .evaluate((image) => Reflect.get(image, 'naturalWidth')),
    0,
  );
  assert.notEqual(await page.title(), 'ran');
  // The browser's own policy stopped it before it went out.
  assert.deepEqual(failed, [['https://elsewhere.example/spy.gif', 'csp']]);
  assert.ok(answered.every((url) => url.startsWith(cloud.urls.portal)));
  await page.context().close();
});
