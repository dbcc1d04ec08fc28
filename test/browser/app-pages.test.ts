/** Every page of the app for administrators, on a phone and on a desk, in light and in dark. Needs chromium. */

import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { z } from 'zod';
import { appPages } from './app-page-cases.ts';
import { axeViolations } from './axe.ts';
import { accessibilityProblems, openPage, overflow, startChromium } from './chromium.ts';
import { type ServedPages, servePages } from './served-pages.ts';

const screenshots = 'test/results/screenshots';

let browser: Browser;
let served: ServedPages;
before(async () => {
  mkdirSync(screenshots, { recursive: true });
  browser = await startChromium();
  served = await servePages(appPages);
});
after(async () => {
  await browser.close();
  await served.stop();
});

for (const width of [360, 1280]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    describe(`${width} pixels, ${colorScheme}`, () => {
      test('everybody can use every page, none is too wide, and the browser complains of none', async () => {
        const { page, complaints } = await openPage(browser, { width, colorScheme });
        const asked: string[] = [];
        page.on('request', (request) => asked.push(request.url()));
        for (const path of Object.keys(appPages)) {
          await page.goto(`${served.url}${path}`);
          await page.screenshot({ path: `${screenshots}${path}-${width}-${colorScheme}.png`, fullPage: true });
          await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
          assert.deepEqual(await accessibilityProblems(page), [], path);
          // Axe judges colours, which the scheme decides, and structure, which the width may: each of them once is enough.
          if ((width === 360) === (colorScheme === 'dark')) assert.deepEqual(await axeViolations(page), [], path);
          assert.ok((await overflow(page)) <= 0, `${path} is too wide`);
        }
        // The status of the answer is that of the refusal, which the browser remarks on.
        const others = complaints.filter((one) => !one.includes('Failed to load resource: the server responded with'));
        assert.deepEqual(others, []);
        const elsewhere = asked.filter((url) => new URL(url).origin !== served.url);
        assert.deepEqual(elsewhere, [], 'nothing is asked of anybody else');
        await page.context().close();
      });
    });
  }
}

/** Runs in the page: what can be used, by its place; those inside of closed details cannot. */
const countUsable = `(() => {
  const all = [...document.querySelectorAll('a[href], button, summary, input, select, pre[tabindex]')];
  globalThis.usable = all.filter((one) => one.checkVisibility({ contentVisibilityAuto: true }));
  return globalThis.usable.length;
})()`;
const whichHasFocus = `(() => {
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  const isMarked = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
  return { place: globalThis.usable.indexOf(document.activeElement), isMarked };
})()`;
const focus = z.object({ place: z.number(), isMarked: z.boolean() });

for (const path of ['/invitation', '/result-active', '/consent-not-admin', '/tenant-protocols', '/tenant-problem']) {
  test(`${path}: the Tab key reaches everything that can be used, in its order, and shows where it is`, async () => {
    const { page } = await openPage(browser, { width: 360 });
    await page.goto(`${served.url}${path}`);
    const count = z.number().parse(await page.evaluate(countUsable));
    assert.ok(count >= 3);
    // From the first, wherever the page has put the focus.
    await page.evaluate(`document.querySelector('.skip').focus(); document.querySelector('.skip').blur()`);
    const places: number[] = [];
    for (let steps = 1; steps < count; steps += 1) {
      await page.keyboard.press('Tab');
      const { place, isMarked } = focus.parse(await page.evaluate(whichHasFocus));
      assert.ok(isMarked, `the focus on ${place} cannot be seen`);
      places.push(place);
    }
    assert.deepEqual(
      places,
      Array.from({ length: count - 1 }, (_, place) => place + 1),
    );
    await page.context().close();
  });
}

test('axe-core itself sees what is wrong', async () => {
  const { page } = await openPage(browser);
  await page.setContent(
    '<title>x</title><main><h1>x</h1><p style="color: #aaa; background: #fff">pale</p><input></main>',
  );
  const rules = (await axeViolations(page)).map((one) => one.split(':')[0]);
  for (const expected of ['color-contrast', 'html-has-lang', 'label']) assert.ok(rules.includes(expected), expected);
  await page.context().close();
});
