import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { consoleEnter, consoleOpen } from '../../../functions/console-entrance.ts';
import { consoleClose, consoleHold } from '../../../functions/console-forms.ts';
import { consoleOverview } from '../../../functions/console-pages.ts';
import { createConsoleLink } from '../../../functions/create-console-link.ts';
import { endConsoleSessions } from '../../../functions/end-console-sessions.ts';
import { readOverview } from '../../../functions/read-overview.ts';
import { minutes } from '../../../shared/clock.ts';
import { emptyGate } from '../../../shared/mail/gate/gate-state.ts';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { noon } from '../../support/clock.ts';
import { ConsoleBrowser } from '../../support/console-browser.ts';
import { describedApi } from '../../support/mail-api.ts';
import { failing } from '../../support/failing.ts';
import { anInvocation, aRequest } from '../../support/invocation.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { answerOf } from './answer.ts';

function aBrowser(publicUrl?: string) {
  const memory = memoryServices(publicUrl);
  return { ...memory, browser: new ConsoleBrowser(memory.services) };
}

const mailbox = 'post@contoso.example';
const holdPath = `/api/console/mailboxes/${contoso}/${mailbox}/hold`;
const isHeld = async ({ store }: ReturnType<typeof memoryServices>): Promise<boolean> =>
  (await store.readGate(contoso, mailbox))?.gate.hold !== undefined;

test('figures and links ask for a key; pages and forms are open to anybody, and ask for a session', () => {
  const { services } = memoryServices();
  const levels = [readOverview, createConsoleLink, endConsoleSessions].map((make) => make(services).authLevel);
  assert.deepEqual(levels, ['function', 'function', 'function']);
  const open = [consoleOpen, consoleEnter, consoleOverview, consoleClose, consoleHold].map((make) => make(services));
  assert.deepEqual(new Set(open.map(({ authLevel }) => authLevel)), new Set(['anonymous']));
});

describe('the way in', () => {
  test('is a page with one button, which spends the link, sets a cookie and leads to an address without it', async () => {
    const { browser } = aBrowser();
    const link = await browser.link();
    for (let times = 0; times < 2; times += 1) {
      const page = await browser.open(link);
      assert.deepEqual([page.status, page.cookies], [200, []]);
      assert.match(page.body, /<button type="submit" class="primary">Open the console<\/button>/);
    }
    const signed = new URL(link).searchParams.get('link') ?? '';
    const entered = await browser.send('/api/console/open', { fields: { link: signed } });
    assert.deepEqual([entered.status, entered.headers['location']], [303, '/api/console']);
    const [cookie] = entered.cookies;
    assert.deepEqual(
      { ...cookie, value: '' },
      { name: '__Host-tenantpost-console', value: '', httpOnly: true, secure: true, sameSite: 'Strict', path: '/' },
    );
    const { status, body, headers } = await browser.open('/api/console');
    assert.equal(status, 200);
    assert.equal(headers['referrer-policy'], 'same-origin');
    for (const secret of [signed, cookie?.value ?? ''])
      assert.ok(!body.includes(secret), 'no link and no cookie in a page');
  });

  test('is shut after it was used, when it is old, cut off or another kind’s, with a page that says how to get in', async () => {
    const { browser, advance, services } = aBrowser();
    const link = await browser.link();
    const signed = new URL(link).searchParams.get('link') ?? '';
    await browser.send('/api/console/open', { fields: { link: signed } });
    browser.cookie = undefined;
    const invitation = (await services.invitations.create({ expiresInHours: 1 })).signed;
    const cases: [string, number, string][] = [
      [signed, 409, 'CONSOLE_LINK_USED'],
      [signed.slice(5), 400, 'CONSOLE_LINK_INVALID'],
      [invitation, 400, 'CONSOLE_LINK_INVALID'],
      ['', 400, 'CONSOLE_LINK_INVALID'],
    ];
    for (const [wrong, expected, code] of cases) {
      const { status, body, cookies } = await browser.send('/api/console/open', { fields: { link: wrong } });
      assert.deepEqual([status, cookies], [expected, []]);
      assert.ok(body.includes(code) && body.includes('tenantpost console'), body);
    }
    const late = await browser.link();
    advance(5 * minutes);
    assert.equal((await browser.open(late)).status, 410);
    assert.equal((await browser.open('/api/console')).status, 401);
  });

  test('is shut for a form that another site sends', async () => {
    const { browser } = aBrowser();
    const signed = new URL(await browser.link()).searchParams.get('link') ?? '';
    const headers = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
    const { status, cookies } = await browser.send('/api/console/open', { fields: { link: signed }, headers });
    assert.deepEqual([status, cookies], [403, []]);
    assert.equal((await browser.send('/api/console/open', { fields: { link: signed } })).status, 303);
  });

  test('over http on this machine sets a cookie that is not Secure', async () => {
    const { browser } = aBrowser('http://localhost:7071');
    const [cookie] = (await browser.signIn()).cookies;
    assert.deepEqual([cookie?.name, cookie?.secure], ['tenantpost-console', false]);
    assert.equal((await browser.open('/api/console')).status, 200);
  });
});

describe('every page and every form', () => {
  const pages = [
    '/api/console',
    '/api/console/tenants',
    `/api/console/tenants/${contoso}`,
    '/api/console/causes/MAILBOX_NOT_FOUND',
  ];
  const forms = [
    ...['/api/console/close', `/api/console/tenants/${contoso}/checks`, holdPath],
    ...[holdPath.replace(/hold$/, 'release'), `/api/console/mail-jobs/${contoso}/invoice-4711/replay`],
  ];

  test('without a session is 401, and says how to get one and nothing else', async () => {
    const memory = aBrowser();
    memory.figures.tenants.set(contoso, {
      gates: [
        {
          tenantId: contoso,
          mailbox,
          gate: { ...emptyGate, hold: { by: 'operator', since: noon, code: 'MAILBOX_HELD' } },
        },
      ],
      failures: [],
      complete: true,
    });
    for (const path of pages) {
      const { status, body, cookies } = await memory.browser.open(path);
      assert.deepEqual([status, cookies], [401, []], path);
      assert.ok(!body.includes(mailbox));
    }
    for (const path of forms) assert.equal((await memory.browser.send(path)).status, 401, path);
    assert.equal(await isHeld(memory), false);
    assert.equal(memory.figures.reads.length, 0, 'nothing was read for nobody');
  });

  test('is framed nowhere, kept nowhere, and allows no script and no style but its own', async () => {
    const { browser } = aBrowser();
    await browser.signIn();
    const { headers } = await browser.open('/api/console');
    const policy = headers['content-security-policy'] ?? '';
    for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"]) {
      assert.ok(policy.includes(part), part);
    }
    assert.doesNotMatch(policy, /unsafe|https?:|\*/);
    assert.deepEqual([headers['cache-control'], headers['x-content-type-options']], ['no-store', 'nosniff']);
  });
});

describe('a form', () => {
  test('of a page of the session is done, and leads back to a page', async () => {
    const memory = aBrowser();
    await memory.browser.signIn();
    const form = await memory.browser.formToken();
    const held = await memory.browser.send(holdPath, { fields: { form } });
    assert.deepEqual([held.status, held.headers['location']], [303, `/api/console/tenants/${contoso}?done=held`]);
    assert.equal(await isHeld(memory), true);
    const released = await memory.browser.send(holdPath.replace(/hold$/, 'release'), { fields: { form } });
    assert.equal(released.status, 303);
    assert.equal(await isHeld(memory), false);
  });

  const elsewhere = { origin: 'https://elsewhere.example', 'sec-fetch-site': 'cross-site' };
  for (const [what, headers, withToken] of [
    ['of another site', elsewhere, false],
    ['of another site that has read the token', elsewhere, true],
    ['of a page without an origin', { origin: 'null' }, true],
    ['of a site beside this one', { origin: 'https://shop.example.com', 'sec-fetch-site': 'same-site' }, true],
    ['of this site over http', { origin: 'http://mail.example.com' }, true],
    ['that does not say where it comes from', { origin: '' }, true],
    ['that a browser calls another site’s', { 'sec-fetch-site': 'cross-site' }, true],
    ['of this site without the token', {}, false],
  ] as const) {
    test(`${what} is refused, and does nothing`, async () => {
      const memory = aBrowser();
      await memory.browser.signIn();
      const fields: Record<string, string> = withToken ? { form: await memory.browser.formToken() } : {};
      const { status, body } = await memory.browser.send(holdPath, { fields, headers });
      assert.equal(status, 403);
      assert.match(body, /CONSOLE_FORM_REFUSED/);
      assert.equal(await isHeld(memory), false);
    });
  }

  test('with the token of another session is refused', async () => {
    const memory = aBrowser();
    const other = new ConsoleBrowser(memory.services);
    await other.signIn();
    await memory.browser.signIn();
    const form = await other.formToken();
    assert.equal((await memory.browser.send(holdPath, { fields: { form } })).status, 403);
    assert.equal(await isHeld(memory), false);
  });

  test('that signs out ends the session for whoever has kept the cookie', async () => {
    const { browser } = aBrowser();
    await browser.signIn();
    const form = await browser.formToken();
    const kept = browser.cookie;
    const left = await browser.send('/api/console/close', { fields: { form } });
    assert.deepEqual([left.status, browser.cookie], [200, undefined]);
    browser.cookie = kept;
    assert.equal((await browser.open('/api/console')).status, 401);
  });
});

describe('a session', () => {
  test('goes on with people, and not with a page that refreshes by itself', async () => {
    const { browser, advance } = aBrowser();
    await browser.signIn();
    for (let passed = 0; passed < 100; passed += 20) {
      advance(20 * minutes);
      assert.equal((await browser.open('/api/console')).status, 200);
    }
    advance(20 * minutes);
    const refreshed = await browser.open('/api/console', { 'x-console-refresh': '1' });
    assert.deepEqual([refreshed.status, refreshed.cookies], [200, []]);
    advance(10 * minutes);
    assert.equal((await browser.open('/api/console', { 'x-console-refresh': '1' })).status, 401);
  });

  test('with a cookie that somebody made is none', async () => {
    const { browser } = aBrowser();
    await browser.signIn();
    const good = browser.cookie ?? '';
    for (const wrong of [
      `${good.slice(0, -4)}AAAA`,
      good.replace('__Host-', ''),
      '__Host-tenantpost-console=',
      'x=y',
    ]) {
      browser.cookie = wrong;
      assert.equal((await browser.open('/api/console')).status, 401, wrong);
    }
    browser.cookie = good;
    assert.equal((await browser.open('/api/console')).status, 200);
  });

  test('of everybody ends with a request that has a key', async () => {
    const { browser, services } = aBrowser();
    await browser.signIn();
    const { context } = anInvocation();
    const { status, body } = await answerOf(
      endConsoleSessions(services),
      aRequest('/api/console/sessions/end', { method: 'POST' }),
      context,
    );
    assert.deepEqual([status, body], [200, '{"ended":1}']);
    describedApi.requireAnswer('endConsoleSessions', 200, 'application/json', JSON.parse(body));
    assert.equal((await browser.open('/api/console')).status, 401);
  });
});

describe('what is shown', () => {
  test('is escaped, whoever wrote it', async () => {
    const memory = aBrowser();
    const evil = `"'><script>alert(1)</script><img src=x onerror=alert(1)>`;
    const [hold] = [{ by: 'operator', since: noon, code: 'MAILBOX_HELD', reason: evil } as const];
    memory.figures.tenants.set(fabrikam, {
      gates: [{ tenantId: fabrikam, mailbox: `"${evil}"@fabrikam.example`, gate: { ...emptyGate, hold } }],
      failures: [
        {
          ...{ tenantId: fabrikam, id: evil, transport: 'graph', at: noon, state: 'failed', code: 'SEND_FORBIDDEN' },
          ...{ message: evil, remedy: evil, owner: 'operator' },
        },
      ],
      complete: true,
    });
    await memory.browser.signIn();
    for (const path of ['/api/console', '/api/console/causes/SEND_FORBIDDEN']) {
      const { status, body } = await memory.browser.open(path);
      assert.equal(status, 200);
      assert.doesNotMatch(body, /<script>alert|<img/);
      assert.match(body, /&lt;script&gt;alert/);
    }
  });

  test('at an address that is wrong is a page, and no trace of the program', async () => {
    const { browser } = aBrowser();
    await browser.signIn();
    for (const path of [
      '/api/console/causes/%3Cscript%3E',
      '/api/console/tenants/not-a-tenant',
      '/api/console/tenants?state=best',
    ]) {
      const { status, headers, body } = await browser.open(path);
      assert.deepEqual([status, headers['content-type']], [400, 'text/html; charset=utf-8'], path);
      assert.match(body, /REQUEST_INVALID/);
      assert.doesNotMatch(body, /<script>|\.ts:/);
    }
  });

  test('while a part cannot be read is the rest, and what is the matter', async () => {
    const memory = aBrowser();
    memory.tenants.list = () => {
      throw new Error('secret');
    };
    memory.figures.read = failing('STORAGE_UNAVAILABLE');
    memory.figures.tenants.set(contoso, { gates: [], failures: [], complete: true });
    await memory.browser.signIn();
    const { status, body } = await memory.browser.open('/api/console');
    assert.equal(status, 200);
    assert.match(body, /The mail could not be read/);
    assert.match(body, /The tenants could not be read/);
    assert.doesNotMatch(body, /secret/);
  });
});
