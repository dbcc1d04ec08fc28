/** The fault panel before services that are not as they should be. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { type FaultSurface, withFaults } from '../../../../local/cloud/faults/http-faults.ts';
import { type Respond, serve } from '../../../../local/cloud/serve.ts';
import { startTestCloud } from '../../../support/cloud.ts';
import { lastEntry } from './fault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
beforeEach(() => {
  cloud.faults.clear();
  cloud.journal.clear();
});

const surface: FaultSurface = {
  describe: ({ url }) => ({ operation: decodeURIComponent(new URL(url).pathname) }),
  refuse: (_request, { status }) => Response.json({ refused: status }, { status }),
};

/** Asks a service that answers so, under Graph's name. */
async function ask(respond: Respond, path = '/thing'): Promise<Response> {
  const listening = await serve('a test', withFaults(cloud, 'graph', respond, surface), { port: 0 });
  try {
    const response = await fetch(`http://127.0.0.1:${listening.port}${path}`);
    return new Response(await response.text(), response);
  } finally {
    await listening.stop();
  }
}

describe('journal', () => {
  test('knows a request that the service has not told of', async () => {
    assert.equal((await ask(() => new Response('ok', { status: 201 }))).status, 201);
    assert.deepEqual(lastEntry(cloud), { service: 'graph', operation: '/thing', status: 201 });
  });

  test('knows a request at which the service failed, by the name of the error alone', async () => {
    const fail = (): never => {
      throw new RangeError('with a secret in it');
    };
    assert.equal((await ask(fail)).status, 500);
    const entry = { service: 'graph', operation: '/thing', status: 500, reason: 'unexpected RangeError' };
    assert.deepEqual(lastEntry(cloud), entry);
  });

  test('has one entry where the service told of the request and failed then', async () => {
    await ask(() => {
      cloud.journal.record({ service: 'graph', operation: 'own', status: 200 });
      throw new Error('later');
    });
    assert.deepEqual(
      cloud.journal.entries.map(({ operation }) => operation),
      ['own'],
    );
  });
});

describe('rules', () => {
  test('a path that the service cannot decode is its own to refuse', async () => {
    cloud.faults.add({ service: 'graph', operation: '/thing', fault: { kind: 'answer', status: 503 } });
    assert.equal((await ask(() => new Response('own', { status: 400 }), '/%E0%A4%A')).status, 400);
    assert.equal(lastEntry(cloud).operation, 'other');
  });

  test('a fault after accepting is not used up by a service that failed', async () => {
    cloud.faults.add({ service: 'graph', times: 1, fault: { kind: 'answer', status: 504, when: 'after' } });
    assert.equal((await ask(() => Promise.reject(new Error('failed')))).status, 500);
    assert.equal((await ask(() => new Response('ok'))).status, 504);
  });

  test('a redirect is an acceptance', async () => {
    cloud.faults.add({ service: 'graph', fault: { kind: 'answer', status: 504, when: 'after' } });
    const redirect = () => new Response(null, { status: 302, headers: { location: '/elsewhere' } });
    assert.equal((await ask(redirect)).status, 504);
  });

  test('another media type is put on an answer whose headers cannot be changed', async () => {
    cloud.faults.add({ service: 'graph', fault: { kind: 'content-type', contentType: 'text/css' } });
    const response = await ask(() => fetch('data:application/json,{}'));
    assert.equal(response.headers.get('content-type'), 'text/css');
  });
});
