/** A caller that goes away in the middle of its body: what the journal says of it, and that nothing is printed. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import type { Socket } from 'node:net';
import { after, before, beforeEach, test } from 'node:test';
import { outcomeOf } from '../../../../local/cloud/journal.ts';
import { aToken, startTestCloud, type TestCloud } from '../../../support/cloud.ts';
import { until } from '../../../support/line-dialog.ts';
import { sender } from './graph-requests.ts';

let cloud: TestCloud;
before(async () => {
  cloud = await startTestCloud();
});
after(() => cloud.stop());
beforeEach(() => cloud.journal.clear());

for (const [service, path] of [
  ['graph', `/v1.0/users/${sender}/sendMail`],
  ['vault', '/secrets/one?api-version=7.4'],
  ['upload', '/one'],
] as const) {
  test(`${service}: is noted as gone and not as a fault of the service, and no stack is printed`, async (t) => {
    const printed = [t.mock.method(console, 'error', () => {}), t.mock.method(console, 'log', () => {})];
    const sent = request(`${cloud.urls[service]}${path}`, {
      method: 'POST',
      ca: cloud.ca,
      headers: {
        authorization: `Bearer ${await aToken(cloud)}`,
        'content-type': 'application/json',
        'content-length': 1000,
      },
    });
    sent.on('error', () => {});
    const [socket] = (await once(sent, 'socket')) as [Socket];
    await once(socket, 'secureConnect');
    await new Promise<void>((flushed) => sent.write('{"message":', () => flushed()));
    sent.destroy();
    await until(() => cloud.journal.entries.at(-1)?.request?.milliseconds !== undefined);
    const { entries } = cloud.journal;
    assert.equal(entries.length, 1);
    for (const entry of entries) {
      assert.deepEqual([entry.status, entry.reason, entry.code], [0, 'the caller went away', undefined]);
      assert.equal(outcomeOf(entry), 'refused');
    }
    for (const { mock } of printed) assert.equal(mock.callCount(), 0);
  });
}
