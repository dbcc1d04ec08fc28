/** Tenants and invitations over the HTTP API of the built bundle, from the invitation to the removal. */

import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { Browser } from '../../local/browser.ts';
import { grantConsent, withdrawConsent } from '../../local/cloud/entra/consents.ts';
import { runCmdlets } from '../../local/cloud/exchange/run-cmdlets.ts';
import { customers, vendor } from '../../local/cloud/seed.ts';
import type { Registration } from '../../local/cloud/state.ts';
import { consent, continueToMicrosoft } from '../../local/onboarding.ts';
import { hours } from '../../shared/clock.ts';
import { tables } from '../../shared/names.ts';
import { aMailJob } from '../support/mail-job.ts';
import { MailApiClient } from '../support/mail-api-client.ts';
import { outcomeOf, queueMail, startTestStack, type TestStack } from '../support/stack.ts';
import { rowsOf } from '../support/tables.ts';

const { contoso, fabrikam, northwind } = customers;
const outlook = 'https://outlook.office365.com';
const atOnce = { enterpriseApp: 0, roles: 0 };
let stack: TestStack;
let client: MailApiClient;
let registration: Registration;

const ask: MailApiClient['ask'] = (...asked) => client.ask(...asked);
const at = (tenant: string) => ({ tenant });
type Answer = Awaited<ReturnType<typeof ask>>['body'];

const object = z.record(z.string(), z.unknown());
const objects = z.array(object);
const readHistory = z
  .object({ tenant: object, events: objects, invitations: objects })
  .transform(({ tenant, ...lists }) => ({ row: tenant, ...lists }));

before(async () => {
  stack = await startTestStack({ TENANTPOST_RESOURCES: 'graph,outlook', TENANTPOST_WARM_EVERY_SECONDS: '60' });
  registration = stack.cloud.state.registrations[0] ?? assert.fail();
  registration.requiredAppRoles.push({ resource: outlook, role: 'SMTP.SendAsApp' });
  client = await MailApiClient.of(stack);
});
after(async () => stack.stop());

async function invite(body: object): Promise<Answer> {
  const answer = await ask('createInvitation', {}, { body });
  assert.equal(answer.status, 201);
  return answer.body;
}

async function history(tenant: string) {
  const { body } = await ask('readTenant', at(tenant));
  return readHistory.parse(body);
}

const kindsOf = (events: readonly Answer[]): unknown[] => events.map(({ kind }) => kind);

describe('an invitation by domain', () => {
  let made: Answer;

  test('names the tenant, the rights that this installation uses, and the mailboxes; the tenant is invited', async () => {
    made = await invite({ tenant: contoso.domain, mailboxes: [`post@${contoso.domain}`], expiresInHours: 24 });
    assert.deepEqual(
      [made['tenant'], made['domain'], made['state'], made['rights']],
      [contoso.id, contoso.domain, 'valid', ['Mail.Send', 'SMTP.SendAsApp']],
    );
    const { row, invitations, events } = await history(contoso.domain);
    assert.deepEqual(
      [row['state'], row['missing'], row['mailboxes']],
      ['invited', ['Mail.Send', 'SMTP.SendAsApp'], [`post@${contoso.domain}`]],
    );
    assert.deepEqual(kindsOf(events).sort(), ['invitation-created', 'tenant-invited']);
    assert.deepEqual(
      invitations.map(({ id, state }) => [id, state]),
      [[made['id'], 'valid']],
    );
  });

  test('is listed, and its link is told to nobody a second time', async () => {
    const { body } = await ask('listInvitations', {}, { query: { tenant: contoso.id } });
    assert.match(JSON.stringify(body), new RegExp(String(made['id'])));
    const signed = new URL(String(made['link'])).searchParams.get('invitation') ?? '';
    const [, , signature = ''] = signed.split('.');
    assert.ok(!client.answered.slice(1).some((text) => text.includes(signature)));
  });

  test('asks for Graph and Exchange together at the endpoint of v1, and that error names its invitation all the same', async () => {
    const browser = new Browser();
    const signIn = await continueToMicrosoft(browser, String(made['link']));
    assert.equal(new URL(signIn.url).pathname, `/${contoso.id}/adminconsent`);
    assert.equal(new URL(signIn.url).searchParams.get('scope'), null);
    const permissions = await browser.press(signIn, `admin@${contoso.domain}`);
    const declined = await browser.press(permissions, 'cancel');
    assert.equal(declined.status, 403);
    const { events } = await history(contoso.id);
    const [newest] = events;
    assert.deepEqual(
      [newest?.['kind'], newest?.['code'], newest?.['invitation'], newest?.['description']],
      ['consent-declined', 'CONSENT_DECLINED', made['id'], null],
    );
  });

  test('makes the tenant active, with what its tokens carry', async () => {
    await consent(String(made['link']), `admin@${contoso.domain}`);
    const { row, events, invitations } = await history(contoso.id);
    assert.deepEqual([row['state'], row['granted'], row['missing']], ['active', ['Mail.Send', 'SMTP.SendAsApp'], []]);
    assert.deepEqual(kindsOf(events).slice(0, 2).sort(), ['consent-returned', 'tenant-active']);
    assert.deepEqual([invitations[0]?.['state'], invitations[0]?.['usedBy']], ['used', contoso.id]);
  });

  test('that asks for more lets the tenant work on while the new right arrives, and names what is missing', async () => {
    registration.requiredAppRoles.push({ resource: 'https://graph.microsoft.com', role: 'Mail.ReadWrite' });
    const app = stack.cloud.state.enterpriseApps.find(({ tenantId }) => tenantId === contoso.id) ?? assert.fail();
    // What was granted before arrived long ago.
    app.consentedAt -= 1 * hours;
    stack.cloud.state.propagation = { enterpriseApp: 0, roles: 60_000 };
    const { link } = await invite({ tenant: contoso.id, rights: ['Mail.Send', 'Mail.ReadWrite', 'SMTP.SendAsApp'] });
    await consent(String(link), `admin@${contoso.domain}`);
    const { row, events } = await history(contoso.id);
    assert.deepEqual([row['state'], row['missing']], ['active', ['Mail.ReadWrite']]);
    assert.ok(!kindsOf(events.slice(0, 3)).includes('tenant-pending'));
    stack.cloud.state.propagation = atOnce;
    const { body } = await ask('verifyTenant', at(contoso.id), { body: {} });
    assert.deepEqual([body['state'], body['missing']], ['active', []]);
  });
});

describe('a consent that Entra refuses', () => {
  const { domain } = fabrikam;
  const refusals: readonly (readonly [string, string, () => void, string, string | undefined])[] = [
    ['not an administrator', 'CONSENT_NOT_ADMIN', () => {}, 'not-an-administrator', 'return'],
    ['650052', 'CONSENT_SERVICE_MISSING', () => setUnavailable([outlook]), `admin@${domain}`, undefined],
    ['650051', 'CONSENT_NAME_CLASH', nameClash, `admin@${domain}`, 'accept'],
  ];

  function setUnavailable(resources: string[]): void {
    const tenant = stack.cloud.state.tenants.find(({ id }) => id === fabrikam.id) ?? assert.fail();
    tenant.unavailableResources = resources.map((resource) => ({ resource, state: 'missing' as const }));
  }

  function nameClash(): void {
    setUnavailable([]);
    stack.cloud.state.propagation = { ...atOnce, deletion: 60_000 };
    grantConsent(stack.cloud, registration, fabrikam.id);
    withdrawConsent(stack.cloud, registration.appId, fabrikam.id);
  }

  for (const [what, code, seed, account, choice] of refusals) {
    test(`with ${what} is ${code}, on the page and in the tenant's audit trail; the link works again`, async () => {
      seed();
      const { link, id } = await invite({ tenant: fabrikam.id });
      const browser = new Browser();
      const after = await browser.press(await continueToMicrosoft(browser, String(link)), account);
      const page = choice === undefined ? after : await browser.press(after, choice);
      assert.match(page.document.innerText, new RegExp(code));
      const { row, events } = await history(fabrikam.id);
      assert.equal(row['state'], 'invited');
      assert.deepEqual([events[0]?.['code'], events[0]?.['invitation']], [code, id]);
      assert.equal((await new Browser().open(String(link))).status, 200);
    });
  }

  after(() => {
    setUnavailable([]);
    stack.cloud.state.propagation = atOnce;
    stack.cloud.state.deletedEnterpriseApps = [];
  });
});

describe('a tenant without an invitation', () => {
  test('whose administrator granted the rights in the portal is verified', async () => {
    grantConsent(stack.cloud, registration, fabrikam.id);
    const { body } = await ask('verifyTenant', at(fabrikam.domain), { body: {} });
    assert.deepEqual([body['state'], body['missing']], ['active', []]);
    assert.ok(kindsOf((await history(fabrikam.id)).events).includes('tenant-verified'));
  });

  test('that grants mailboxes in Exchange alone is pending until the app may send, then active, and its mail leaves', async () => {
    const mailbox = `post@${northwind.domain}`;
    const app = grantConsent(stack.cloud, registration, northwind.id);
    app.grantedAppRoles = [];
    const how = { body: { scoped: true, mailbox, rights: ['Mail.Send'] } };
    const pending = await ask('verifyTenant', at(northwind.id), how);
    assert.deepEqual([pending.body['state'], pending.body['code']], ['pending', 'SEND_FORBIDDEN']);

    const { error } = runCmdlets(
      stack.cloud,
      `Connect-ExchangeOnline -Organization ${northwind.id}
      New-ServicePrincipal -AppId ${vendor.appId} -ObjectId ${app.objectId} -DisplayName "Mailworks Post"
      New-ManagementRoleAssignment -App ${app.objectId} -Role "Application Mail.Send"`,
    );
    assert.equal(error, undefined);
    const active = await ask('verifyTenant', at(northwind.id), how);
    assert.deepEqual(
      [active.body['state'], active.body['scoped'], active.body['granted'], active.body['missing']],
      ['active', true, [], []],
    );
    const job = { id: 'scoped', tenant: northwind.id, from: mailbox, to: ['ada@customer.example'] };
    await queueMail(stack, aMailJob(job));
    assert.equal((await outcomeOf(stack, 'scoped', 'sent', 'refused', 'failed')).state, 'sent');
  });
});

describe('the list of tenants', () => {
  test('has each once, page by page, and by state', async () => {
    const found: unknown[] = [];
    let continuation: unknown;
    do {
      const query = { limit: '1', ...(typeof continuation === 'string' ? { continuation } : {}) };
      const { body } = await ask('listTenants', {}, { query });
      found.push(...objects.parse(body['tenants']).map(({ tenant }) => tenant));
      ({ continuation } = body);
    } while (continuation !== undefined);
    assert.deepEqual(found.sort(), [contoso.id, fabrikam.id, northwind.id]);
    const { body } = await ask('listTenants', {}, { query: { state: 'removed' } });
    assert.deepEqual(body['tenants'], []);
  });
});

describe('a tenant that is taken out', () => {
  const job = { tenant: northwind.id, from: `post@${northwind.domain}`, to: ['ada@customer.example'] };

  test('keeps its id and nothing else, and says what its administrator can remove', async () => {
    await invite({ tenant: northwind.id });
    const { status, body } = await ask('removeTenant', at(northwind.domain));
    assert.equal(status, 200);
    const tenant = object.parse(body['tenant']);
    const { objectId } = stack.cloud.state.enterpriseApps.find(({ tenantId }) => tenantId === northwind.id) ?? {};
    assert.deepEqual(
      [tenant['state'], tenant['objectId'], tenant['mailboxes'], tenant['domain'], tenant['scoped']],
      ['removed', objectId, [], null, false],
    );
    const { invitations, outcomes, mailboxes } = object.parse(body['deleted']);
    assert.deepEqual([invitations, outcomes, mailboxes], [1, 1, 1]);
    assert.ok(body['complete'] === true);
    assert.match(JSON.stringify(body['adminMayRemove']), new RegExp(`Remove-ServicePrincipal -Identity ${objectId}`));
    for (const table of [tables.mail, tables.tokens]) {
      const left = (await rowsOf(stack, table)).filter(({ partitionKey }) => partitionKey === northwind.id);
      assert.deepEqual(left, [], table);
    }
    const kept = JSON.stringify([await rowsOf(stack, tables.tenants), await rowsOf(stack, tables.invitations)]);
    assert.ok(!kept.includes(`@${northwind.domain}`));
  });

  test('may be taken out twice, and its audit trail can be read still', async () => {
    const { status, body } = await ask('removeTenant', at(northwind.id));
    assert.deepEqual([status, object.parse(body['deleted'])['invitations']], [200, 0]);
    const { events } = await history(northwind.id);
    assert.equal(kindsOf(events).filter((kind) => kind === 'tenant-removed').length, 1);
  });

  test('has its mail refused, although Entra would still give a token', async () => {
    const asked = stack.cloud.journal.find({ service: 'entra', operation: 'token' }).length;
    await queueMail(stack, aMailJob({ ...job, id: 'after-removal' }));
    const { state, code } = await outcomeOf(stack, 'after-removal', 'sent', 'refused', 'failed');
    assert.deepEqual([state, code], ['refused', 'TENANT_NOT_CONSENTED']);
    assert.equal(stack.cloud.journal.find({ service: 'entra', operation: 'token' }).length, asked);
  });

  test('comes back by a new invitation alone', async () => {
    const { link } = await invite({ tenant: northwind.id });
    assert.equal((await history(northwind.id)).row['state'], 'invited');
    await consent(String(link), `admin@${northwind.domain}`);
    assert.equal((await history(northwind.id)).row['state'], 'active');
  });
});

describe('an invitation that is taken back', () => {
  test('opens no more, and twice does no harm; one that was used stays used', async () => {
    const { id, link } = await invite({});
    for (let round = 0; round < 2; round += 1) {
      const { status, body } = await ask('revokeInvitation', { id: String(id) });
      assert.deepEqual([status, body['state']], [200, 'revoked']);
    }
    const page = await new Browser().open(String(link));
    assert.equal(page.status, 410);
    assert.match(page.document.innerText, /INVITATION_REVOKED/);
    const { invitations } = await history(contoso.id);
    const used = invitations.find(({ state }) => state === 'used');
    assert.equal((await ask('revokeInvitation', { id: String(used?.['id']) })).status, 409);
  });
});

describe('a request that is wrong', () => {
  test('is told what is wrong with it, and never with a stack trace', async () => {
    const nobody = crypto.randomUUID();
    for (const [id, params, asked, status, code] of [
      ['readTenant', at(nobody), {}, 404, 'TENANT_UNKNOWN'],
      ['readTenant', at('nobody.example'), {}, 404, 'TENANT_NOT_FOUND'],
      ['readTenant', at('common'), {}, 400, 'REQUEST_INVALID'],
      ['removeTenant', at(nobody), {}, 404, 'TENANT_UNKNOWN'],
      ['verifyTenant', at(nobody), { body: {} }, 404, 'TENANT_NOT_FOUND'],
      ['verifyTenant', at(contoso.id), { body: { rights: ['Mail.Read'] } }, 400, 'REQUEST_INVALID'],
      ['verifyTenant', at(contoso.id), { body: { mailbox: 'post' } }, 400, 'REQUEST_INVALID'],
      ['revokeInvitation', { id: nobody }, {}, 404, 'INVITATION_NOT_FOUND'],
      ['revokeInvitation', { id: 'x' }, {}, 400, 'REQUEST_INVALID'],
      ['listTenants', {}, { query: { state: 'gone' } }, 400, 'REQUEST_INVALID'],
      ['listInvitations', {}, { query: { continuation: 'x' } }, 400, 'REQUEST_INVALID'],
      ['createInvitation', {}, { body: { tenant: 'nobody.example' } }, 404, 'TENANT_NOT_FOUND'],
      ['createInvitation', {}, { body: { tenant: contoso.id, scoped: true } }, 400, 'REQUEST_INVALID'],
    ] as const) {
      const { status: was, body } = await ask(id, params, asked);
      assert.deepEqual([was, body['code']], [status, code], `${id} ${JSON.stringify(asked)}`);
    }
    assert.ok(!client.answered.some((text) => /at \w+ \(|node_modules/.test(text)));
    assert.equal((await rowsOf(stack, tables.tenants)).length, 3, 'nobody was recorded on the way');
  });
});
