import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import type { VaultLimits } from '../../../../local/cloud/state.ts';
import { startTestCloud, vendor } from '../../../support/cloud.ts';
import { addKey, administrator, errorOf, lastEntry } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const ask = await administrator(cloud);
const digest = Buffer.alloc(32, 7).toString('base64url');
const small = addKey(cloud);
const large = addKey(cloud, {}, 4096);

/** Every test begins a window of its own: the clock moves on, as far as tokens allow. */
let skew = 0;
beforeEach(() => {
  cloud.faults.clear();
  skew += 11;
  cloud.faults.add({ service: 'vault', fault: { kind: 'clock', seconds: skew } });
});

const limit = (limits: VaultLimits): void => {
  cloud.state.vault = { limits };
};

/** The statuses of so many requests, one after the other. */
async function statuses(times: number, request: () => Promise<{ status: number }>): Promise<number[]> {
  const found: number[] = [];
  for (let time = 0; time < times; time += 1) found.push((await request()).status);
  return found;
}

const sign = ({ name }: { name: string }) => ask(`keys/${name}/sign`, { json: { alg: 'PS256', value: digest } });
const read = () => ask(`certificates/${vendor.certificateName}`);

describe('a vault that was asked too much in ten seconds', () => {
  test("answers 429 with the service's sentence, and says nothing about when to come again", async () => {
    limit({ other: 3 });
    assert.deepEqual(await statuses(3, read), [200, 200, 200]);
    const answer = await read();
    assert.equal(answer.status, 429);
    assert.deepEqual(answer.body, {
      error: {
        code: 'Throttled',
        message:
          'Request was not processed because too many requests were received. Reason: VaultRequestTypeLimitReached',
      },
    });
    assert.equal(answer.headers.get('retry-after'), null);
    assert.ok(answer.headers.get('x-ms-keyvault-region'));
    assert.deepEqual(lastEntry(cloud), {
      service: 'vault',
      operation: 'getCertificate',
      status: 429,
      code: 'Throttled',
      reason: 'over the limit of other',
    });
  });

  test('answers again when they are over, and does not count what it refused', async () => {
    limit({ other: 2 });
    assert.deepEqual(await statuses(5, read), [200, 200, 429, 429, 429]);
    skew += 11;
    cloud.faults.add({ service: 'vault', fault: { kind: 'clock', seconds: 11 } });
    assert.deepEqual(await statuses(3, read), [200, 200, 429]);
  });

  test('begins anew where its clock was set back', async () => {
    limit({ other: 1 });
    assert.deepEqual(await statuses(2, read), [200, 429]);
    cloud.faults.add({ service: 'vault', fault: { kind: 'clock', seconds: -5 } });
    assert.deepEqual(await statuses(2, read), [200, 429]);
  });

  test('counts keys, secrets that are set, keys that are made, and the rest apart', async () => {
    limit({ other: 1, rsa2048: 1, createSecret: 1, createKey: 1 });
    for (const request of [
      read,
      () => sign(small),
      () => ask('secrets/one', { method: 'PUT', json: { value: 'x' } }),
      () => ask('keys/one/create', { json: { kty: 'RSA' } }),
    ]) {
      assert.deepEqual(await statuses(2, request), [200, 429]);
    }
  });

  test('weighs keys by their size: one operation of 4,096 bits costs eight of 2,048', async () => {
    limit({ rsa2048: 16, rsa4096: 2 });
    assert.deepEqual(await statuses(1, () => sign(large)), [200]);
    assert.deepEqual(await statuses(9, () => sign(small)), [...Array<number>(8).fill(200), 429]);
    assert.deepEqual(await statuses(1, () => sign(large)), [429]);
  });

  test('lets nobody without a token or a role use up its allowance', async () => {
    limit({ other: 1 });
    const refused = () => ask(`certificates/${vendor.certificateName}`, { token: null });
    assert.deepEqual(await statuses(3, refused), [401, 401, 401]);
    assert.deepEqual(await statuses(2, read), [200, 429]);
  });
});

test('without a setting twenty keys may be made in ten seconds, and far more be used', async () => {
  delete cloud.state.vault;
  // A body that is no description counts as well: nothing is made, which keeps this short.
  const make = () => ask('keys/many/create', { json: {} });
  assert.deepEqual(await statuses(21, make), [...Array<number>(20).fill(400), 429]);
  assert.deepEqual(new Set(await statuses(50, () => sign(small))), new Set([200]));
  assert.equal(errorOf(await make()).code, 'Throttled');
});
