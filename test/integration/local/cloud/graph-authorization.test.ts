/** Who may send through the local Graph. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { aToken, customers, startTestCloud, type TestCloud, type TokenOverrides } from '../../../support/cloud.ts';
import { aMessage, anna, refusal, send, sender } from './graph-requests.ts';

const unlicensed = `desk@${customers.contoso.domain}`;

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud({
    seed(state) {
      const user = { tenantId: customers.contoso.id, address: unlicensed, displayName: 'Desk' };
      state.mailboxes.push({ ...user, id: crypto.randomUUID(), licensed: false });
    },
  });
});
after(() => cloud.stop());
beforeEach(() => {
  cloud.state.messages.length = 0;
});

const body = { message: aMessage() };
/** Without the facts of the HTTP request, which differ from one to the next. */
const lastEntry = () => {
  const entry = cloud.journal.entries.at(-1);
  assert.ok(entry);
  const { request: _request, ...rest } = entry;
  return rest;
};

describe('token', () => {
  for (const aud of [
    'https://graph.microsoft.com',
    'https://graph.microsoft.com/',
    '00000003-0000-0000-c000-000000000000',
  ]) {
    test(`accepts a token whose audience is ${aud}`, async () => {
      const response = await send(cloud, body, { token: await aToken(cloud, { aud }) });
      assert.equal(response.status, 202);
    });
  }

  const seconds = Math.floor(Date.now() / 1000);
  const refusals: [title: string, overrides: TokenOverrides, message: string][] = [
    [
      'for another resource',
      { aud: 'https://outlook.office365.com' },
      'Access token validation failure. Invalid audience.',
    ],
    ['that has expired', { exp: seconds - 60 }, 'Lifetime validation failed, the token is expired.'],
    ['that is not valid yet', { nbf: seconds + 600 }, 'Access token validation failure.'],
    ['of an issuer that is no tenant', { iss: 'https://sts.windows.net/nobody/' }, 'Access token validation failure.'],
  ];
  for (const [title, overrides, message] of refusals) {
    test(`refuses a token ${title}`, async () => {
      const response = await send(cloud, body, { token: await aToken(cloud, overrides) });
      assert.deepEqual(await refusal(response), { status: 401, code: 'InvalidAuthenticationToken', message });
      assert.deepEqual(cloud.state.messages, []);
    });
  }

  test("refuses a token signed with another tenant's key", async () => {
    const token = await aToken(cloud, {}, customers.fabrikam.id);
    const { status, code } = await refusal(await send(cloud, body, { token }));
    assert.deepEqual({ status, code }, { status: 401, code: 'InvalidAuthenticationToken' });
    assert.deepEqual(cloud.state.messages, []);
  });

  test('refuses what is no JWT, with and without dots', async () => {
    const unreadable = await refusal(await send(cloud, body, { token: 'a.b.c' }));
    assert.equal(unreadable.message, 'CompactToken parsing failed with error code: 80049217');
    const opaque = await refusal(await send(cloud, body, { token: 'opaque' }));
    assert.match(opaque.message, /^IDX14100: JWT is not well formed, there are no dots/);
    assert.deepEqual([unreadable.status, opaque.status], [401, 401]);
  });

  test('refuses a request without token or with another scheme, and says where tokens come from', async () => {
    for (const authorization of ['', `Basic ${btoa('user:password')}`]) {
      const response = await send(cloud, body, { headers: { authorization } });
      assert.equal(
        response.headers.get('www-authenticate'),
        `Bearer realm="", authorization_uri="${cloud.urls.entra}/common/oauth2/authorize", client_id="00000003-0000-0000-c000-000000000000"`,
      );
      const expected = { status: 401, code: 'InvalidAuthenticationToken', message: 'Access token is empty.' };
      assert.deepEqual(await refusal(response), expected);
    }
  });
});

describe('role and mailbox', () => {
  const denied = {
    status: 403,
    code: 'ErrorAccessDenied',
    message: 'Access is denied. Check credentials and try again.',
  };

  for (const [title, roles] of [
    ['no roles', undefined],
    ['other roles only', ['Mail.ReadWrite', 'Mail.Send.Shared']],
  ] as const) {
    test(`refuses a token with ${title}`, async () => {
      const token = await aToken(cloud, { roles: roles && [...roles] });
      assert.deepEqual(await refusal(await send(cloud, body, { token })), denied);
      assert.deepEqual(cloud.state.messages, []);
      assert.equal(lastEntry().reason, 'no Mail.Send right');
    });
  }

  test('takes the user by principal name in any case and by id', async () => {
    const mailbox = cloud.state.mailboxes.find(({ address }) => address === sender);
    assert.ok(mailbox);
    for (const as of [sender.toUpperCase(), mailbox.id, mailbox.id.toUpperCase()]) {
      assert.equal((await send(cloud, body, { as })).status, 202);
    }
    assert.equal(cloud.state.messages.filter(({ folder }) => folder === 'sentitems').length, 3);
  });

  test("refuses a user of another tenant, by name and by id, with either tenant's mail untouched", async () => {
    const fabrikam = cloud.state.mailboxes.find(({ tenantId }) => tenantId === customers.fabrikam.id);
    assert.ok(fabrikam);
    for (const as of [fabrikam.address, fabrikam.id]) {
      const message = `The requested user '${as}' is invalid.`;
      assert.deepEqual(await refusal(await send(cloud, body, { as })), {
        status: 404,
        code: 'ErrorInvalidUser',
        message,
      });
    }
    assert.deepEqual(cloud.state.messages, []);
    const token = await aToken(cloud, { tid: customers.fabrikam.id });
    assert.equal((await send(cloud, body, { as: fabrikam.address, token })).status, 202);
  });

  test('refuses a user that nobody knows', async () => {
    const as = `nobody@${customers.contoso.domain}`;
    const message = `The requested user '${as}' is invalid.`;
    assert.deepEqual(await refusal(await send(cloud, body, { as })), {
      status: 404,
      code: 'ErrorInvalidUser',
      message,
    });
  });

  test('refuses a user without a mailbox', async () => {
    assert.deepEqual(await refusal(await send(cloud, body, { as: unlicensed })), {
      status: 404,
      code: 'MailboxNotEnabledForRESTAPI',
      message: 'The mailbox is either inactive, soft-deleted, or is hosted on-premise.',
    });
  });

  test('sends from its own address and refuses to send as another', async () => {
    const from = (address: string) => ({ message: aMessage({ from: { emailAddress: { address } } }) });
    assert.equal((await send(cloud, from(sender.toUpperCase()))).status, 202);
    const before = cloud.state.messages.length;
    for (const property of ['from', 'sender']) {
      const message = aMessage({ [property]: { emailAddress: { address: anna } } });
      const { status, code } = await refusal(await send(cloud, { message }));
      assert.deepEqual({ status, code }, { status: 403, code: 'ErrorSendAsDenied' });
    }
    assert.equal(cloud.state.messages.length, before);
  });
});

describe('journal and identifiers', () => {
  test('records acceptance and refusal without anything of the message', async () => {
    const secret = 'The quarterly figures';
    const count = cloud.journal.count('graph', 'sendMail');
    await send(cloud, { message: aMessage({ subject: secret, toRecipients: [{ emailAddress: { address: anna } }] }) });
    assert.deepEqual(
      { ...lastEntry(), at: 0 },
      {
        at: 0,
        service: 'graph',
        operation: 'sendMail',
        status: 202,
        tenantId: customers.contoso.id,
        mailbox: sender,
      },
    );
    await send(cloud, {
      message: aMessage({ subject: secret, toRecipients: [{ emailAddress: { address: secret } }] }),
    });
    assert.deepEqual(
      { ...lastEntry(), at: 0 },
      {
        at: 0,
        service: 'graph',
        operation: 'sendMail',
        status: 400,
        code: 'ErrorInvalidRecipients',
        tenantId: customers.contoso.id,
        mailbox: sender,
        reason: 'malformed address',
      },
    );
    assert.equal(cloud.journal.count('graph', 'sendMail'), count + 2);
    const written = JSON.stringify(cloud.journal.entries);
    assert.ok(!written.includes(secret) && !written.includes(anna));
  });

  test('records a request whose token was refused, without a tenant', async () => {
    await send(cloud, body, { token: await aToken(cloud, { aud: 'https://vault.azure.net' }) });
    assert.deepEqual(
      { ...lastEntry(), at: 0 },
      {
        at: 0,
        service: 'graph',
        operation: 'sendMail',
        status: 401,
        code: 'InvalidAuthenticationToken',
        reason: 'token refused: audience',
      },
    );
  });

  test("returns the client's request id, and its own when that is no GUID", async () => {
    const named = crypto.randomUUID();
    const accepted = await send(cloud, body, { headers: { 'client-request-id': named } });
    assert.equal(accepted.headers.get('client-request-id'), named);
    assert.match(accepted.headers.get('request-id') ?? '', /^[0-9a-f-]{36}$/);
    assert.notEqual(accepted.headers.get('request-id'), named);
    const other = await send(cloud, body, { headers: { 'client-request-id': 'mine' } });
    assert.equal(other.headers.get('client-request-id'), other.headers.get('request-id'));
  });
});
