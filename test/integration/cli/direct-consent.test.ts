/** `tenantpost consent` as a process: an administrator's scripted browser consents at the local cloud and comes back. */

import assert from 'node:assert/strict';
import { createServer, get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { after, describe, test } from 'node:test';
import { z } from 'zod';
import { Browser, type OpenedPage } from '../../../local/browser.ts';
import { addTenant, customers, enterpriseAppIn, vendor } from '../../support/cloud.ts';
import { type Running, start, tenantpost } from '../../support/command.ts';
import { startDirectCase } from '../../support/direct.ts';

const direct = await startDirectCase({
  seed: (state) => {
    state.propagation = { enterpriseApp: 0, roles: 0 };
    state.registrations[0]?.requiredAppRoles.push({
      resource: 'https://outlook.office365.com',
      role: 'SMTP.SendAsApp',
    });
  },
});
after(() => direct.stop());
const { cloud } = direct;
const { propagation } = cloud.state;

const result = z.strictObject({
  consented: z.boolean(),
  tenant: z.string().nullable(),
  error: z.string().nullable(),
  errorDescription: z.string().nullable(),
  proven: z.boolean().optional(),
  roles: z.array(z.string()).optional(),
  missing: z.array(z.string()).optional(),
  objectId: z.string().optional(),
  code: z.string().optional(),
  meaning: z.string().optional(),
  remedy: z.string().optional(),
  owner: z.string().optional(),
});

/** Begun on a free port, without a browser of its own. */
async function begin(
  argv: readonly string[],
  variables = direct.variables,
): Promise<{ running: Running; url: string }> {
  const all = [
    'consent',
    ...direct.options,
    '--port',
    '0',
    '--json',
    ...(argv.includes('--timeout') ? [] : ['--timeout', '60']),
    ...argv,
  ];
  const running = start(all, variables);
  const [url] = await running.sees(/https:\/\/\S+/);
  return { running, url };
}

async function end(running: Running) {
  const ended = await running.ended;
  assert.doesNotMatch(`${ended.stdout}${ended.stderr}`, /\n {4}at /);
  assert.ok(!`${ended.stdout}${ended.stderr}`.includes(direct.secret));
  return { ...ended, told: result.parse(JSON.parse(ended.stdout)) };
}

async function choose(url: string, administrator: string, choice: 'accept' | 'cancel'): Promise<OpenedPage> {
  const browser = new Browser();
  const signIn = await browser.open(url);
  return browser.press(await browser.press(signIn, administrator), choice);
}

const redirectOf = (url: string): string => new URL(url).searchParams.get('redirect_uri') ?? '';
const stateOf = (url: string): string => new URL(url).searchParams.get('state') ?? '';

describe('an administrator who accepts', () => {
  test('ends it with 0 and the tenant, and sees a friendly page; without a credential nothing is proven', async () => {
    const tenant = addTenant(cloud);
    const { running, url } = await begin([]);
    assert.match(url, /\/organizations\/v2\.0\/adminconsent\?.*scope=https%3A%2F%2Fgraph\.microsoft\.com%2F\.default/);
    assert.match(redirectOf(url), /^http:\/\/localhost:\d+$/);
    const page = await choose(url, `admin@${tenant.domain}`, 'accept');
    assert.deepEqual([page.status, page.document.querySelector('h1')?.text], [200, 'Thank you']);
    assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'.*frame-ancestors 'none'/);
    assert.doesNotMatch(page.document.toString(), new RegExp(stateOf(url)));
    const { code, told, stderr } = await end(running);
    assert.equal(code, 0);
    assert.deepEqual(told, { consented: true, tenant: tenant.id, error: null, errorDescription: null, proven: false });
    assert.match(stderr, /a browser can be made to say anything/);
    assert.ok(enterpriseAppIn(cloud, tenant.id));
  });

  test('is proven by a token where a secret is given: tid, roles and object id', async () => {
    const tenant = addTenant(cloud);
    const { running, url } = await begin(['--tenant', tenant.domain], direct.withSecret);
    await choose(url, `admin@${tenant.domain}`, 'accept');
    const { code, told } = await end(running);
    assert.equal(code, 0);
    assert.deepEqual([told.proven, told.tenant, told.roles, told.missing], [true, tenant.id, ['Mail.Send'], []]);
    assert.equal(told.objectId, enterpriseAppIn(cloud, tenant.id)?.objectId);
  });

  test('of Graph and SMTP at once goes by the endpoint of v1, and both are proven', async () => {
    const tenant = addTenant(cloud);
    const { running, url } = await begin(['--right', 'Mail.Send', '--right', 'SMTP.SendAsApp'], direct.withSecret);
    assert.match(url, /\/common\/adminconsent\?/);
    await choose(url, `admin@${tenant.domain}`, 'accept');
    const { code, told } = await end(running);
    assert.deepEqual([code, told.roles], [0, ['Mail.Send', 'SMTP.SendAsApp']]);
  });

  test('while the consent is on its way it is asked again, and ends with 0 once it has arrived', async () => {
    const tenant = addTenant(cloud);
    Object.assign(propagation, { enterpriseApp: 3_000, roles: 6_000 });
    const { running, url } = await begin([], direct.withSecret);
    await choose(url, `admin@${tenant.domain}`, 'accept');
    const { code, told } = await end(running);
    Object.assign(propagation, { enterpriseApp: 0, roles: 0 });
    assert.deepEqual([code, told.proven], [0, true]);
  });

  test('and a consent that does not arrive in time ends it with 4', async () => {
    const tenant = addTenant(cloud);
    Object.assign(propagation, { enterpriseApp: 0, roles: 3_600_000 });
    const { running, url } = await begin(['--timeout', '12'], direct.withSecret);
    await choose(url, `admin@${tenant.domain}`, 'accept');
    const { code, told } = await end(running);
    Object.assign(propagation, { enterpriseApp: 0, roles: 0 });
    assert.deepEqual([code, told.proven, told.missing], [4, false, ['Mail.Send']]);
  });
});

describe('an administrator who declines', () => {
  test('ends it with 3, error, description, and what that means', async () => {
    const tenant = addTenant(cloud);
    const { running, url } = await begin([], direct.withSecret);
    const page = await choose(url, `admin@${tenant.domain}`, 'cancel');
    assert.equal(page.document.querySelector('h1')?.text, 'Consent was not given');
    const { code, told } = await end(running);
    assert.deepEqual([code, told.consented, told.error, told.code], [3, false, 'consent_required', 'CONSENT_DECLINED']);
    assert.match(told.errorDescription ?? '', /AADSTS65004/);
    assert.equal(enterpriseAppIn(cloud, tenant.id), undefined);
  });

  test('at the endpoint of v1 comes without a state, which is said', async () => {
    const tenant = addTenant(cloud);
    const { running, url } = await begin(['--right', 'Mail.Send', '--right', 'SMTP.SendAsApp']);
    await choose(url, `admin@${tenant.domain}`, 'cancel');
    const { code, told, stderr } = await end(running);
    assert.deepEqual([code, told.error, told.code], [3, 'permission_denied', 'CONSENT_DECLINED']);
    assert.match(stderr, /came without a state/);
  });
});

describe('what comes to the port and is not the answer', () => {
  test('is refused with a page and waited out; what it says is neither believed nor run', async () => {
    const tenant = addTenant(cloud);
    const { running, url } = await begin([]);
    const at = redirectOf(url);
    const state = stateOf(url);
    for (const [query, status] of [
      ['', 400],
      [`?tenant=${tenant.id}&admin_consent=True`, 400],
      [`?tenant=${tenant.id}&admin_consent=True&state=other`, 400],
      [`?tenant=${tenant.id}&admin_consent=True&state=${state}x`, 400],
      [`?error=x&state=other`, 400],
      [`?tenant=<script>alert(1)</script>&state=${state}`, 400],
      ['/favicon.ico', 404],
      [`/x?tenant=${tenant.id}&state=${state}`, 404],
    ] as const) {
      const response = await fetch(`${at}${query.startsWith('/') ? '' : '/'}${query}`);
      const text = await response.text();
      assert.equal(response.status, status, query);
      assert.doesNotMatch(text, /<script/i);
    }
    assert.equal((await fetch(`${at}/?tenant=${tenant.id}&state=${state}`, { method: 'POST' })).status, 405);
    // What the images and scripts of another page can do: an error of v1 would need no state.
    for (const dest of ['image', 'script', 'iframe', 'empty']) {
      const asked = get(`${at}/?error=access_denied`, { headers: { 'sec-fetch-dest': dest } });
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      response.resume();
      assert.equal(response.statusCode, 400, dest);
    }
    assert.equal(running.said.stdout, '');
    await choose(url, `admin@${tenant.domain}`, 'accept');
    assert.equal((await end(running)).told.tenant, tenant.id);
  });

  test('an error that is full of markup and control characters is escaped in page, text and JSON', async () => {
    const running = start(['consent', ...direct.options, '--port', '0', '--timeout', '60'], direct.variables);
    const [url] = await running.sees(/https:\/\/\S+/);
    const description = '<img src=x onerror=alert(1)>\x1b[2J\x9b31m\u202eevil';
    const query = new URLSearchParams({ error: '"><script>', error_description: description, state: stateOf(url) });
    const page = await (await fetch(`${redirectOf(url)}/?${query.toString()}`)).text();
    assert.doesNotMatch(page, /<script|<img/);
    assert.match(page, /&lt;img src=x/);
    const { code, stdout } = await running.ended;
    assert.equal(code, 3);
    assert.doesNotMatch(stdout, /[\x1b\x9b\u202e]/);
    assert.match(stdout, /error +"><script>/);
  });

  test('another tenant than the one that was asked for ends it with 3', async () => {
    const [asked, other] = [addTenant(cloud), addTenant(cloud)];
    const { running, url } = await begin(['--tenant', asked.id]);
    await fetch(`${redirectOf(url)}/?${new URLSearchParams({ tenant: other.id, state: stateOf(url) }).toString()}`);
    const { code, stderr } = await running.ended;
    assert.equal(code, 3);
    assert.match(stderr, /and not the one that was asked for/);
  });
});

describe('it ends cleanly', () => {
  test('by Ctrl-C with 130, and the port is free again', async () => {
    const { running, url } = await begin([]);
    running.signal();
    const { code, stdout } = await running.ended;
    assert.deepEqual([code, JSON.parse(stdout)], [130, { error: { message: 'Stopped.', exitCode: 130 } }]);
    await assert.rejects(fetch(redirectOf(url)));
  });

  test('by SIGTERM with 143', async () => {
    const { running } = await begin([]);
    running.signal('SIGTERM');
    assert.equal((await running.ended).code, 143);
  });

  test('by --timeout with 3 and a sentence', async () => {
    const { running } = await begin(['--timeout', '1']);
    const { code, stderr } = await running.ended;
    assert.equal(code, 3);
    assert.match(stderr, /Nobody came back from Microsoft’s consent page in time/);
  });

  test('at once with 2 when another program has the port', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const { code, stderr } = await tenantpost(['consent', ...direct.options, '--port', String(port)], direct.variables);
    server.close();
    assert.equal(code, 2);
    assert.match(stderr, new RegExp(`--port: 127\\.0\\.0\\.1 port ${port} cannot be listened on \\(EADDRINUSE\\)`));
  });
});

describe('--print-url', () => {
  test('prints the address alone, and asks and opens nothing', async () => {
    const { code, stdout, stderr } = await tenantpost(['consent', '--client-id', vendor.appId, '--print-url']);
    assert.deepEqual([code, stderr], [0, '']);
    const url = new URL(stdout.trim());
    assert.equal(url.origin + url.pathname, 'https://login.microsoftonline.com/organizations/v2.0/adminconsent');
    assert.deepEqual(
      [url.searchParams.get('client_id'), url.searchParams.get('redirect_uri')],
      [vendor.appId, 'http://localhost:7777'],
    );
  });

  test('takes tenant, port, cloud and a redirect URI of the registration, and tells the state with --json', async () => {
    const { stdout } = await tenantpost([
      ...[
        'consent',
        '--client-id',
        vendor.appId,
        '--print-url',
        '--json',
        '--cloud',
        'usgov',
        '--tenant',
        'contoso.us',
      ],
      ...['--redirect-uri', 'https://vendor.example/back'],
    ]);
    const told = z.strictObject({ url: z.string(), state: z.string() }).parse(JSON.parse(stdout));
    assert.match(told.url, /^https:\/\/login\.microsoftonline\.us\/contoso\.us\/v2\.0\/adminconsent\?/);
    assert.match(told.url, /redirect_uri=https%3A%2F%2Fvendor\.example%2Fback/);
    assert.equal(new URL(told.url).searchParams.get('state'), told.state);
  });

  test('works at the local cloud: the administrator is sent back to that port', async () => {
    const { stdout } = await tenantpost(
      ['consent', ...direct.options, '--print-url', '--port', '7788'],
      direct.variables,
    );
    const { contoso } = customers;
    const browser = new Browser((target) => target.hostname !== 'localhost' || target.port !== '7788');
    const signIn = await browser.open(stdout.trim());
    const page = await browser.press(await browser.press(signIn, `admin@${contoso.domain}`), 'accept');
    assert.match(page.location ?? '', new RegExp(`^http://localhost:7788/\\?.*tenant=${contoso.id}`));
  });
});

describe('bad input ends it with 2', () => {
  for (const [what, argv, expected] of [
    ['no client id', [], /Missing required argument: client-id/],
    ['a client id that is none', ['--client-id', 'my-app'], /--client-id: the Application/],
    ['a port that is none', ['--client-id', vendor.appId, '--port', '70000'], /--port: a port/],
    ['a port in letters', ['--client-id', vendor.appId, '--port', 'http'], /--port: a port/],
    [
      'a right that does not exist',
      ['--client-id', vendor.appId, '--right', 'Mail.Everything'],
      /Choices: "Mail\.Send"/,
    ],
    [
      'a right of which the cloud’s name is not known',
      ['--client-id', vendor.appId, '--cloud', 'usgov', '--right', 'SMTP.SendAsApp', '--print-url'],
      /--cloud usgov needs --outlook-resource/,
    ],
    [
      'a secret that cannot be read, before anybody consents',
      ['--client-id', vendor.appId, '--secret-file', '/nonexistent/secret', '--no-open', '--timeout', '1'],
      /--secret-file: the file \/nonexistent\/secret cannot be read \(ENOENT\)/,
    ],
    [
      'a redirect URI without --print-url',
      ['--client-id', vendor.appId, '--redirect-uri', 'https://x.example'],
      /together with --print-url/,
    ],
  ] as const) {
    test(what, async () => {
      const { code, stdout, stderr } = await tenantpost(['consent', ...argv]);
      assert.deepEqual([code, stdout], [2, '']);
      assert.match(stderr, expected);
    });
  }
});
