/** How Entra and Graph are reached without a token, and what Entra's directory tells. Needs loopback only. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, afterEach, before, describe, test } from 'node:test';
import { freePort } from '../../../../../local/free-port.ts';
import { reachHttps } from '../../../../../shared/adapters/probes/https-probe.ts';
import { lookUpTenant } from '../../../../../shared/adapters/probes/tenant-look-up.ts';
import { customers, startTestCloud, type TestCloud } from '../../../../support/cloud.ts';
import { withCode } from '../../../../support/failing.ts';
import { failureOf } from '../../../../support/failure-of.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
afterEach(() => cloud.faults.clear());
after(() => cloud.stop());

describe('a service', () => {
  test('is reached whatever it answers, and its clock is told', async () => {
    const graph = await reachHttps(`${cloud.urls.graph}/v1.0/`);
    assert.ok(graph.kind === 'reached' && graph.answered === 'HTTP 401');
    assert.ok(graph.ahead !== undefined && Math.abs(graph.ahead) < 2000, String(graph.ahead));
    cloud.faults.add({ service: 'graph', fault: { kind: 'clock', seconds: -900 } });
    const behind = await reachHttps(`${cloud.urls.graph}/v1.0/`);
    assert.ok(behind.kind === 'reached' && Math.abs((behind.ahead ?? 0) + 900_000) < 2000);
  });

  test('is not reached by a name that nobody has, at a closed port, or where it resets the connection', async () => {
    assert.equal((await reachHttps('https://entra.invalid/')).kind, 'unresolved');
    const closed = await freePort();
    assert.deepEqual(await reachHttps(`https://localhost:${closed}/`), {
      kind: 'unreachable',
      answered: 'ECONNREFUSED',
    });
    cloud.faults.add({ service: 'entra', fault: { kind: 'down' } });
    assert.equal((await reachHttps(cloud.urls.entra)).kind, 'unreachable');
  });

  test('is not waited for when it does not answer', async () => {
    cloud.faults.add({ service: 'graph', fault: { kind: 'silence' } });
    assert.deepEqual(await reachHttps(cloud.urls.graph, 200), { kind: 'unreachable', answered: 'ETIMEDOUT' });
  });
});

describe('the directory', () => {
  const lookUp = (name: string) => lookUpTenant(cloud.urls.entra, name);

  test('knows a tenant by a domain and by its id', async () => {
    for (const name of [customers.contoso.domain, customers.contoso.id]) {
      const listed = await lookUp(name);
      assert.ok(listed.kind === 'found' && listed.tenantId === customers.contoso.id);
    }
  });

  test('knows no tenant of another domain', async () => {
    assert.equal((await lookUp('nobody.example')).kind, 'unknown');
  });

  test('of Entra refuses what does not exist by its number, and says in which cloud a tenant is', async () => {
    const answers: (readonly [status: number, body: unknown])[] = [
      [400, { error: 'invalid_tenant', error_codes: [90002] }],
      [
        200,
        {
          issuer: `https://login.microsoftonline.us/${customers.contoso.id}/v2.0`,
          ...{ cloud_instance_name: 'microsoftonline.us', tenant_region_sub_scope: 'DODCON' },
        },
      ],
      [200, { issuer: `https://sts.windows.net/${customers.contoso.id.toUpperCase()}/`, cloud_instance_name: '<b>' }],
    ];
    const server = createServer((_, response) => {
      const [status, body] = answers.shift() ?? [500, {}];
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const ask = () => lookUpTenant(url, 'contoso.example');
      const { id: tenantId } = customers.contoso;
      assert.deepEqual(await ask(), { kind: 'unknown', answered: 'AADSTS90002' });
      assert.deepEqual(await ask(), { kind: 'found', tenantId, instance: 'microsoftonline.us', region: 'DODCON' });
      assert.deepEqual(await ask(), { kind: 'found', tenantId });
      await assert.rejects(ask(), withCode('ENTRA_UNAVAILABLE'));
    } finally {
      server.close();
    }
  });

  test('gives no answer where a proxy’s page comes in its place, or nothing', async () => {
    for (const [fault, network] of [
      [{ kind: 'answer', status: 200, body: 'html' }, 'HTTP 200'],
      [{ kind: 'answer', status: 502, body: 'html' }, 'HTTP 502'],
      [{ kind: 'cut' }, 'ECONNRESET'],
    ] as const) {
      cloud.faults.clear();
      cloud.faults.add({ service: 'entra', fault });
      const error = await failureOf(lookUp(customers.contoso.domain));
      assert.deepEqual([error.code, error.detail['network']], ['ENTRA_UNAVAILABLE', network]);
    }
  });
});
