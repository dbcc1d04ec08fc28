/** The fault panel before the local cloud's Entra: what each trouble is called, and that it costs exactly one request. */

import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { decodeJwt } from 'jose';
import type { Fault, FaultRuleInput } from '../../../../../local/cloud/faults/fault-rule.ts';
import { EntraTokenIssuer } from '../../../../../shared/adapters/entra/entra-token-issuer.ts';
import type { ErrorCode, SafeDetail } from '../../../../../shared/errors.ts';
import {
  addTenant,
  anAssertion,
  anEnterpriseApp,
  graphResource,
  startTestCloud,
  vendor,
} from '../../../../support/cloud.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { rotationPresenting } from '../../../../support/rotation.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const issuer = new EntraTokenIssuer({
  rotation: rotationPresenting(async (tenantId) => ({ assertion: await anAssertion(cloud, { tenantId }) })),
  clientId: vendor.appId,
  authorityUrl: cloud.urls.entra,
  authorityIsKnown: false,
  audiences: { graph: graphResource },
});

function consented(): string {
  const { id } = addTenant(cloud);
  cloud.state.enterpriseApps.push(anEnterpriseApp({ tenantId: id }));
  return id;
}

const hitsOf = (id: string): number | undefined => cloud.faults.list().find(({ rule }) => rule.id === id)?.hits;

interface Row {
  readonly what: string;
  readonly fault: FaultRuleInput['fault'];
  readonly code: ErrorCode;
  readonly detail: SafeDetail;
  /** Seconds until Entra may be asked again: from, to. */
  readonly wait?: readonly [number, number];
  readonly operation?: 'discovery';
}

const answer = (status: number, more: Partial<Extract<FaultRuleInput['fault'], { kind: 'answer' }>> = {}) =>
  ({ kind: 'answer', status, ...more }) as const;

const rows: readonly Row[] = [
  {
    what: '429 with Retry-After in seconds',
    fault: answer(429, { retryAfter: { seconds: 30 } }),
    code: 'ENTRA_THROTTLED',
    detail: { aadsts: 90055 },
    wait: [30, 30],
  },
  {
    what: '429 with Retry-After as a date',
    fault: answer(429, { retryAfter: { seconds: 40, as: 'date' } }),
    code: 'ENTRA_THROTTLED',
    detail: { aadsts: 90055 },
    wait: [30, 40],
  },
  {
    what: '429 that asks to wait for two days',
    fault: answer(429, { retryAfter: { seconds: 172_800, as: 'date' } }),
    code: 'ENTRA_THROTTLED',
    detail: { aadsts: 90055 },
    wait: [3600, 3600],
  },
  { what: '429 without Retry-After', fault: answer(429), code: 'ENTRA_THROTTLED', detail: { aadsts: 90055 } },
  {
    what: '429 without a body',
    fault: answer(429, { body: 'empty', retryAfter: { seconds: 7 } }),
    code: 'ENTRA_THROTTLED',
    detail: { status: 429 },
    wait: [7, 7],
  },
  {
    what: '429 to the discovery of the authority',
    fault: answer(429, { retryAfter: { seconds: 9 } }),
    operation: 'discovery',
    code: 'ENTRA_THROTTLED',
    // MSAL keeps nothing of Entra's text here.
    detail: { status: 429, oauthError: 'temporarily_unavailable' },
    wait: [9, 9],
  },
  {
    what: '503 with Retry-After',
    fault: answer(503, { retryAfter: { seconds: 20 } }),
    code: 'ENTRA_UNAVAILABLE',
    detail: { aadsts: 90033 },
    wait: [20, 20],
  },
  { what: '503 without Retry-After', fault: answer(503), code: 'ENTRA_UNAVAILABLE', detail: { aadsts: 90033 } },
  { what: '500', fault: answer(500), code: 'ENTRA_UNAVAILABLE', detail: { aadsts: 50000 } },
  { what: '502 with a page', fault: answer(502, { body: 'html' }), code: 'ENTRA_UNAVAILABLE', detail: { status: 502 } },
  { what: '200 with a page', fault: answer(200, { body: 'html' }), code: 'ENTRA_UNAVAILABLE', detail: { status: 200 } },
  {
    what: '404 in plain text',
    fault: answer(404, { body: 'text' }),
    code: 'ENTRA_UNAVAILABLE',
    detail: { status: 404 },
  },
  {
    what: '407 without a body',
    fault: answer(407, { body: 'empty' }),
    code: 'ENTRA_UNAVAILABLE',
    detail: { status: 407 },
  },
  {
    what: 'a refusal of Conditional Access',
    fault: answer(400, { code: 'AADSTS53003' }),
    code: 'APP_BLOCKED',
    detail: { aadsts: 53003 },
  },
  {
    what: 'a connection cut before Entra saw the request',
    fault: { kind: 'cut' },
    code: 'ENTRA_UNAVAILABLE',
    detail: {},
  },
  {
    what: 'a connection cut when the token was on its way',
    fault: { kind: 'cut', when: 'after' },
    code: 'ENTRA_UNAVAILABLE',
    detail: {},
  },
  { what: 'silence', fault: { kind: 'silence' }, code: 'ENTRA_UNAVAILABLE', detail: {} },
  { what: 'an answer that never ends', fault: { kind: 'endless' }, code: 'ENTRA_UNAVAILABLE', detail: {} },
];

/** What takes as long as the client is willing to wait. */
const slow: readonly Fault['kind'][] = ['silence', 'endless'];

describe('one request for one call of', { concurrency: true }, () => {
  for (const { what, fault, code, detail, wait, operation = 'token' } of rows) {
    test(`${what}, and it is ${code}`, { timeout: 60_000 }, async () => {
      const tenantId = consented();
      const rule = cloud.faults.add({ service: 'entra', operation, tenantId, fault });
      const error = await failureOf(issuer.request(tenantId, 'graph'));
      assert.equal(error.code, code);
      assert.deepEqual(error.detail, { tenantId, ...detail });
      const [from, to] = wait ?? [undefined, undefined];
      const seconds = error.retryAfterSeconds;
      if (from === undefined) assert.equal(seconds, undefined);
      else assert.ok(seconds !== undefined && seconds >= from && seconds <= to, `${seconds} s`);
      assert.equal(hitsOf(rule), 1, 'nobody repeated the request');

      if (!slow.includes(fault.kind)) {
        assert.equal((await failureOf(issuer.request(tenantId, 'graph'))).code, code);
        assert.equal(hitsOf(rule), 2, 'nobody refused on behalf of Entra');
      }
      // And what was met before holds nothing up.
      assert.ok(cloud.faults.remove(rule));
      assert.equal(decodeJwt(await issuer.request(tenantId, 'graph'))['tid'], tenantId);
    });
  }
});

test('a client that asks in a loop is ENTRA_THROTTLED for the time that Entra names, tenant by tenant', async (t) => {
  cloud.state.loopDetection = { requests: 3, seconds: 300 };
  t.after(() => {
    delete cloud.state.loopDetection;
  });
  const [tenantId, other] = [consented(), consented()];
  for (let round = 0; round < 2; round += 1) await issuer.request(tenantId, 'graph');
  const { code, detail, retryAfterSeconds } = await failureOf(issuer.request(tenantId, 'graph'));
  assert.deepEqual([code, detail, retryAfterSeconds], ['ENTRA_THROTTLED', { tenantId, aadsts: 50196 }, 60]);
  assert.equal(decodeJwt(await issuer.request(other, 'graph'))['tid'], other);
});

test('while Entra resets every connection it is ENTRA_UNAVAILABLE, for one connection a call', async (t) => {
  const tenantId = consented();
  const rule = cloud.faults.add({ service: 'entra', fault: { kind: 'down' } });
  t.after(() => cloud.faults.remove(rule));
  const { code, detail } = await failureOf(issuer.request(tenantId, 'graph'));
  assert.deepEqual([code, detail], ['ENTRA_UNAVAILABLE', { tenantId }]);
  assert.equal(hitsOf(rule), 1);
});
