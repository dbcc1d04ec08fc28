import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createInvitation } from '../../../functions/create-invitation.ts';
import { hours } from '../../../shared/clock.ts';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { noon } from '../../support/clock.ts';
import { aConsent } from '../../support/consent-setup.ts';
import { failing } from '../../support/failing.ts';
import { aJsonRequest, anInvocation } from '../../support/invocation.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { answerOf, objectIn } from './answer.ts';

async function create(body: string, memory = memoryServices()) {
  const { context, lines } = anInvocation('createInvitation');
  const answer = await answerOf(createInvitation(memory.services), aJsonRequest('/api/invitations', body), context);
  return { ...answer, memory, lines };
}

test('it answers POST on invitations, with a key', () => {
  const { methods, authLevel, route } = createInvitation(memoryServices().services);
  assert.deepEqual([methods, authLevel, route], [['POST'], 'function', 'invitations']);
});

describe('an invitation', () => {
  test('for a tenant is 201 with its id, its end and a link that opens it', async () => {
    const { status, body, headers, memory } = await create(JSON.stringify({ tenant: contoso, expiresInHours: 24 }));
    assert.equal(status, 201);
    assert.equal(headers['cache-control'], 'no-store');
    const [invitation] = [...memory.invitationStore.rows.values()];
    const { id, tenant, expiresAt, link, ...more } = objectIn(body);
    assert.deepEqual([id, tenant], [invitation?.id, contoso]);
    assert.deepEqual(more, {
      ...{ state: 'valid', domain: null, createdAt: new Date(noon).toISOString(), usedBy: null, revokedAt: null },
      ...{ rights: ['Mail.Send'], mailboxes: [], returnUrl: null, scoped: false },
    });
    assert.equal(expiresAt, new Date(noon + 24 * hours).toISOString());
    const url = new URL(String(link));
    assert.equal(`${url.origin}${url.pathname}`, 'https://mail.example.com/api/consent/invitation');
    const opened = await memory.services.invitations.open(url.searchParams.get('invitation') ?? undefined);
    assert.equal(opened.id, id);
  });

  test('for whichever tenant needs no body', async () => {
    for (const body of ['', '{}']) {
      const { status, body: answer } = await create(body);
      assert.equal(status, 201);
      assert.equal(objectIn(answer)['tenant'], null);
    }
  });
});

describe('a request that is wrong is 400, names the field and invites nobody', () => {
  for (const [body, field, expected] of [
    ['{"tenant":"contoso"}', '/tenant', 'a tenant id, or a domain of the tenant like contoso.com'],
    ['{"tenantId":"x"}', '/tenantId', 'no such field'],
    ['{"expiresInHours":0}', '/expiresInHours', 'at least 1 hour'],
    ['{"expiresInHours":721}', '/expiresInHours', 'at most 720 hours'],
    ['{"tenant":"contoso","x":1}', '/tenant', 'a tenant id, or a domain of the tenant like contoso.com'],
    ['{', undefined, undefined],
  ] as const) {
    test(body, async () => {
      const { status, headers, body: text, memory } = await create(body);
      assert.equal(status, 400);
      assert.equal(headers['content-type'], 'application/problem+json');
      const problem = objectIn(text);
      assert.equal(problem['code'], 'REQUEST_INVALID');
      assert.equal(problem['field'], field);
      if (expected !== undefined) assert.equal(problem['expected'], expected);
      assert.equal(memory.invitationStore.rows.size, 0);
      assert.deepEqual(memory.audit.events, []);
    });
  }

  test('and says what was expected in words of ours, not of the parser', async () => {
    for (const body of ['{"expiresInHours":"24"}', '{"expiresInHours":1.5}', '{"expiresInHours":null}']) {
      const { field, expected } = objectIn((await create(body)).body);
      assert.deepEqual([field, expected], ['/expiresInHours', 'a whole number of hours'], body);
    }
    for (const body of ['null', '[]']) assert.equal(objectIn((await create(body)).body)['expected'], 'object', body);
  });

  test('and the whole body is named by the empty JSON pointer (RFC 6901)', async () => {
    for (const body of ['null', '[]', '7']) assert.equal(objectIn((await create(body)).body)['field'], '', body);
  });

  test('and of an unknown name only a bounded, plain part goes into the answer and the log', async () => {
    const { body, lines } = await create(JSON.stringify({ [`anna@contoso.example ${'x'.repeat(5000)}`]: 1 }));
    for (const text of [body, lines.join()]) {
      assert.ok(text.length < 1000, `${text.length} characters`);
      assert.doesNotMatch(text, /anna@contoso/);
    }
  });
});

test('for another tenant than the home of a single-tenant registration it is 400, with the field', async () => {
  const memory = memoryServices();
  const { invitationStore: store, tenants, audit, now } = memory;
  const { invitations } = aConsent({ store, tenants, audit, now, singleTenantId: contoso });
  const bound = { ...memory, services: { ...memory.services, invitations } };
  const { status, body } = await create(JSON.stringify({ tenant: fabrikam }), bound);
  const { code, field, expected, status: said } = objectIn(body);
  assert.deepEqual([status, said, code, field], [400, 400, 'TENANT_NOT_HOME', '/tenant']);
  assert.match(String(expected), new RegExp(contoso));
  assert.equal(store.rows.size, 0);

  const home = await create('', bound);
  assert.deepEqual([home.status, objectIn(home.body)['tenant']], [201, contoso]);
});

test('while storage is down it is 503, and the document says the same status', async () => {
  const memory = memoryServices();
  memory.invitationStore.insert = failing('STORAGE_UNAVAILABLE', { detail: { status: undefined } });
  const { status, body } = await create('', memory);
  assert.equal(status, 503);
  const problem = objectIn(body);
  assert.deepEqual([problem['status'], problem['code']], [503, 'STORAGE_UNAVAILABLE']);
});
