/** Faults and journal by the control API. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { faultPresets } from '../../../../local/cloud/faults/presets.ts';
import { customers, requestToken, startTestCloud } from '../../../support/cloud.ts';
import { control, did, problem, refuses } from './control-requests.ts';
import { asked, isReset } from './fault-requests.ts';
import { aMessage, anna, send, sender } from './graph-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
beforeEach(() => {
  cloud.faults.clear();
  cloud.journal.clear();
});

const busy = { kind: 'answer', status: 429, retryAfter: { seconds: 7 } };

describe('faults', () => {
  test('a rule that is added hits, is listed with its hits, and is gone when it is removed', async () => {
    const response = await control(cloud, 'POST', '/faults', { service: 'graph', mailbox: sender, fault: busy });
    assert.equal(response.status, 201);
    assert.equal(response.headers.get('location'), '/api/faults/fault-1');
    assert.deepEqual(await response.json(), { id: 'fault-1' });

    const answer = await send(cloud, { message: aMessage() });
    assert.deepEqual([answer.status, answer.headers.get('retry-after')], [429, '7']);
    const rule = {
      id: 'fault-1',
      service: 'graph',
      mailbox: sender,
      fault: { ...busy, retryAfter: { seconds: 7, as: 'seconds' }, body: 'service', when: 'before' },
    };
    assert.deepEqual(await did(cloud, 'GET', '/faults'), { faults: [{ rule, hits: 1 }] });

    await did(cloud, 'DELETE', '/faults/fault-1');
    assert.equal((await send(cloud, { message: aMessage() })).status, 202);
    await refuses(control(cloud, 'DELETE', '/faults/fault-1'), 404);
  });

  test('all are removed at once', async () => {
    for (const service of ['graph', 'vault']) await did(cloud, 'POST', '/faults', { service, fault: busy });
    await did(cloud, 'DELETE', '/faults');
    assert.deepEqual(cloud.faults.list(), []);
  });

  test('a wrong rule is refused with every field that is wrong', async () => {
    const rule = { service: 'smtp', times: 0, tenantId: 'contoso', fault: { kind: 'endless' } };
    await refuses(control(cloud, 'POST', '/faults', rule), 400, ['tenantId', 'times', 'fault.kind']);
  });

  test('an id that is taken is refused', async () => {
    const rule = { id: 'mine', service: 'graph', fault: busy };
    await did(cloud, 'POST', '/faults', rule);
    await refuses(control(cloud, 'POST', '/faults', rule), 400, ['id']);
  });

  test('presets are listed and added by name', async () => {
    const { presets } = await did(cloud, 'GET', '/presets');
    assert.deepEqual(presets, JSON.parse(JSON.stringify(faultPresets)));
    assert.deepEqual(await did(cloud, 'POST', '/faults', { preset: 'identity-down' }), { id: 'identity-down' });
    await isReset(asked.identity.ask(cloud));
  });

  test('an unknown preset is refused with the names that there are', async () => {
    const { status, detail, fields } = await problem(await control(cloud, 'POST', '/faults', { preset: 'all-down' }));
    assert.deepEqual([status, fields], [400, ['preset']]);
    assert.match(detail, /entra-down/);
  });
});

const listed = z.object({
  entries: z.array(
    z.looseObject({ at: z.iso.datetime(), service: z.string(), status: z.number(), outcome: z.string() }),
  ),
});

describe('journal', () => {
  const find = async (query: string): Promise<string[]> => {
    const { entries } = listed.parse(await did(cloud, 'GET', `/journal${query}`));
    return entries.map(({ service, status, outcome }) => `${service} ${status} ${outcome}`);
  };

  test('is found by service, operation, tenant, mailbox, fault, outcome and time, oldest first', async () => {
    const since = Date.now();
    cloud.faults.add({ id: 'busy', service: 'graph', mailbox: anna, fault: { kind: 'answer', status: 503 } });
    await requestToken(cloud);
    await requestToken(cloud, { form: { scope: undefined } });
    await send(cloud, { message: aMessage() }, { as: anna });
    const all = ['entra 200 accepted', 'entra 400 refused', 'graph 503 faulted'];
    assert.deepEqual(await find(''), all);
    assert.deepEqual(await find('?service=entra'), all.slice(0, 2));
    assert.deepEqual(await find('?operation=sendMail'), all.slice(2));
    assert.deepEqual(await find(`?tenantId=${customers.contoso.id}&outcome=accepted`), all.slice(0, 1));
    assert.deepEqual(await find(`?mailbox=${anna.toUpperCase()}`), all.slice(2));
    assert.deepEqual(await find('?fault=busy'), all.slice(2));
    assert.deepEqual(await find('?outcome=refused'), all.slice(1, 2));
    assert.deepEqual(await find('?limit=2'), all.slice(1));
    assert.deepEqual(await find(`?since=${since}`), all);
    assert.deepEqual(await find(`?since=${new Date(since).toISOString()}`), all);
    assert.deepEqual(await find(`?since=${new Date(Date.now() + 60_000).toISOString()}`), []);
  });

  test('says of a request what the services recorded, and holds no secret', async () => {
    await requestToken(cloud);
    const { entries } = z.object({ entries: z.array(z.looseObject({})) }).parse(await did(cloud, 'GET', '/journal'));
    const [{ at: _at, request, certificate, ...entry } = assert.fail()] = entries;
    // The thumbprint of the certificate that was shown, SHA-256 in base64url.
    assert.match(String(certificate), /^[\w-]{43}$/);
    assert.deepEqual(entry, {
      service: 'entra',
      operation: 'token',
      status: 200,
      tenantId: customers.contoso.id,
      outcome: 'accepted',
    });
    assert.equal(z.looseObject({ method: z.string() }).parse(request).method, 'POST');
  });

  test('is forgotten when it is asked to, and the portal itself is never in it', async () => {
    await requestToken(cloud);
    await did(cloud, 'DELETE', '/journal');
    assert.deepEqual(await find(''), []);
    assert.deepEqual(cloud.journal.entries, []);
  });
});
