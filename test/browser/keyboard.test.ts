/** The portal without a mouse. Needs chromium. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { z } from 'zod';
import { waitFor } from '../../local/wait.ts';
import { customers, requestToken, startTestCloud, type TestCloud } from '../support/cloud.ts';
import { accessibilityProblems, openPage, startChromium } from './chromium.ts';

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

/** What has the focus: its name, and whether that can be seen. */
const focused = z.object({ name: z.string(), id: z.string(), isVisible: z.boolean(), top: z.number() });
const describeFocus = `(() => {
  const at = document.activeElement;
  const style = getComputedStyle(at);
  const name = (at.labels?.[0]?.textContent ?? at.textContent ?? '').trim().replace(/\\s+/g, ' ');
  const box = at.getBoundingClientRect();
  return { name, id: at.id, isVisible: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 2, top: box.top };
})()`;
const focusOf = async (page: Page) => focused.parse(await page.evaluate(describeFocus));

/** Goes on with the Tab key until something of this name has the focus, which must be seen on the whole way. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let steps = 0; steps < 120; steps += 1) {
    await page.keyboard.press('Tab');
    const at = await focusOf(page);
    assert.ok(at.isVisible, `the focus on "${at.name}" cannot be seen`);
    if (at.name === name) return;
  }
  assert.fail(`"${name}" cannot be reached`);
}

async function press(page: Page, name: string): Promise<void> {
  await tabTo(page, name);
  await Promise.all([page.waitForEvent('load'), page.keyboard.press('Enter')]);
}

const inForce = (): string[] => cloud.faults.list().map(({ rule }) => rule.id);

test('a fault is added from the catalogue and removed', async () => {
  const { page, complaints } = await openPage(browser);
  await page.goto(cloud.urls.portal);
  await press(page, 'Faults');
  await press(page, 'Add graph-busy');
  assert.deepEqual(inForce(), ['graph-busy']);
  assert.equal((await focusOf(page)).name, 'Added graph-busy.');
  await press(page, 'Remove graph-busy');
  assert.deepEqual(inForce(), []);
  assert.equal((await focusOf(page)).name, 'Removed graph-busy.');
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test('a group of the catalogue is opened, and what is in it added', async () => {
  const { page } = await openPage(browser);
  await page.goto(`${cloud.urls.portal}/faults`);
  await tabTo(page, 'Key Vault 3');
  await page.keyboard.press('Enter');
  await press(page, 'Add vault-throttled');
  assert.deepEqual(inForce(), ['vault-throttled']);
  await press(page, 'Remove all');
  await page.context().close();
});

test("a fault of one's own is filled in: fields that do not fit its kind are left out of the way", async () => {
  const { page } = await openPage(browser, { width: 360 });
  await page.goto(`${cloud.urls.portal}/faults`);
  await tabTo(page, 'What it does');
  await page.keyboard.type('Answers late');
  await tabTo(page, 'Late by milliseconds');
  await page.keyboard.type('50');
  assert.equal(await page.locator('#field-status').isVisible(), false);
  await tabTo(page, 'How many');
  await page.keyboard.type('2');
  await press(page, 'Add this fault');
  const [listed] = cloud.faults.list();
  assert.deepEqual([listed?.rule.fault, listed?.rule.times], [{ kind: 'slow', milliseconds: 50, when: 'before' }, 2]);
  cloud.faults.clear();
  await page.context().close();
});

test('a wrong fault says what is wrong where the focus is, and where it was typed', async () => {
  const { page } = await openPage(browser, { colorScheme: 'dark' });
  await page.goto(`${cloud.urls.portal}/faults`);
  await page.locator('#field-service').selectOption('vault');
  await page.locator('#field-mailbox').fill('post@contoso.example');
  await press(page, 'Add this fault');
  assert.match((await focusOf(page)).name, /mailbox: requests to vault use no mailbox/);
  assert.equal(await page.locator('#field-mailbox-error').isVisible(), true);
  assert.equal(await page.locator('#field-service').inputValue(), 'vault');
  assert.deepEqual(await accessibilityProblems(page), []);
  assert.deepEqual(inForce(), []);
  await page.context().close();
});

test('the navigation is skipped by the first link', async () => {
  const { page } = await openPage(browser);
  await page.goto(`${cloud.urls.portal}/tenants`);
  await page.keyboard.press('Tab');
  const first = await focusOf(page);
  assert.equal(first.name, 'Skip to the content');
  assert.ok(first.top >= 0 && first.isVisible);
  await page.keyboard.press('Enter');
  await page.keyboard.press('Tab');
  assert.equal((await focusOf(page)).name, 'Mailworks');
  await page.context().close();
});

test('the journal is filtered', async () => {
  await requestToken(cloud);
  await requestToken(cloud, { tenant: customers.fabrikam.id });
  const { page } = await openPage(browser);
  await page.goto(`${cloud.urls.portal}/journal`);
  assert.equal(await page.locator('tbody tr').count(), 2);
  await tabTo(page, 'Outcome');
  await page.keyboard.type('refused');
  await press(page, 'Show');
  assert.equal(await page.locator('tbody tr').count(), 1);
  assert.match(await page.locator('tbody tr').innerText(), /AADSTS7000229/);
  assert.equal(await page.locator('#field-outcome').inputValue(), 'refused');
  await page.context().close();
});

test('the journal is loaded again by itself until it is paused', async () => {
  const { page } = await openPage(browser);
  await page.goto(`${cloud.urls.portal}/journal`);
  await press(page, 'Load every 5 seconds');
  const before = await page.locator('tbody tr').count();
  await requestToken(cloud);
  await waitFor('the request to be shown', async () => (await page.locator('tbody tr').count()) > before || undefined);
  await press(page, 'Pause');
  assert.equal(await page.locator('meta[http-equiv=refresh]').count(), 0);
  await page.context().close();
});

test('a tenant is consented to, and its Exchange set up', async () => {
  const { page, complaints } = await openPage(browser);
  await page.goto(`${cloud.urls.portal}/tenants/${customers.fabrikam.id}`);
  await press(page, 'Consent to Mailworks Post');
  assert.ok(cloud.state.enterpriseApps.some(({ tenantId }) => tenantId === customers.fabrikam.id));
  await tabTo(page, 'Cmdlets');
  await page.keyboard.insertText('Get-TransportConfig');
  await press(page, 'Run');
  assert.match(await page.locator('.note').innerText(), /SmtpClientAuthenticationDisabled/);
  assert.equal(await page.locator('#field-script').inputValue(), 'Get-TransportConfig');
  assert.deepEqual(complaints, []);
  await page.context().close();
});
