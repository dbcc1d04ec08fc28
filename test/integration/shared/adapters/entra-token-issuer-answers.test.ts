/** Answers of the token endpoint that the local cloud does not give: passing faults, throttling, and nothing at all. */

import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { after, describe, test } from 'node:test';
import { setTimeout as wait } from 'node:timers/promises';
import { EntraTokenIssuer } from '../../../../shared/adapters/entra-token-issuer.ts';
import type { ErrorCode } from '../../../../shared/errors.ts';
import { clientId, graphResource } from '../../../support/app-identity.ts';
import { failureOf, shownOf } from '../../../support/failure-of.ts';
import { startScriptedEntra } from '../../../support/scripted-entra.ts';

const entra = await startScriptedEntra();
after(() => entra.stop());

const assertion = 'aaaaaaaaaaaa.bbbbbbbbbbbb.cccccccccccc';
const issuer = new EntraTokenIssuer({
  credential: { assertion: () => Promise.resolve(assertion), describe: () => assert.fail('nobody asks') },
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

const answers: readonly [string, Answer, ErrorCode][] = [
  ['429 with Retry-After and AADSTS90055', refusal(429, 90055, { 'retry-after': '30' }), 'ENTRA_UNAVAILABLE'],
  ['429 without a body', plainly(429, { 'retry-after': '30' }), 'ENTRA_UNAVAILABLE'],
  ['400 with Retry-After and AADSTS50196', refusal(400, 50196, { 'retry-after': '30' }), 'ENTRA_UNAVAILABLE'],
  ['503 with AADSTS90033', refusal(503, 90033), 'ENTRA_UNAVAILABLE'],
  ['503 without a body', plainly(503), 'ENTRA_UNAVAILABLE'],
  ['504 of a proxy in between', plainly(504, { 'content-type': 'text/html' }, '<h1>Gateway</h1>'), 'ENTRA_UNAVAILABLE'],
  ['500 with AADSTS50000', refusal(500, 50000), 'TOKEN_REFUSED'],
  ['200 with a page', plainly(200, { 'content-type': 'text/html' }, '<h1>Sign in to Wi-Fi</h1>'), 'ENTRA_UNAVAILABLE'],
  ['200 without a token', plainly(200, json, '{"token_type":"Bearer","expires_in":3599}'), 'ENTRA_UNAVAILABLE'],
  ['302 to elsewhere', plainly(302, { location: 'https://elsewhere.example/' }), 'ENTRA_UNAVAILABLE'],
  ['400 without a number', plainly(400, json, '{"error":"invalid_client"}'), 'ENTRA_UNAVAILABLE'],
  ['400 with a number of no row', refusal(400, 123456), 'TOKEN_REFUSED'],
  ['a cut connection', (_response, socket) => void socket.destroy(), 'ENTRA_UNAVAILABLE'],
];

describe('an answer of', { concurrency: true }, () => {
  for (const [what, answer, code] of answers) {
    test(`${what} is ${code}, and the next request asks Entra again`, async () => {
      const tenantId = crypto.randomUUID();
      entra.answer(tenantId, answer);
      const error = await failureOf(issuer.request(tenantId, 'graph'));
      assert.deepEqual([error.code, error.detail['tenantId']], [code, tenantId]);
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
  entra.answer(tenantId, refusal(401, 700027));
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
    wait(15_000, undefined, { ref: false }),
  ]);
  assert.equal(error?.code, 'ENTRA_UNAVAILABLE', 'no answer for 15 s');
});
