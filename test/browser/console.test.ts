/** The operator's console in a real browser, at the built app with its storage. Needs chromium. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { customers } from '../../local/cloud/seed.ts';
import { waitFor } from '../../local/wait.ts';
import { routePrefix, routes } from '../../shared/names.ts';
import { consoleKey, fillConsole } from '../support/console-content.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { axeViolations } from './axe.ts';
import { accessibilityProblems, openPage, overflow, startChromium } from './chromium.ts';
import { servePages } from './served-pages.ts';

const screenshots = 'test/results/screenshots';
const { contoso } = customers;

let browser: Browser;
let stack: TestStack;
let at: string;
before(async () => {
  mkdirSync(screenshots, { recursive: true });
  browser = await startChromium();
  // Rarely, so that nobody but the test changes a tenant.
  stack = await startTestStack({ TENANTPOST_WARM_EVERY_SECONDS: '900', TENANTPOST_EVENTS_QUEUE: 'mail-ended' });
  at = `${stack.host.url}/${routePrefix}`;
  await fillConsole(stack);
});
after(async () => {
  await browser.close();
  await stack.stop();
});

async function link(): Promise<string> {
  const headers = { 'x-functions-key': consoleKey(stack, 'createConsoleLink') };
  const response = await fetch(`${at}/${routes.consoleLinks}`, { method: 'POST', headers });
  assert.equal(response.status, 201);
  const made: unknown = await response.json();
  assert.ok(typeof made === 'object' && made !== null && 'link' in made);
  return String(made.link);
}

async function signIn(page: Page): Promise<void> {
  await page.goto(await link());
  await page.getByRole('button', { name: 'Open the console' }).press('Enter');
  await page.waitForURL(`${at}/console`);
}

/** The browser remarks on every status of an error, which is what the page is there for. */
const remark = (complaint: string): boolean => complaint.includes('Failed to load resource: the server responded with');

const pages: Readonly<Record<string, string>> = {
  overview: routes.console,
  tenants: routes.consoleTenants,
  'tenants-by-state': `${routes.consoleTenants}?state=degraded`,
  tenant: `${routes.consoleTenants}/${contoso.id}`,
  cause: 'console/causes/MAILBOX_NOT_FOUND',
  wrong: 'console/causes/nonsense',
};

for (const width of [360, 1280]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    describe(`${width} pixels, ${colorScheme}`, () => {
      test('everybody can use every page, none is too wide, and nothing is asked of anybody else', async () => {
        const { page, complaints } = await openPage(browser, { width, colorScheme });
        const elsewhere: string[] = [];
        page.on('request', (request) => {
          if (new URL(request.url()).origin !== stack.host.url) elsewhere.push(request.url());
        });
        const look = async (name: string): Promise<void> => {
          await page.screenshot({ path: `${screenshots}/console-${name}-${width}-${colorScheme}.png`, fullPage: true });
          await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
          assert.deepEqual(await accessibilityProblems(page), [], name);
          // Axe judges colours, which the scheme decides, and structure, which the width may: each of them once is enough.
          if ((width === 360) === (colorScheme === 'dark')) assert.deepEqual(await axeViolations(page), [], name);
          assert.ok((await overflow(page)) <= 0, `${name} is too wide`);
        };
        await page.goto(`${at}/console`);
        await look('signed-out');
        await page.goto(await link());
        await look('open');
        await page.getByRole('button', { name: 'Open the console' }).press('Enter');
        await page.waitForURL(`${at}/console`);
        for (const [name, path] of Object.entries(pages)) {
          await page.goto(`${at}/${path}`);
          await look(name);
        }
        assert.deepEqual([complaints.filter((one) => !remark(one)), elsewhere], [[], []]);
        await page.context().close();
      });
    });
  }
}

test('the address, the history and the page hold no key, no link and no cookie', async () => {
  const { page } = await openPage(browser);
  const opened = await link();
  await page.goto(opened);
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.waitForURL(`${at}/console`);
  const signed = new URL(opened).searchParams.get('link') ?? '';
  const [cookie] = await page.context().cookies();
  assert.deepEqual([cookie?.httpOnly, cookie?.sameSite], [true, 'Strict']);
  assert.equal(await page.evaluate('document.cookie'), '');
  const text = await page.content();
  for (const secret of [signed, cookie?.value ?? '', consoleKey(stack, 'createConsoleLink')]) {
    assert.ok(secret.length > 20 && !text.includes(secret));
  }
  // Back is the page of the link, which is spent.
  await page.goBack();
  assert.equal(page.url(), opened);
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.getByText('This link has been used').waitFor();
  await page.context().close();
});

test('a program that looks at the link first spends nothing', async () => {
  const { page } = await openPage(browser);
  const opened = await link();
  for (let times = 0; times < 3; times += 1) assert.equal((await fetch(opened)).status, 200);
  await page.goto(opened);
  await page.getByRole('button', { name: 'Open the console' }).click();
  await page.waitForURL(`${at}/console`);
  await page.context().close();
});

test('by the keyboard alone: to a cause, and back', async () => {
  const { page, complaints } = await openPage(browser);
  await signIn(page);
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip to the content');
  await page.keyboard.press('Enter');
  await tabTo(page, /^The address in "from" is wrong/);
  await page.keyboard.press('Enter');
  await page.waitForURL(/causes\/MAILBOX_NOT_FOUND/);
  assert.match(await page.locator('h1').innerText(), /^The address in "from" is wrong/);
  await tabTo(page, /^Overview$/);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${at}/console`);
  assert.deepEqual(complaints, []);
  await page.context().close();
});

/** Goes on with the Tab key until something of this name has the focus, which must be seen on the whole way. */
async function tabTo(page: Page, name: RegExp): Promise<void> {
  for (let steps = 0; steps < 80; steps += 1) {
    await page.keyboard.press('Tab');
    const text = String(await page.evaluate('(document.activeElement.textContent ?? "").trim()'));
    const outline = String(await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'));
    assert.notEqual(outline, 'none', `the focus on "${text}" cannot be seen`);
    if (name.test(text)) return;
  }
  assert.fail(`${name} cannot be reached`);
}

test('a page refreshes by itself: focus, opened parts and what was typed stay, and the session is not prolonged', async () => {
  const { page, complaints } = await openPage(browser);
  await page.clock.install();
  await signIn(page);
  await page.locator('summary').first().click();
  const cause = page.getByRole('link', { name: /^The address in "from"/ });
  await cause.focus();
  const before = await page.locator('.tiles').innerText();
  const [cookie] = await page.context().cookies();
  await fillConsole(stack, 'second');
  await waitFor('the figures to change', async () => {
    await page.clock.runFor(16_000);
    return (await page.locator('.tiles').innerText()) === before ? undefined : true;
  });
  assert.ok(await cause.evaluate((element) => element === element.ownerDocument.activeElement));
  assert.equal(await page.locator('details').first().getAttribute('open'), '');
  assert.equal((await page.context().cookies())[0]?.value, cookie?.value);

  await page.goto(`${at}/console/tenants/${contoso.id}`);
  await page.getByLabel('Mailbox, if one is concerned').fill('post@contoso');
  await page.clock.runFor(20_000);
  assert.equal(await page.getByLabel('Mailbox, if one is concerned').inputValue(), 'post@contoso');
  assert.deepEqual(complaints, []);
  await page.context().close();
});

test('a pause stops the refreshing; the end of the session is said, and the page left as it is', async () => {
  const { page } = await openPage(browser);
  await page.clock.install();
  await signIn(page);
  let asked = 0;
  page.on('request', () => (asked += 1));
  await page.getByRole('button', { name: 'Pause refreshing' }).click();
  await page.clock.runFor(60_000);
  assert.equal(asked, 0);
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Go on refreshing' }).click();
  await page.getByText('The session has ended').waitFor();
  assert.equal(await page.locator('h1').innerText(), 'Overview');
  await page.context().close();
});

test('a mailbox is held and released, a job sent again, the doctor asked, and then one signs out', async () => {
  const { page, complaints } = await openPage(browser, { width: 360 });
  await signIn(page);
  await page.goto(`${at}/console/tenants/${contoso.id}`);
  const mailbox = `billing@${contoso.domain}`;
  await page.getByRole('button', { name: `Hold ${mailbox}` }).press('Enter');
  await page.getByText('The mailbox is held.').waitFor();
  await page.goto(`${at}/console`);
  const row = page.locator('.rows li', { hasText: mailbox });
  assert.match(await row.innerText(), /held by hand/);
  await page.getByRole('button', { name: `Release ${mailbox}` }).press('Enter');
  await page.getByText('The mailbox is released.').waitFor();

  await page.getByRole('button', { name: 'Send again invoice-1' }).first().press('Enter');
  await page.getByText('The mail job is on its queue again.').waitFor();

  await page.goto(`${at}/console/tenants/${contoso.id}`);
  await page.getByLabel('Mailbox, if one is concerned').fill(`post@${contoso.domain}`);
  await page.getByRole('button', { name: 'Run the doctor' }).press('Enter');
  await page.locator('#report').waitFor();
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    await page.screenshot({ path: `${screenshots}/console-doctor-360-${colorScheme}.png`, fullPage: true });
    assert.deepEqual(await axeViolations(page), []);
  }
  assert.ok((await overflow(page)) <= 0);

  await page.getByRole('button', { name: 'Sign out' }).press('Enter');
  await page.getByText('You are signed out').waitFor();
  await page.goto(`${at}/console`);
  assert.equal(await page.locator('h1').innerText(), 'Nobody is signed in here');
  assert.deepEqual(
    complaints.filter((one) => !remark(one)),
    [],
  );
  await page.context().close();
});

test('without scripts every page is there, and its forms work', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await signIn(page);
  assert.equal(await page.getByRole('button', { name: 'Pause refreshing' }).isVisible(), false);
  assert.ok((await page.locator('svg rect').count()) > 0);
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByText('You are signed out').waitFor();
  await context.close();
});

describe('another site can neither show a page in a frame nor send one of its forms', () => {
  // A port makes no other site, so that the browser sends the cookie along; another name does.
  for (const [which, name, status] of [
    ['beside this one', 'localhost', 403],
    ['far from this one', '127.0.0.1', 401],
  ] as const) {
    test(which, async () => {
      const hold = `${at}/console/mailboxes/${contoso.id}/billing%40${contoso.domain}/hold`;
      const body = `<iframe src="${at}/console"></iframe><form method="post" action="${hold}"><button>Go</button></form>`;
      const evil = await servePages({ '/evil': { status: 200, headers: { 'content-type': 'text/html' }, body } });
      const { page, complaints } = await openPage(browser);
      await signIn(page);
      await page.goto(`${evil.url.replace('localhost', name)}/evil`);
      await waitFor('the frame to be refused', () => {
        return Promise.resolve(complaints.find((one) => one.includes('frame-ancestors')));
      });
      const [answer] = await Promise.all([
        page.waitForResponse(hold),
        page.getByRole('button', { name: 'Go' }).click(),
      ]);
      assert.equal(answer.status(), status);
      await page.goto(`${at}/console`);
      assert.doesNotMatch(await page.locator('main').innerText(), /held in the console/);
      await page.context().close();
      await evil.stop();
    });
  }
});
