/** Answers of the token endpoint that the local cloud does not give: passing faults, throttling, and nothing at all. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { EntraTokenIssuer } from '../../../../../shared/adapters/entra/entra-token-issuer.ts';
import type { ErrorCode, SafeDetail } from '../../../../../shared/errors.ts';
import { clientId, graphResource } from '../../../../support/app-identity.ts';
import { failureOf, shownOf } from '../../../../support/failure-of.ts';
import { rotationPresenting } from '../../../../support/rotation.ts';
import { startScriptedEntra } from '../../../../support/scripted-entra.ts';

const entra = await startScriptedEntra();
after(() => entra.stop());

const assertion = 'aaaaaaaaaaaa.bbbbbbbbbbbb.cccccccccccc';
const issuer = new EntraTokenIssuer({
  rotation: rotationPresenting({ assertion }),
  clientId,
  authorityUrl: entra.url,
  authorityIsKnown: false,
  audiences: { graph: graphResource },
});

type Answer = (response: ServerResponse, socket: Socket) => void;

const json = { 'content-type': 'application/json; charset=utf-8' };

/** A refusal as Entra words it. */
function refusal(status: number, number: number, headers: Record<string, string> = {}): Answer {
  const description = `AADSTS${number}: Words.\r\nTrace ID: t\r\nCorrelation ID: c\r\nTimestamp: 2026-01-09 02:02:12Z`;
  const body = { error: 'invalid_client', error_description: description, error_codes: [number] };
  return (response) => void response.writeHead(status, { ...json, ...headers }).end(JSON.stringify(body));
}

const plainly =
  (status: number, headers: Record<string, string> = {}, body = ''): Answer =>
  (response) =>
    void response.writeHead(status, headers).end(body);

interface Row {
  readonly what: string;
  readonly answer: Answer;
  readonly code: ErrorCode;
  readonly detail?: SafeDetail;
  readonly wait?: number;
}

const page = { 'content-type': 'text/html' };

const answers: readonly Row[] = [
  {
    what: '429 with Retry-After and AADSTS90055',
    answer: refusal(429, 90055, { 'retry-after': '30' }),
    code: 'ENTRA_THROTTLED',
    detail: { aadsts: 90055 },
    wait: 30,
  },
  { what: '429 without Retry-After', answer: refusal(429, 90055), code: 'ENTRA_THROTTLED', detail: { aadsts: 90055 } },
  {
    what: '429 without a body',
    answer: plainly(429, { 'retry-after': '30' }),
    code: 'ENTRA_THROTTLED',
    detail: { status: 429 },
    wait: 30,
  },
  {
    what: '429 that asks to wait for a day',
    answer: plainly(429, { 'Retry-After': '86400' }),
    code: 'ENTRA_THROTTLED',
    detail: { status: 429 },
    wait: 3600,
  },
  {
    what: '429 with a Retry-After that is no time',
    answer: plainly(429, { 'retry-after': 'later' }),
    code: 'ENTRA_THROTTLED',
    detail: { status: 429 },
  },
  {
    what: '400 with Retry-After and AADSTS50196',
    answer: refusal(400, 50196, { 'retry-after': '60' }),
    code: 'ENTRA_THROTTLED',
    detail: { aadsts: 50196 },
    wait: 60,
  },
  { what: '503 with AADSTS90033', answer: refusal(503, 90033), code: 'ENTRA_UNAVAILABLE', detail: { aadsts: 90033 } },
  {
    what: '503 with Retry-After and no body',
    answer: plainly(503, { 'retry-after': '5' }),
    code: 'ENTRA_UNAVAILABLE',
    detail: { status: 503 },
    wait: 5,
  },
  {
    what: '504 of a proxy in between',
    answer: plainly(504, page, '<h1>Gateway</h1>'),
    code: 'ENTRA_UNAVAILABLE',
    detail: { status: 504 },
  },
  { what: '500 with AADSTS50000', answer: refusal(500, 50000), code: 'ENTRA_UNAVAILABLE', detail: { aadsts: 50000 } },
  {
    what: '200 with a page',
    answer: plainly(200, page, '<h1>Sign in to Wi-Fi</h1>'),
    code: 'ENTRA_UNAVAILABLE',
    detail: { status: 200 },
  },
  {
    what: '200 without a token',
    answer: plainly(200, json, '{"token_type":"Bearer","expires_in":3599}'),
    code: 'ENTRA_UNAVAILABLE',
  },
  {
    what: '302 to elsewhere',
    answer: plainly(302, { location: 'https://elsewhere.example/' }),
    code: 'ENTRA_UNAVAILABLE',
  },
  {
    what: '404 with a page, as of a wrong address',
    answer: plainly(404, page, '<h1>Not Found</h1>'),
    code: 'ENTRA_UNAVAILABLE',
    detail: { status: 404 },
  },
  {
    what: '407 of a proxy in between',
    answer: plainly(407, page, '<h1>Proxy</h1>'),
    code: 'ENTRA_UNAVAILABLE',
    detail: { status: 407 },
  },
  {
    what: '400 in the words of OAuth without a number',
    answer: plainly(400, json, '{"error":"invalid_client"}'),
    code: 'TOKEN_REFUSED',
    detail: { status: 400, oauthError: 'invalid_client' },
  },
  {
    what: '400 with a number of no row',
    answer: refusal(400, 123456),
    code: 'TOKEN_REFUSED',
    detail: { aadsts: 123456, entra: 'Words.' },
  },
  {
    what: 'a cut connection',
    answer: (_response, socket) => void socket.destroy(),
    code: 'ENTRA_UNAVAILABLE',
    detail: {},
  },
];

describe('an answer of', { concurrency: true }, () => {
  for (const { what, answer, code, detail, wait } of answers) {
    test(`${what} is ${code}, and the next request asks Entra again`, async () => {
      const tenantId = crypto.randomUUID();
      entra.answer(tenantId, answer);
      const error = await failureOf(issuer.request(tenantId, 'graph'));
      assert.deepEqual([error.code, error.detail['tenantId']], [code, tenantId]);
      if (detail !== undefined) assert.deepEqual(error.detail, { tenantId, ...detail });
      assert.equal(error.retryAfterSeconds, wait);
      assert.ok(error.cause instanceof Error);
      assert.equal(entra.tokenRequestsOf(tenantId).length, 1, 'one request, not repeated by the SDK');
      assert.equal(shownOf(error).includes('bbbbbbbbbbbb'), false);

      assert.equal((await failureOf(issuer.request(tenantId, 'graph'))).code, code);
      assert.equal(entra.tokenRequestsOf(tenantId).length, 2, 'no throttle within the client');
      const token = `${Buffer.from('{"alg":"none"}').toString('base64url')}.e30.`;
      entra.answer(tenantId, plainly(200, json, JSON.stringify({ access_token: token, expires_in: 3599 })));
      assert.equal(await issuer.request(tenantId, 'graph'), token);
    });
  }
});

test('the assertion goes to the token endpoint in the form of RFC 7523, with the scope of all permissions', async () => {
  const tenantId = crypto.randomUUID();
  // No word about the proof, which would be tried no more for a while.
  entra.answer(tenantId, refusal(400, 700016));
  await failureOf(issuer.request(tenantId, 'graph'));
  const form = new URLSearchParams(entra.tokenRequestsOf(tenantId)[0]?.body);
  assert.equal(form.get('client_assertion'), assertion);
  assert.equal(form.get('client_assertion_type'), 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer');
  assert.equal(form.get('grant_type'), 'client_credentials');
  assert.equal(form.get('client_id'), clientId);
  assert.equal(form.get('scope')?.split(' ')[0], `${graphResource}/.default`);
});

test('an Entra that takes the request and never answers is ENTRA_UNAVAILABLE after a while', async () => {
  const tenantId = crypto.randomUUID();
  entra.answer(tenantId, () => undefined);
  // Everybody who wants a token of the tenant waits for this one request.
  const error = await Promise.race([
    failureOf(issuer.request(tenantId, 'graph')),
    sleep(15_000, undefined, { ref: false }),
  ]);
  assert.equal(error?.code, 'ENTRA_UNAVAILABLE', 'no answer for 15 s');
});
