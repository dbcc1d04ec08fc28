/** From an invitation to a tenant that works, in a browser, through the built app. Needs chromium. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { invite, tenantState } from '../../local/onboarding.ts';
import { addTenant } from '../support/cloud.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { axeViolations } from './axe.ts';
import { accessibilityProblems, openPage, overflow, startChromium } from './chromium.ts';

let browser: Browser;
let stack: TestStack;
before(async () => {
  browser = await startChromium();
  // The timer is not to find out first what the page finds out.
  stack = await startTestStack({
    TENANTPOST_WARM_EVERY_SECONDS: '900',
    TENANTPOST_VENDOR_NAME: 'Mailworks',
    TENANTPOST_SUPPORT_CONTACT: 'help@mailworks.example',
  });
});
after(async () => {
  await browser.close();
  await stack.stop();
});

const continueLink = (page: Page) => page.getByRole('link', { name: 'Continue to Microsoft' });
const accept = (page: Page) => page.getByRole('button', { name: 'Accept', exact: true });
const signInAs = (page: Page, name: string) => page.getByRole('button', { name }).click();

/** The page as it is now: for everybody, in the window, and on its own. */
async function assertGood(page: Page): Promise<void> {
  assert.deepEqual(await accessibilityProblems(page), []);
  assert.deepEqual(await axeViolations(page), []);
  assert.ok((await overflow(page)) <= 0);
}

test('an administrator makes two clicks of his own from the invitation to an active tenant', async (t) => {
  stack.cloud.state.propagation = { enterpriseApp: 0, roles: 0 };
  const tenant = addTenant(stack.cloud);
  const { link } = await invite(stack, tenant.id);
  const { page, complaints } = await openPage(browser);
  const requests: string[] = [];
  page.on('request', (request) => requests.push(`${request.method()} ${new URL(request.url()).pathname}`));
  let clicks = 0;
  const clock = { at: Date.now(), app: 0, microsoft: 0 };
  const lap = (whose: 'app' | 'microsoft'): void => {
    clock[whose] += Date.now() - clock.at;
    clock.at = Date.now();
  };
  const tokensBefore = stack.cloud.journal.count('entra', 'token', 0);

  await page.goto(link);
  await assertGood(page);
  clock.at = Date.now();
  await continueLink(page).click();
  clicks += 1;
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  lap('app');
  await signInAs(page, tenant.administrators[0] ?? '');
  await accept(page).waitFor();
  lap('microsoft');
  await accept(page).click();
  clicks += 1;
  await page.getByRole('heading', { name: 'Consent is in place' }).waitFor();
  lap('app');

  const made = [...requests];
  const tokens = stack.cloud.journal.count('entra', 'token', 0) - tokensBefore;
  assert.equal(await tenantState(stack, tenant.id), 'active');
  assert.equal(clicks, 2);
  assert.ok(!page.url().includes('state='), 'the state is not left in the address');
  await assertGood(page);
  await page.reload();
  assert.equal(await page.locator('h1').innerText(), 'Consent is in place');
  assert.deepEqual(complaints, []);
  const toApp = made.filter((one) => one.includes('/api/')).length;
  t.diagnostic(
    `clicks: ${clicks}, and one to sign in; requests of the browser: ${made.length}, ${toApp} of them to the app; ` +
      `token requests: ${tokens}; seconds besides propagation: ${(clock.app / 1000).toFixed(2)} in the app and on the way to ` +
      `it, ${(clock.microsoft / 1000).toFixed(2)} on Microsoft's pages`,
  );
  await page.context().close();
});

test('the same by the keyboard alone', async () => {
  const tenant = addTenant(stack.cloud);
  const { link } = await invite(stack, tenant.id);
  const { page } = await openPage(browser, { width: 360 });
  await page.goto(link);
  const focus = () => page.evaluate('document.activeElement.textContent.trim()');
  await page.keyboard.press('Tab');
  assert.equal(await focus(), 'Skip to the content');
  await page.keyboard.press('Enter');
  for (let steps = 0; steps < 20 && (await focus()) !== 'Continue to Microsoft'; steps += 1) {
    await page.keyboard.press('Tab');
  }
  assert.equal(await focus(), 'Continue to Microsoft');
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: tenant.administrators[0] ?? '' }).press('Enter');
  await accept(page).press('Enter');
  await page.getByRole('heading', { name: 'Consent is in place' }).waitFor();
  await page.context().close();
});

test('a page that waits says by itself when the consent has arrived, to those who see and to those who listen', async () => {
  const tenant = addTenant(stack.cloud);
  stack.cloud.state.propagation = { enterpriseApp: 0, roles: 3000 };
  const { link } = await invite(stack, tenant.id);
  const { page, complaints } = await openPage(browser, { width: 360, colorScheme: 'dark' });
  await page.goto(link);
  await continueLink(page).click();
  await signInAs(page, tenant.administrators[0] ?? '');
  await accept(page).click();
  await page.getByRole('heading', { name: 'Consent is on its way' }).waitFor();
  await assertGood(page);
  await page.screenshot({ path: 'test/results/screenshots/flow-pending-360-dark.png', fullPage: true });
  const loaded = await page.evaluate('performance.timeOrigin');
  await page.getByRole('heading', { name: 'Consent is in place' }).waitFor({ timeout: 60_000 });
  assert.equal(await page.evaluate('performance.timeOrigin'), loaded, 'nothing was loaded anew');
  assert.equal(await page.title(), 'Consent is in place');
  const said = page.locator('body > p[role=status]');
  assert.match(await said.innerText(), /Consent is in place\. Microsoft has confirmed/);
  await assertGood(page);
  assert.equal(await page.getByRole('link', { name: 'Your organisation’s page' }).isVisible(), true);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test('without scripts the page that waits is loaded again by its link', async () => {
  const tenant = addTenant(stack.cloud);
  stack.cloud.state.propagation = { enterpriseApp: 0, roles: 3_600_000 };
  const { link } = await invite(stack, tenant.id);
  const context = await browser.newContext({ ignoreHTTPSErrors: true, javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(link);
  await continueLink(page).click();
  await signInAs(page, tenant.administrators[0] ?? '');
  await accept(page).click();
  await page.getByRole('heading', { name: 'Consent is on its way' }).waitFor();
  const here = page.url();
  await page.getByRole('link', { name: 'Look now' }).click();
  assert.deepEqual([page.url(), await page.locator('h1').innerText()], [here, 'Consent is on its way']);
  await context.close();
});

test('somebody who is no administrator gets a text to send on, and starts again with another account', async () => {
  stack.cloud.state.propagation = { enterpriseApp: 0, roles: 0 };
  const tenant = addTenant(stack.cloud);
  const { link } = await invite(stack, tenant.id);
  const { page } = await openPage(browser);
  await page.goto(link);
  await continueLink(page).click();
  await signInAs(page, 'Somebody who is not an administrator');
  await page.getByRole('button', { name: /^Return to the application/ }).click();
  await page.getByRole('heading', { name: 'An administrator has to do this' }).waitFor();
  await assertGood(page);
  assert.ok((await page.locator('pre').innerText()).includes(link));
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.getByRole('button', { name: /^Copy/ }).click();
  await page.getByText('Copied.').waitFor();
  assert.ok(String(await page.evaluate('navigator.clipboard.readText()')).includes(link));

  await page.getByRole('link', { name: 'Start again with another account' }).click();
  await continueLink(page).click();
  await signInAs(page, tenant.administrators[0] ?? '');
  await accept(page).click();
  await page.getByRole('heading', { name: 'Consent is in place' }).waitFor();
  await page.context().close();
});

test('whoever declines is told that nothing was granted, and can come back', async () => {
  const tenant = addTenant(stack.cloud);
  const { link } = await invite(stack, tenant.id);
  const { page } = await openPage(browser);
  await page.goto(link);
  await continueLink(page).click();
  await signInAs(page, tenant.administrators[0] ?? '');
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.getByRole('heading', { name: 'You declined, and nothing was granted' }).waitFor();
  await page.getByRole('link', { name: 'Back to the invitation' }).click();
  assert.equal(await continueLink(page).isVisible(), true);
  await page.context().close();
});

test('the tenant’s page has the doctor look, and shows what it found where the reader is', async () => {
  const tenant = addTenant(stack.cloud);
  const mailbox = `post@${tenant.domain}`;
  const { link } = await invite(stack, tenant.id);
  const { page, complaints } = await openPage(browser, { width: 360 });
  await page.goto(link);
  await continueLink(page).click();
  await signInAs(page, tenant.administrators[0] ?? '');
  await accept(page).click();
  await page.getByRole('link', { name: 'Your organisation’s page' }).click();
  await page.getByRole('heading', { name: 'Is it set up?' }).waitFor();
  await assertGood(page);
  // The tenant has no such mailbox, which is what the doctor is to find.
  await page.getByLabel('Mailbox').fill(mailbox);
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByRole('heading', { name: 'This keeps mail from leaving' }).waitFor({ timeout: 60_000 });
  await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
  await assertGood(page);
  await page.screenshot({ path: 'test/results/screenshots/flow-report-360-light.png', fullPage: true });
  assert.match(String(await page.evaluate('document.activeElement.textContent')), /This keeps mail from leaving/);
  assert.equal(await page.getByLabel('Mailbox').inputValue(), mailbox);
  await page.getByRole('button', { name: 'Check now' }).click();
  await page.getByText(/It can be checked again in \d+ seconds/).waitFor();
  const others = complaints.filter((one) => !one.includes('429 (Too Many Requests)'));
  assert.deepEqual(others, []);
  await page.context().close();
});

test('nothing of it is shown in a frame of another site', async () => {
  const { link } = await invite(stack);
  const { page } = await openPage(browser);
  await page.route('http://elsewhere.example/', (route) =>
    route.fulfill({ contentType: 'text/html', body: `<iframe src="${link}"></iframe>` }),
  );
  await page.goto('http://elsewhere.example/');
  const [, frame = assert.fail('no frame')] = page.frames();
  assert.match(frame.url(), /^chrome-error:/);
  assert.equal(await frame.getByText('Continue to Microsoft').count(), 0);
  assert.equal((await page.goto(link))?.status(), 200, 'by itself it is');
  await page.context().close();
});
