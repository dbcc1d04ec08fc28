/** Consent through the built bundle: every way it can come back, and that only a proven one makes a tenant active. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Browser } from '../../local/browser.ts';
import { customers } from '../../local/cloud/seed.ts';
import { consent, continueToMicrosoft, invite, tenantState } from '../../local/onboarding.ts';
import { waitFor } from '../../local/wait.ts';
import { tables } from '../../shared/names.ts';
import { startTestStack, type TestStack } from '../support/stack.ts';
import { rowsOf } from '../support/tables.ts';

const { contoso, fabrikam, northwind } = customers;
let stack: TestStack;

before(async () => {
  stack = await startTestStack();
});
after(async () => stack.stop());

/** Opens an invitation as far as Entra's sign-in page: the state that it sent along, and the browser that it is bound to. */
async function begin(
  tenant?: string,
): Promise<{ browser: Browser; state: string; invitationId: string; link: string }> {
  const { id, link } = await invite(stack, tenant);
  const browser = new Browser();
  const { url } = await continueToMicrosoft(browser, link);
  return { browser, state: new URL(url).searchParams.get('state') ?? '', invitationId: id, link };
}

function callback(query: Record<string, string>): string {
  return `${stack.host.url}/api/consent/callback?${new URLSearchParams(query).toString()}`;
}

async function lastEvent(kind: string): Promise<Record<string, unknown> | undefined> {
  const rows = await rowsOf(stack, tables.consents);
  return rows.filter((row) => row['kind'] === kind).sort((a, b) => Number(b['at']) - Number(a['at']))[0];
}

async function tenantStates(): Promise<string[]> {
  return (await rowsOf(stack, tables.tenants)).map((row) => `${String(row['rowKey'])} ${String(row['state'])}`).sort();
}

async function countOf(kind: string): Promise<number> {
  return (await rowsOf(stack, tables.consents)).filter((row) => row['kind'] === kind).length;
}

async function assertRefused(url: string, browser: Browser, status: number, code: string): Promise<void> {
  const tenants = await tenantStates();
  const refused = await countOf('consent-refused');
  const page = await browser.open(url);
  assert.equal(page.status, status);
  assert.match(page.document.innerText, new RegExp(code));
  assert.equal(await countOf('consent-refused'), refused + 1, 'an audit row');
  assert.equal((await lastEvent('consent-refused'))?.['code'], code);
  assert.deepEqual(await tenantStates(), tenants, 'no tenant is recorded, none becomes active');
}

test('refuses a callback without state', async () => {
  await assertRefused(
    callback({ admin_consent: 'True', tenant: contoso.id }),
    new Browser(),
    400,
    'CONSENT_STATE_MISSING',
  );
});

test('refuses a state that it did not sign', async () => {
  const { browser, state } = await begin(contoso.id);
  const [header, claims = '', signature = ''] = state.split('.');
  const forged = [header, claims, signature.startsWith('A') ? `B${signature.slice(1)}` : `A${signature.slice(1)}`].join(
    '.',
  );
  await assertRefused(callback({ tenant: contoso.id, state: forged }), browser, 400, 'CONSENT_STATE_INVALID');
});

test('refuses an invitation that is passed off as a state', async () => {
  const { browser, link } = await begin(contoso.id);
  const invitation = new URL(link).searchParams.get('invitation') ?? '';
  await assertRefused(callback({ tenant: contoso.id, state: invitation }), browser, 400, 'CONSENT_STATE_INVALID');
});

test('refuses a state in another browser', async () => {
  const { state } = await begin(contoso.id);
  await assertRefused(callback({ tenant: contoso.id, state }), new Browser(), 403, 'CONSENT_OTHER_BROWSER');
});

test('refuses another tenant than the one invited', async () => {
  const { browser, state } = await begin(contoso.id);
  await assertRefused(callback({ tenant: fabrikam.id, state }), browser, 403, 'CONSENT_WRONG_TENANT');
});

test('refuses a callback that names no tenant', async () => {
  const { browser, state } = await begin(contoso.id);
  await assertRefused(callback({ state }), browser, 400, 'CONSENT_TENANT_MISSING');
  await assertRefused(callback({ state, tenant: 'contoso.example' }), browser, 400, 'CONSENT_TENANT_MISSING');
});

test('refuses a tenant that Entra does not know, and leaves the invitation open', async () => {
  const { browser, state, link } = await begin();
  await assertRefused(
    callback({ tenant: '99999999-9999-4999-8999-999999999999', state }),
    browser,
    404,
    'TENANT_NOT_FOUND',
  );
  assert.equal((await browser.open(link)).status, 200);
});

test('tests for an error first, although error callbacks carry admin_consent=True, and shows its text escaped', async () => {
  const { browser, state } = await begin(contoso.id);
  const hostile = 'AADSTS50020: <script>alert(1)</script>';
  const url = callback({
    admin_consent: 'True',
    tenant: contoso.id,
    state,
    error: 'server_error',
    error_description: hostile,
  });
  await assertRefused(url, browser, 400, 'CONSENT_FAILED');
  const page = await browser.open(url);
  const html = page.document.toString();
  assert.ok(html.includes('&lt;script&gt;'));
  assert.ok(!html.includes('<script>'));
  assert.match(page.headers.get('content-security-policy') ?? '', /default-src 'none'/);
  const elsewhere = await new Browser().open(url);
  assert.ok(!elsewhere.document.toString().includes('alert'), "nothing is shown that may be somebody else's text");
  const described = (await rowsOf(stack, tables.consents)).map((row) => row['description']);
  assert.ok(described.includes(`server_error: ${hostile}`));
});

test('records that the administrator declined, and lets the same link be opened again', async () => {
  const { link, id } = await invite(stack, northwind.id);
  const page = await consent(link, `admin@${northwind.domain}`, 'cancel');
  assert.equal(page.status, 403);
  assert.match(page.document.innerText, /CONSENT_DECLINED/);
  assert.equal((await lastEvent('consent-declined'))?.['invitationId'], id);
  assert.equal(await tenantState(stack, northwind.id), 'invited');
  assert.equal((await new Browser().open(link)).status, 200);
});

test('refuses invitations that are cut off, and says so on a page', async () => {
  for (const query of ['', '?invitation=', '?invitation=abc.def.ghi']) {
    const page = await new Browser().open(`${stack.host.url}/api/consent/start${query}`);
    assert.equal(page.status, 400);
    assert.match(page.document.innerText, /INVITATION_INVALID/);
  }
});

test('makes a tenant active by a token of its own, once, and spends state and invitation', async () => {
  const { browser, state, link, invitationId } = await begin(contoso.id);
  const since = Date.now();
  const signIn = await continueToMicrosoft(browser, link);
  const permissions = await browser.press(signIn, `admin@${contoso.domain}`);
  const done = await browser.press(permissions, 'accept');
  assert.equal(done.status, 200);
  assert.equal(await tenantState(stack, contoso.id), 'active');
  assert.ok(stack.cloud.journal.count('entra', 'token', since) >= 1, 'a token was asked for');
  const [row] = (await rowsOf(stack, tables.tenants)).filter(({ rowKey }) => rowKey === contoso.id);
  const app = stack.cloud.state.enterpriseApps.find(({ tenantId }) => tenantId === contoso.id);
  assert.equal(row?.['objectId'], app?.objectId, 'the object id is that of the enterprise application');
  assert.equal((await lastEvent('tenant-active'))?.['invitationId'], invitationId);

  // The page that it ends on can be loaded again.
  assert.equal((await browser.open(done.url)).status, 200);
  // Another state of the same invitation, begun before, names the same tenant: two clicks do no harm.
  const other = callback({ tenant: contoso.id, state });
  assert.equal((await browser.open(other)).status, 200);
  // Each state is good once.
  const again = await browser.open(other);
  assert.equal(again.status, 409);
  assert.match(again.document.innerText, /CONSENT_STATE_USED/);
  // The link is spent.
  const reopened = await new Browser().open(link);
  assert.equal(reopened.status, 409);
  assert.match(reopened.document.innerText, /INVITATION_USED/);
});

test('takes whichever tenant consents when the invitation names none', async () => {
  const { link } = await invite(stack);
  const page = await consent(link, `admin@${fabrikam.domain}`);
  assert.equal(page.status, 200);
  assert.equal(await tenantState(stack, fabrikam.id), 'active');
});

test('leaves a tenant pending until the role is really in its token, and the timer finds out', async () => {
  stack.cloud.state.propagation = { enterpriseApp: 500, roles: 1500 };
  const { link } = await invite(stack, northwind.id);
  const page = await consent(link, `admin@${northwind.domain}`);
  assert.equal(page.status, 202);
  assert.equal(await tenantState(stack, northwind.id), 'pending');
  await waitFor(
    'the timer to prove it',
    async () => (await tenantState(stack, northwind.id)) === 'active' || undefined,
  );
  const kinds = (await rowsOf(stack, tables.consents))
    .filter(({ partitionKey }) => partitionKey === northwind.id)
    .sort((a, b) => Number(a['at']) - Number(b['at']))
    .map((row) => row['kind']);
  assert.deepEqual(kinds.slice(-4), ['consent-started', 'consent-returned', 'tenant-pending', 'tenant-active']);
});

test('asks for the function key before it makes an invitation, and names the field that is wrong', async () => {
  const url = `${stack.host.url}/api/invitations`;
  assert.equal((await fetch(url, { method: 'POST', body: '{}' })).status, 401);
  const headers = { 'x-functions-key': stack.host.keys.functions['createInvitation'] ?? '' };
  for (const [body, field] of [
    ['{"tenant":"contoso"}', '/tenant'],
    ['{"expiresInHours":0}', '/expiresInHours'],
    ['{"tennant":"x"}', '/tennant'],
  ] as const) {
    const response = await fetch(url, { method: 'POST', headers, body });
    assert.equal(response.status, 400);
    assert.equal(response.headers.get('content-type'), 'application/problem+json');
    const { code, field: named } = (await response.json()) as Record<string, unknown>;
    assert.deepEqual([code, named], ['REQUEST_INVALID', field]);
  }
});
