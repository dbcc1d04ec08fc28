import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { operations } from '../../../functions/operations.ts';
import { consentResult } from '../../../functions/consent-result.ts';
import { consentStatus } from '../../../functions/consent-status.ts';
import { hours } from '../../../shared/clock.ts';
import { errorMeanings } from '../../../shared/errors.ts';
import { openApi } from '../../../shared/mail/api/open-api.ts';
import { contoso } from '../../support/app-identity.ts';
import { noon } from '../../support/clock.ts';
import { failing } from '../../support/failing.ts';
import { anInvocation, aRequest } from '../../support/invocation.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { aPendingTenant, aTenant } from '../../support/tenant.ts';
import { OpenApi } from '../../support/open-api.ts';
import { answerOf, objectIn } from './answer.ts';

const described = new OpenApi(openApi('https://mail.example.com', operations));

async function world(tenant = aTenant()) {
  const memory = memoryServices();
  memory.tenants.rows.set(tenant.id, tenant);
  const { context } = anInvocation();
  /** Every answer is one that the OpenAPI description has. */
  const ask = async (follow: string) => {
    const request = aRequest(`/api/consent/status?follow=${follow}`);
    const answer = await answerOf(consentStatus(memory.services), request, context);
    const type = answer.headers['content-type'] ?? 'application/json';
    described.requireAnswer('consentStatus', answer.status, type, objectIn(answer.body));
    return answer;
  };
  const look = (follow: string) =>
    answerOf(consentResult(memory.services), aRequest(`/api/consent/result?follow=${follow}`), context);
  const follow = await memory.services.pages.links.follow(tenant.id, undefined);
  return { memory, ask, look, follow };
}

/** As the state of a consent that was begun with this invitation names it. */
async function followOf(memory: ReturnType<typeof memoryServices>, asked: { tenant?: string }): Promise<string> {
  const { signed } = await memory.services.invitations.create({ ...asked, expiresInHours: 1 });
  const { state } = await memory.services.consent.start(signed, undefined);
  return memory.services.pages.links.follow(contoso, state);
}

test('they answer GET to whoever has the link', () => {
  const { services } = memoryServices();
  assert.deepEqual(
    [consentStatus(services), consentResult(services)].map(({ methods, authLevel, route }) => [
      methods,
      authLevel,
      route,
    ]),
    [
      [['GET'], 'anonymous', 'consent/status'],
      [['GET'], 'anonymous', 'consent/result'],
    ],
  );
});

describe('the state of a consent', () => {
  test('is told with its beginning, and whether it is done', async () => {
    const { ask, follow } = await world(aPendingTenant());
    const { status, body } = await ask(follow);
    assert.equal(status, 200);
    assert.deepEqual(objectIn(body), {
      tenant: contoso,
      state: 'pending',
      since: new Date(noon).toISOString(),
      done: false,
    });
    const other = await world();
    assert.equal(objectIn((await other.ask(other.follow)).body)['done'], true);
  });

  test('is told to nobody without a good link', async () => {
    const { memory, ask, follow } = await world();
    const { signed } = await memory.services.pages.links.tenantPage(contoso);
    for (const wrong of ['', 'junk', signed, `${follow}x`]) {
      const { status, body } = await ask(wrong);
      assert.deepEqual([status, objectIn(body)['code']], [400, 'PAGE_LINK_INVALID']);
    }
    memory.advance(48 * hours);
    assert.equal((await ask(follow)).status, 410);
  });

  for (const code of ['VAULT_UNAVAILABLE', 'VAULT_REFUSED'] as const) {
    test(`is not told while links cannot be read (${code}), and the answer is one that is described`, async (t) => {
      const { memory, ask, follow } = await world();
      t.mock.method(memory.services.pages.links, 'read', failing(code));
      const { status, body } = await ask(follow);
      assert.deepEqual([status, objectIn(body)['code']], [errorMeanings[code].httpStatus, code]);
    });
  }
});

describe('the page that follows a consent', () => {
  test('links to the tenant’s page for whom the operator invited by name', async () => {
    const { memory, look } = await world();
    const { body } = await look(await followOf(memory, { tenant: contoso }));
    assert.match(body, /href="\/api\/tenant\?link=/);
  });

  test('does not for whoever came with an invitation that names nobody: which tenant he is from is his own word', async () => {
    const { memory, look, follow } = await world();
    for (const link of [await followOf(memory, {}), follow]) {
      const { status, body } = await look(link);
      assert.equal(status, 200);
      assert.ok(!body.includes('/api/tenant'));
    }
  });

  test('without a good link is a page that says so', async () => {
    const { look } = await world();
    const { status, headers, body } = await look('junk');
    assert.equal(status, 400);
    assert.match(headers['content-type'] ?? '', /^text\/html/);
    assert.match(body, /PAGE_LINK_INVALID/);
  });
});
