/** Every page of the portal, on a phone and on a desk, in light and in dark. Needs chromium. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Browser } from 'playwright-core';
import { emptyState } from '../../local/cloud/state.ts';
import { runCmdlets } from '../../local/cloud/exchange/run-cmdlets.ts';
import { aMessage, recipient, send, sender } from '../integration/local/cloud/graph-requests.ts';
import { customers, requestToken, startTestCloud, type TestCloud, vendor } from '../support/cloud.ts';
import { accessibilityProblems, openPage, overflow, startChromium } from './chromium.ts';

const { contoso, fabrikam, northwind } = customers;
let browser: Browser;
let cloud: TestCloud;
let empty: TestCloud;
before(async () => {
  browser = await startChromium();
  empty = await startTestCloud({ seed: (state) => Object.assign(state, emptyState()) });
  cloud = await startTestCloud({ outcomes: async () => [anOutcome] });
  await fill(cloud);
});
after(async () => {
  await browser.close();
  await cloud.stop();
  await empty.stop();
});

const anOutcome = {
  id: 'an-id-that-a-producer-chose-and-that-is-rather-long-0000000001',
  tenantId: contoso.id,
  state: 'failed',
  code: 'MAILBOX_NOT_FOUND',
  remedy: 'Check the address of the mailbox.',
  tries: 2,
  updatedAt: Date.now(),
};

/** Something of everything that a page can show, with long words where people have them. */
async function fill({ state, faults }: TestCloud): Promise<void> {
  const long = 'wordsthataremuchlongerthanaphoneiswideandhavenoplacetobreak.example';
  await requestToken(cloud);
  await requestToken(cloud, { tenant: fabrikam.id });
  const toRecipients = [recipient(sender), recipient(`x@${long}`)];
  await send(cloud, {
    message: aMessage({ subject: long, toRecipients, body: { contentType: 'Text', content: long } }),
  });
  await send(cloud, { message: aMessage({ toRecipients: [] }) });
  faults.add({ service: 'graph', mailbox: sender, times: 3, fault: { kind: 'answer', status: 429 } });
  faults.add({ id: long.slice(0, 60), service: 'entra', operation: long, fault: { kind: 'cut', when: 'after' } });
  await send(cloud, { message: aMessage() });
  const { objectId } = state.enterpriseApps[0] ?? assert.fail();
  const script = [
    `New-ServicePrincipal -AppId ${vendor.appId} -ObjectId ${objectId} -DisplayName Post`,
    `Add-MailboxPermission -Identity ${sender} -User ${objectId} -AccessRights FullAccess`,
    `New-ManagementRoleAssignment -App ${objectId} -Role "Application Mail.Send"`,
  ];
  assert.equal(runCmdlets(cloud, script.join('\n'), { tenantId: contoso.id }).error, undefined);
  const [registration = assert.fail()] = state.registrations;
  registration.redirectUris.push(`https://${long}/callback`);
  registration.secrets = [{ keyId: 'x', hint: 'abc', digest: 'x'.repeat(43), startsAt: 0, endsAt: 1 }];
  registration.federatedCredentials = [
    { name: 'identity', issuer: `https://${long}`, subject: long, audiences: [long] },
  ];
  state.tenants.push({ ...(state.tenants[1] ?? assert.fail()), id: northwind.id.replace('3', '4'), displayName: long });
}

function paths(of: TestCloud): string[] {
  const lists = ['/', '/tenants', '/apps', '/mailboxes', '/vault', '/journal', '/faults', '/nothing'];
  if (of === empty) return lists;
  const { id } = of.state.messages[0] ?? assert.fail();
  return [
    ...lists,
    `/tenants/${contoso.id}`,
    `/tenants/${northwind.id}`,
    `/apps/${vendor.appId}`,
    `/mailboxes/${sender}`,
    `/messages/${id}`,
    '/journal?outcome=refused',
    '/journal?service=pop',
    '/jobs',
  ];
}

for (const width of [360, 1280]) {
  for (const colorScheme of ['light', 'dark'] as const) {
    describe(`${width} pixels, ${colorScheme}`, () => {
      for (const kind of ['filled', 'empty']) {
        test(`${kind}: everybody can use every page, none is too wide, and the browser complains of none`, async () => {
          const { page, complaints } = await openPage(browser, { width, colorScheme });
          const of = kind === 'filled' ? cloud : empty;
          for (const path of paths(of)) {
            await page.goto(`${of.urls.portal}${path}`);
            await page.locator('details').evaluateAll((all) => all.forEach((one) => one.setAttribute('open', '')));
            assert.deepEqual(await accessibilityProblems(page), [], path);
            assert.ok((await overflow(page)) <= 0, `${path} is too wide`);
          }
          // The browser itself names the page that is not there.
          assert.deepEqual(
            complaints.filter((one) => !one.includes('404 (Not Found)')),
            [],
          );
          await page.context().close();
        });
      }

      test('the page is as bright as the reader wants it', async () => {
        const { page } = await openPage(browser, { width, colorScheme });
        await page.goto(cloud.urls.portal);
        const background = String(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
        const [red = 0] = (background.match(/\d+/g) ?? []).map(Number);
        assert.ok(colorScheme === 'dark' ? red < 50 : red > 200, background);
        await page.context().close();
      });
    });
  }
}

test('the audit itself sees what is wrong', async () => {
  const { page } = await openPage(browser);
  await page.setContent(`<body><main><h1>A</h1><h3>B</h3><input><button></button><a href="#"> </a>
    <p style="color: #999; background: #fff">pale</p><table><tr><td>x</td></tr></table><i id=a></i><i id=a></i></main></body>`);
  const problems = (await accessibilityProblems(page)).map((one) => one.split(':')[0]);
  for (const expected of [
    'no language',
    'no title',
    'heading of level 3 after 1',
    'control without a label',
    'nothing to call it',
    'contrast of 2.85',
    'table without a caption',
    'row without a header',
    'id twice',
  ]) {
    assert.ok(problems.includes(expected), `${expected} is not among ${problems.join(', ')}`);
  }
  await page.context().close();
});
