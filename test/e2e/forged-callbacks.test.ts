/**
 * Attacks on consent through the built bundle: what somebody can send who has a browser, an invitation of his own, and the
 * callback's address. Each meets its refusal, and no tenant and no invitation is changed by it.
 */

import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { z } from 'zod';
import { customers, vendor } from '../../local/cloud/seed.ts';
import { hours } from '../../shared/clock.ts';
import type { ErrorCode } from '../../shared/errors.ts';
import { routePrefix } from '../../shared/names.ts';
import {
  type Begun,
  ConsentAttack,
  cookieOf,
  decoded,
  encoded,
  partsOf,
  signedByAnother,
} from '../support/consent-attack.ts';
import { bringIn, startTestStack, type TestStack } from '../support/stack.ts';

const { contoso: active, fabrikam: invited, northwind: removed } = customers;
let stack: TestStack;
let attack: ConsentAttack;

before(async () => {
  stack = await startTestStack({
    TENANTPOST_RETURN_URLS: 'https://portal.example.com',
    TENANTPOST_WARM_EVERY_SECONDS: '60',
  });
  attack = new ConsentAttack(stack);
  for (const tenant of [active, removed]) await bringIn(stack, tenant);
  const url = `${stack.host.url}/${routePrefix}/tenants/${removed.id}`;
  const key = stack.host.keys.functions['removeTenant'] ?? '';
  assert.equal((await fetch(url, { method: 'DELETE', headers: { 'x-functions-key': key } })).status, 200);
});
after(async () => stack.stop());

/** @param act what the attacker sends; everything that is made before stands in `prepare`. */
interface Attack {
  /** Names the victim's tenant if left out. */
  readonly invitation?: Record<string, unknown>;
  readonly prepare?: (begun: Begun) => Promise<unknown>;
  readonly act: (begun: Begun) => Promise<Response>;
  readonly meets: readonly [status: number, code: ErrorCode | undefined];
  readonly besides?: (page: string, answer: Response) => void;
}

const named = { tenant: active.id };
const open = {};
/** As Entra would send the victim's browser back. */
const good = ({ state }: Begun) => ({ admin_consent: 'True', tenant: active.id, state });
const changed = ({ state }: Begun, changes: Record<string, unknown>): string => {
  const { header, claims, signature } = partsOf(state);
  return [header, encoded({ ...decoded(claims), ...changes }), signature].join('.');
};

const attacks: Readonly<Record<string, Attack>> = {
  'state: none': {
    act: ({ browser }) => attack.callback({ admin_consent: 'True', tenant: active.id }, browser),
    meets: [400, 'CONSENT_STATE_MISSING'],
  },
  'state: empty': {
    act: (begun) => attack.callback({ ...good(begun), state: '' }, begun.browser),
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'state: another signature': {
    act: (begun) => {
      const { header, claims, signature } = partsOf(begun.state);
      const state = `${header}.${claims}.${signature.startsWith('A') ? 'B' : 'A'}${signature.slice(1)}`;
      return attack.callback({ ...good(begun), state }, begun.browser);
    },
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'state: bound to the attacker’s own cookie by changing the claims': {
    act: (begun) => {
      const mine = randomBytes(32).toString('base64url');
      const state = changed(begun, { bnd: createHash('sha256').update(mine).digest('base64url') });
      return attack.callback({ ...good(begun), state }, mine);
    },
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'state: algorithm none (RFC 8725 section 2.1)': {
    act: (begun) => {
      const { header, claims } = partsOf(begun.state);
      const state = `${encoded({ ...decoded(header), alg: 'none' })}.${claims}.`;
      return attack.callback({ ...good(begun), state }, begun.browser);
    },
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'state: signed by a key of the attacker’s, under the id of ours': {
    act: async (begun) => attack.callback({ ...good(begun), state: await signedByAnother(begun.state) }, begun.browser),
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'state: of another installation, whose key id nobody knows here': {
    act: (begun) => {
      const { header, claims, signature } = partsOf(begun.state);
      const state = `${encoded({ ...decoded(header), kid: crypto.randomUUID() })}.${claims}.${signature}`;
      return attack.callback({ ...good(begun), state }, begun.browser);
    },
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'state: an invitation in its place': {
    act: (begun) => attack.callback({ ...good(begun), state: begun.signed }, begun.browser),
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'state: expired, and signed by us': {
    act: async (begun) => {
      const bnd = createHash('sha256').update(begun.browser).digest('base64url');
      const claims = { jti: crypto.randomUUID(), inv: begun.invitationId, bnd };
      const state = await attack.links().sign('state', claims, Date.now() - 1000);
      return attack.callback({ ...good(begun), state }, begun.browser);
    },
    meets: [400, 'CONSENT_STATE_EXPIRED'],
  },
  'state: replayed after it was good': {
    prepare: async (begun) => {
      assert.equal((await attack.callback(good(begun), begun.browser)).status, 303);
    },
    act: (begun) => attack.callback(good(begun), begun.browser),
    meets: [409, 'CONSENT_STATE_USED'],
  },
  'state: replayed after the administrator declined': {
    prepare: async (begun) => {
      const query = { error: 'consent_required', error_description: 'AADSTS65004: declined', state: begun.state };
      assert.equal((await attack.callback(query, begun.browser)).status, 403);
    },
    act: (begun) => attack.callback(good(begun), begun.browser),
    meets: [409, 'CONSENT_STATE_USED'],
  },
  'state: cut off': {
    act: (begun) => attack.callback({ ...good(begun), state: begun.state.slice(0, -7) }, begun.browser),
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'state: twice in one query': {
    act: (begun) => attack.callback(`tenant=${active.id}&state=${begun.state}&state=${begun.state}`, begun.browser),
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'tenant: none': {
    act: ({ state, browser }) => attack.callback({ admin_consent: 'True', state }, browser),
    meets: [400, 'CONSENT_TENANT_MISSING'],
  },
  'tenant: another than the invitation names': {
    act: (begun) => attack.callback({ ...good(begun), tenant: invited.id }, begun.browser),
    meets: [403, 'CONSENT_WRONG_TENANT'],
  },
  'tenant: the good one and another, in one query': {
    act: ({ state, browser }) => attack.callback(`tenant=${active.id}&tenant=${invited.id}&state=${state}`, browser),
    meets: [400, 'CONSENT_TENANT_MISSING'],
  },
  'tenant: common': {
    act: (begun) => attack.callback({ ...good(begun), tenant: 'common' }, begun.browser),
    meets: [400, 'CONSENT_TENANT_MISSING'],
  },
  'tenant: a domain, which could move': {
    act: (begun) => attack.callback({ ...good(begun), tenant: active.domain }, begun.browser),
    meets: [400, 'CONSENT_TENANT_MISSING'],
  },
  'tenant: a filter of the table': {
    invitation: open,
    act: (begun) => attack.callback({ ...good(begun), tenant: "x' or PartitionKey ne '" }, begun.browser),
    meets: [400, 'CONSENT_TENANT_MISSING'],
  },
  'tenant: with an open invitation, one that is active here': {
    invitation: open,
    act: (begun) => attack.callback(good(begun), begun.browser),
    meets: [409, 'CONSENT_TENANT_KNOWN'],
  },
  'tenant: with an open invitation, one that is invited by name': {
    invitation: open,
    prepare: () => attack.invite({ tenant: invited.id }),
    act: (begun) => attack.callback({ ...good(begun), tenant: invited.id }, begun.browser),
    meets: [409, 'CONSENT_TENANT_KNOWN'],
  },
  'tenant: with an open invitation, one that was removed and still has the app': {
    invitation: open,
    act: (begun) => attack.callback({ ...good(begun), tenant: removed.id }, begun.browser),
    meets: [409, 'CONSENT_TENANT_KNOWN'],
  },
  'tenant: with an open invitation, one that does not exist': {
    invitation: open,
    act: (begun) => attack.callback({ ...good(begun), tenant: crypto.randomUUID() }, begun.browser),
    meets: [404, 'TENANT_NOT_FOUND'],
  },
  'cookie: none': {
    act: (begun) => attack.callback(good(begun)),
    meets: [403, 'CONSENT_OTHER_BROWSER'],
  },
  'cookie: empty': {
    act: (begun) => attack.callback(good(begun), ''),
    meets: [403, 'CONSENT_OTHER_BROWSER'],
  },
  'cookie: of another browser that began with the same link': {
    act: async (begun) => attack.callback(good(begun), (await attack.start(begun.signed)).browser),
    meets: [403, 'CONSENT_OTHER_BROWSER'],
  },
  'cookie: the digest that stands in the state': {
    act: (begun) => attack.callback(good(begun), String(decoded(partsOf(begun.state).claims)['bnd'])),
    meets: [403, 'CONSENT_OTHER_BROWSER'],
  },
  'cookie: the victim opens the attacker’s callback (login CSRF)': {
    act: async (begun) => {
      const attackers = await attack.start(begun.signed);
      return attack.callback({ ...good(begun), state: attackers.state }, begun.browser);
    },
    meets: [403, 'CONSENT_OTHER_BROWSER'],
  },
  'cookie: one of the attacker’s before the browser’s own (cookie tossing)': {
    act: (begun) => attack.callback(good(begun), 'a'.repeat(43), begun.browser),
    meets: [403, 'CONSENT_OTHER_BROWSER'],
  },
  'invitation: expired, and signed by us': {
    act: async (begun) => {
      const invitation = await attack.links().sign('invitation', { jti: begun.invitationId }, Date.now() - 1000);
      return attack.get(attack.url('consentStart', { invitation }));
    },
    meets: [410, 'INVITATION_EXPIRED'],
  },
  'invitation: revoked': {
    prepare: revoke,
    act: ({ signed }) => attack.get(attack.url('consentStart', { invitation: signed })),
    meets: [410, 'INVITATION_REVOKED'],
  },
  'invitation: revoked while the administrator is at Entra': {
    prepare: revoke,
    act: (begun) => attack.callback(good(begun), begun.browser),
    meets: [410, 'INVITATION_REVOKED'],
  },
  'invitation: used': {
    prepare: (begun) => attack.callback(good(begun), begun.browser),
    act: ({ signed }) => attack.get(attack.url('consentStart', { invitation: signed })),
    meets: [409, 'INVITATION_USED'],
  },
  'invitation: of another installation': {
    act: async ({ signed }) => attack.get(attack.url('consentStart', { invitation: await signedByAnother(signed) })),
    meets: [400, 'INVITATION_INVALID'],
  },
  'invitation: made up, and signed by us': {
    act: async () => {
      const claims = { jti: crypto.randomUUID() };
      const invitation = await attack.links().sign('invitation', claims, Date.now() + hours);
      return attack.get(attack.url('consentStart', { invitation }));
    },
    meets: [400, 'INVITATION_INVALID'],
  },
  'invitation: a state in its place': {
    act: ({ state }) => attack.get(attack.url('consentStart', { invitation: state })),
    meets: [400, 'INVITATION_INVALID'],
  },
  'redirect: an address in place of the state': {
    act: (begun) => attack.callback({ ...good(begun), state: 'https://evil.example/' }, begun.browser),
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'redirect: addresses beside an error': {
    act: ({ browser, state }) => {
      const evil = 'https://evil.example/';
      const query = { error: 'server_error', state, redirect_uri: evil, returnUrl: evil, next: evil, RelayState: evil };
      return attack.callback(query, browser);
    },
    meets: [400, 'CONSENT_FAILED'],
    besides: (page) => assert.ok(!page.includes('evil.example')),
  },
  'encoding: a state of 12,000 characters': {
    act: (begun) => attack.callback({ ...good(begun), state: `${'a'.repeat(4000)}.`.repeat(3) }, begun.browser),
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'encoding: a state that is no UTF-8': {
    act: ({ browser }) => attack.callback(`tenant=${active.id}&state=%ff%fe%c0%ae`, browser),
    meets: [400, 'CONSENT_STATE_INVALID'],
  },
  'encoding: a tenant with a null byte behind it': {
    act: ({ state, browser }) => attack.callback(`tenant=${active.id}%00&state=${state}`, browser),
    meets: [400, 'CONSENT_TENANT_MISSING'],
  },
  'encoding: a header in the state (RFC 9110 section 5.5)': {
    act: ({ browser }) =>
      attack.callback(`tenant=${active.id}&state=x%0d%0aSet-Cookie:%20a=b%0d%0a%0d%0a<script>`, browser),
    meets: [400, 'CONSENT_STATE_INVALID'],
    besides: (_, answer) => assert.deepEqual(answer.headers.getSetCookie(), []),
  },
  'encoding: a header in the invitation': {
    act: () => attack.get(attack.url('consentStart', 'invitation=x%0d%0aLocation:%20https://evil.example/')),
    meets: [400, 'INVITATION_INVALID'],
  },
  'encoding: a script in the description, with a state of ours': {
    act: ({ state, browser }) =>
      attack.callback({ error: 'server_error', error_description: '<script>alert(1)</script>', state }, browser),
    meets: [400, 'CONSENT_FAILED'],
    besides: (page) => assert.ok(!/<script>alert/.test(page)),
  },
  'encoding: words of the attacker’s, without a state of ours': {
    act: ({ browser }) =>
      attack.callback({ error: 'permission_denied', error_description: 'Call 555-0100 at once' }, browser),
    meets: [403, 'CONSENT_DECLINED'],
    besides: (page) => assert.ok(!page.includes('555-0100')),
  },
  'method: POST, as with response_mode=form_post': {
    act: (begun) =>
      attack.get(attack.url('consentCallback', ''), [cookieOf(begun.browser)], {
        method: 'POST',
        body: new URLSearchParams(good(begun)),
      }),
    meets: [404, undefined],
  },
  'method: PUT at the start': {
    act: ({ signed }) => attack.get(attack.url('consentStart', { invitation: signed }), [], { method: 'PUT' }),
    meets: [404, undefined],
  },
  'cross-site: an invitation from another page, with the browser’s cookies and no key': {
    act: ({ browser }) =>
      attack.get(`${stack.host.url}/${routePrefix}/invitations`, [], {
        method: 'POST',
        headers: { cookie: cookieOf(browser), origin: 'https://evil.example', 'content-type': 'text/plain' },
        body: '{}',
      }),
    meets: [401, undefined],
  },
  'cross-site: a tenant is taken out from another page': {
    act: ({ browser }) =>
      attack.get(`${stack.host.url}/${routePrefix}/tenants/${active.id}`, [], {
        method: 'DELETE',
        headers: { cookie: cookieOf(browser), origin: 'https://evil.example' },
      }),
    meets: [401, undefined],
  },
};

async function revoke({ invitationId }: Begun): Promise<void> {
  const url = `${stack.host.url}/${routePrefix}/invitations/${invitationId}/revoke`;
  const headers = { 'x-functions-key': stack.host.keys.functions['revokeInvitation'] ?? '' };
  assert.equal((await fetch(url, { method: 'POST', headers })).status, 200);
}

describe(`${Object.keys(attacks).length} attacks`, () => {
  for (const [name, { invitation = named, prepare, act, meets, besides }] of Object.entries(attacks)) {
    test(`${name}: ${meets.filter((one) => one !== undefined).join(' ')}, and nothing is changed`, async () => {
      const begun = await attack.begin(invitation);
      await prepare?.(begun);
      const before = await attack.recorded();
      const answer = await act(begun);
      const page = await answer.text();
      const [status, code] = meets;
      assert.equal(answer.status, status, page);
      if (code !== undefined) assert.ok(page.includes(code), page);
      assert.equal(answer.headers.get('location'), null, 'nobody is sent anywhere');
      if (code !== undefined) {
        // Nothing is framed, kept, guessed or told to the next site: https://www.w3.org/TR/CSP3/#directive-frame-ancestors
        const policy = answer.headers.get('content-security-policy') ?? '';
        for (const part of ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"])
          assert.ok(policy.includes(part), policy);
        assert.doesNotMatch(policy, /unsafe/);
        assert.equal(answer.headers.get('cache-control'), 'no-store');
        assert.equal(answer.headers.get('x-content-type-options'), 'nosniff');
        assert.equal(answer.headers.get('referrer-policy'), 'no-referrer');
      }
      besides?.(page, answer);
      assert.deepEqual(await attack.recorded(), before);
    });
  }
});

describe('a return address', () => {
  for (const returnUrl of [
    'https://evil.example/',
    'https://portal.example.com@evil.example/',
    'https://portal.example.com.evil.example/',
    'https:\\\\evil.example\\',
    'https://evil.example\\@portal.example.com/',
    '//evil.example/',
    'javascript:alert(document.cookie)',
    'data:text/html,<script>alert(1)</script>',
    'http://portal.example.com/',
    'https://portal.example.com:8443/',
    'https://portal.example.com/\r\nSet-Cookie: a=b',
  ]) {
    test(`is refused as ${JSON.stringify(returnUrl)}, and nobody is invited`, async () => {
      const before = await attack.recorded();
      const answer = await attack.invite({ ...named, returnUrl });
      assert.equal(answer.status, 400);
      const { code, field } = z.looseObject({}).parse(await answer.json());
      assert.deepEqual([code, field], ['REQUEST_INVALID', '/returnUrl']);
      assert.deepEqual(await attack.recorded(), before);
    });
  }

  test('that is allowed stands in the invitation, whatever the link is opened with', async () => {
    const answer = await attack.invite({ ...named, returnUrl: 'https://portal.example.com/done' });
    assert.equal(answer.status, 201);
    const { returnUrl } = z.looseObject({}).parse(await answer.json());
    assert.equal(returnUrl, 'https://portal.example.com/done');
  });
});

test('parameters of the attacker’s beside the invitation change nothing of where Entra sends the browser back', async () => {
  const { signed } = await attack.begin(named);
  const evil = 'https://evil.example/';
  const query = { invitation: signed, redirect_uri: evil, returnUrl: evil, state: evil, client_id: evil, tenant: evil };
  const answer = await attack.get(attack.url('consentStart', query));
  const location = new URL(answer.headers.get('location') ?? '');
  assert.equal(location.origin, stack.cloud.urls.entra);
  assert.ok(!location.href.includes('evil.example'));
  assert.equal(
    location.searchParams.get('redirect_uri'),
    `${stack.settings['TENANTPOST_PUBLIC_URL']}/api/consent/callback`,
  );
});

test('the page of an invitation may not be framed, and opening it spends nothing', async () => {
  const { signed } = await attack.begin(named);
  const before = await attack.recorded();
  for (let at = 0; at < 2; at += 1) {
    const page = await attack.get(attack.url('consentInvitation', { invitation: signed }));
    assert.equal(page.status, 200);
    assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/);
  }
  assert.deepEqual(await attack.recorded(), before);
});

test('of ten callbacks with one state at the same moment one is believed', async () => {
  const begun = await attack.begin(named);
  const answers = await Promise.all(Array.from({ length: 10 }, () => attack.callback(good(begun), begun.browser)));
  const statuses = answers.map(({ status }) => status).sort();
  assert.deepEqual(statuses, [303, ...Array.from({ length: 9 }, () => 409)]);
});

test('two administrators with one link end well both, and the invitation is bound once', async () => {
  const first = await attack.begin(named);
  const second = { ...first, ...(await attack.start(first.signed)) };
  const answers = await Promise.all([first, second].map((one) => attack.callback(good(one), one.browser)));
  assert.deepEqual(
    answers.map(({ status }) => status),
    [303, 303],
  );
  assert.ok((await attack.recorded()).includes(`${first.invitationId} ${active.id}`));
});

test('an open invitation makes one tenant pending at most, marked as claimed, and that keeps nobody out', async () => {
  // The vendor's own tenant, which nobody has brought in.
  const unknown = { id: vendor.tenantId };
  const begun = await attack.begin(open);
  const again = await attack.start(begun.signed);
  assert.equal((await attack.callback({ ...good(begun), tenant: unknown.id }, begun.browser)).status, 303);
  const row = (await attack.recorded()).find((one) => one.includes(`"rowKey":"${unknown.id}"`)) ?? '';
  assert.match(row, /"state":"pending"/);
  assert.match(row, /"claimed":true/);
  const other = { ...good(begun), state: again.state, tenant: crypto.randomUUID() };
  const refused = await attack.callback(other, again.browser);
  assert.deepEqual([refused.status, (await refused.text()).includes('INVITATION_USED')], [409, true]);

  const admins = await attack.begin({ tenant: unknown.id });
  assert.equal((await attack.callback({ ...good(admins), tenant: unknown.id }, admins.browser)).status, 303);
  const now = (await attack.recorded()).find((one) => one.includes(`"rowKey":"${unknown.id}"`)) ?? '';
  assert.match(now, /"claimed":false/);
});
