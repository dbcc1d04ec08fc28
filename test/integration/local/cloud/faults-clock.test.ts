/** Services whose clocks are wrong, each by itself. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { anAssertion, aToken, entraError, grantedToken, requestToken, startTestCloud } from '../../../support/cloud.ts';
import { aMessage, refusal, send } from './graph-requests.ts';
import { ask as askVault } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
beforeEach(() => cloud.faults.clear());

const hour = 3600;
const setClock = (service: 'entra' | 'graph' | 'vault', seconds: number): string =>
  cloud.faults.add({ service, fault: { kind: 'clock', seconds } });

const sendWith = (token: string) => send(cloud, { message: aMessage() }, { token });

describe('Graph', () => {
  test('two hours ahead takes a good token for expired', async () => {
    const token = await aToken(cloud);
    assert.equal((await sendWith(token)).status, 202);
    const id = setClock('graph', 2 * hour);
    const refused = await refusal(await sendWith(token));
    assert.deepEqual([refused.status, refused.code], [401, 'InvalidAuthenticationToken']);
    assert.equal(cloud.journal.entries.at(-1)?.reason, 'token refused: expired');
    cloud.faults.remove(id);
    assert.equal((await sendWith(token)).status, 202);
  });

  test('an hour behind takes a good token for not yet valid', async () => {
    const token = await aToken(cloud);
    setClock('graph', -hour);
    const refused = await refusal(await sendWith(token));
    assert.deepEqual([refused.status, refused.code], [401, 'InvalidAuthenticationToken']);
    assert.equal(cloud.journal.entries.at(-1)?.reason, 'token refused: not-yet-valid');
  });

  test('does not set the clock of Entra or Key Vault', async () => {
    setClock('graph', 2 * hour);
    assert.equal((await requestToken(cloud)).status, 200);
    assert.equal((await askVault(cloud, 'certificates/tenantpost')).status, 200);
  });
});

describe('the Date of an answer', () => {
  test('is by the clock of the service that gives it, also of a refusal', async () => {
    setClock('graph', -2 * hour);
    const graph = await cloud.fetch(`${cloud.urls.graph}/v1.0/users/nobody/sendMail`);
    const entra = await cloud.fetch(`${cloud.urls.entra}/organizations/v2.0/.well-known/openid-configuration`);
    const behind = [graph, entra].map(({ headers }) => Date.now() - Date.parse(headers.get('date') ?? ''));
    assert.ok(Math.abs((behind[0] ?? NaN) - 2 * hour * 1000) < 5000, String(behind));
    assert.ok(Math.abs(behind[1] ?? NaN) < 5000, String(behind));
  });
});

describe('Key Vault', () => {
  test('refuses by its own clock', async () => {
    setClock('vault', 2 * hour);
    assert.equal((await askVault(cloud, 'certificates/tenantpost')).status, 401);
    assert.equal((await sendWith(await aToken(cloud))).status, 202);
  });
});

describe('Entra', () => {
  const codes = async (response: Response): Promise<number[]> => (await entraError(response)).error_codes;

  test('an hour ahead refuses a good assertion as expired', async () => {
    const client_assertion = await anAssertion(cloud);
    setClock('entra', hour);
    assert.deepEqual(await codes(await requestToken(cloud, { form: { client_assertion } })), [700024]);
  });

  test('an hour behind takes a certificate that is newer for one that is not valid yet', async () => {
    const client_assertion = await anAssertion(cloud);
    setClock('entra', -hour);
    assert.deepEqual(await codes(await requestToken(cloud, { form: { client_assertion } })), [700027]);
  });

  test('issues tokens by its own clock, which others may refuse', async () => {
    setClock('entra', hour);
    const now = Math.floor(Date.now() / 1000);
    const claims = { nbf: now + hour, iat: now + hour, exp: now + hour + 600 };
    const client_assertion = await anAssertion(cloud, { claims });
    const { claims: granted, access_token } = await grantedToken(
      await requestToken(cloud, { form: { client_assertion } }),
    );
    assert.ok(Math.abs(Number(granted.iat) - (now + hour - 300)) <= 2);
    assert.equal((await refusal(await sendWith(access_token))).status, 401);
    assert.equal(cloud.journal.entries.at(-1)?.reason, 'token refused: not-yet-valid');
  });
});
