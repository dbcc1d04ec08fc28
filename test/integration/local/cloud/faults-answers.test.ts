/** Answers that a fault puts in the place of a service's own. Needs loopback only. */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { z } from 'zod';
import { entraError, startTestCloud } from '../../../support/cloud.ts';
import { type AskedService, asked, askedServices, lastEntry } from './fault-requests.ts';
import { refusal } from './graph-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
beforeEach(() => {
  cloud.faults.clear();
  cloud.journal.clear();
  cloud.state.messages.length = 0;
});

const vaultError = z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) });
const identityError = z.strictObject({ statusCode: z.int(), message: z.string(), correlationId: z.guid() });

/** The code of an error in the service's own form; the message where the form has no code. */
const codeOf: Record<AskedService, (response: Response) => Promise<string>> = {
  entra: async (response) => (await entraError(response)).error_description.split(':')[0] ?? '',
  graph: async (response) => (await refusal(response)).code,
  vault: async (response) => vaultError.parse(await response.json()).error.code,
  identity: async (response) => identityError.parse(await response.json()).message,
};

const unexpected = 'An unexpected error occured while fetching the AAD Token.';
const expected: Record<AskedService, Record<number, string>> = {
  entra: { 429: 'AADSTS90055', 500: 'AADSTS50000', 503: 'AADSTS90033', 504: 'AADSTS90024' },
  graph: { 429: 'ApplicationThrottled', 500: 'ErrorInternalServerError', 503: 'ErrorServerBusy', 504: 'UnknownError' },
  vault: { 429: 'Throttled', 500: 'InternalServerError', 503: 'ServiceUnavailable', 504: 'InternalServerError' },
  identity: { 429: unexpected, 500: unexpected, 503: unexpected, 504: unexpected },
};

for (const service of askedServices) {
  const { operation, status: success, ask } = asked[service];

  describe(service, () => {
    for (const status of [429, 500, 503, 504]) {
      test(`answers ${status} in its own form, without Retry-After, and does nothing`, async () => {
        const id = cloud.faults.add({ service, fault: { kind: 'answer', status } });
        const response = await ask(cloud);
        assert.equal(response.status, status);
        assert.equal(response.headers.get('retry-after'), null);
        assert.equal(await codeOf[service](response), expected[service][status]);
        assert.deepEqual(cloud.state.messages, []);
        assert.equal(cloud.journal.entries.length, 1);
        const { tenantId: _tenant, mailbox: _mailbox, ...entry } = lastEntry(cloud);
        assert.deepEqual(entry, { service, operation, status, reason: 'fault: answer', fault: id });
      });
    }

    test('answers 429 with Retry-After in seconds', async () => {
      cloud.faults.add({ service, fault: { kind: 'answer', status: 429, retryAfter: { seconds: 17 } } });
      assert.equal((await ask(cloud)).headers.get('retry-after'), '17');
    });

    test('answers 429 with Retry-After as a date, by its own clock', async () => {
      const fault = { kind: 'answer', status: 429, retryAfter: { seconds: 60, as: 'date' } } as const;
      cloud.faults.add({ service, fault });
      const until = async (): Promise<number> => {
        const value = (await ask(cloud)).headers.get('retry-after') ?? '';
        assert.match(value, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
        return Date.parse(value) - Date.now();
      };
      assert.ok(Math.abs((await until()) - 60_000) < 5000);
      cloud.faults.add({ service, fault: { kind: 'clock', seconds: 3600 } });
      assert.ok(Math.abs((await until()) - 3_660_000) < 5000);
    });

    test('answers HTML, text or nothing in the place of its JSON, as a proxy does', async () => {
      const forms = [
        ['html', 502, 'text/html', '<html><body><h1>502</h1></body></html>'],
        ['html', 200, 'text/html', '<html><body><h1>200</h1></body></html>'],
        ['text', 503, 'text/plain', '503'],
        ['empty', 503, null, ''],
        ['empty', 204, null, ''],
      ] as const;
      for (const [body, status, type, text] of forms) {
        cloud.faults.clear();
        cloud.faults.add({ service, fault: { kind: 'answer', status, body } });
        const response = await ask(cloud);
        assert.equal(response.status, status);
        assert.equal(response.headers.get('content-type'), type);
        assert.equal(await response.text(), text);
      }
    });

    test('gives its own answer under another media type', async () => {
      const plain = await ask(cloud);
      const id = cloud.faults.add({
        service,
        fault: { kind: 'content-type', contentType: 'text/html; charset=utf-8' },
      });
      const response = await ask(cloud);
      assert.equal(response.status, success);
      assert.equal(response.headers.get('content-type'), 'text/html; charset=utf-8');
      assert.equal((await response.text()).slice(0, 1), (await plain.text()).slice(0, 1));
      assert.deepEqual([lastEntry(cloud).status, lastEntry(cloud).fault], [success, id]);
      assert.equal(cloud.journal.entries.length, 2);
    });

    test('answers as ever once the rule is removed', async () => {
      const id = cloud.faults.add({ service, fault: { kind: 'answer', status: 503 } });
      assert.equal((await ask(cloud)).status, 503);
      cloud.faults.remove(id);
      assert.equal((await ask(cloud)).status, success);
      assert.equal(lastEntry(cloud).fault, undefined);
    });
  });
}

test("a code and a message of one's own stand in the service's form", async () => {
  const message = 'Access has been blocked by Conditional Access policies.';
  cloud.faults.add({ service: 'entra', fault: { kind: 'answer', status: 400, code: 'AADSTS53003', message } });
  const { error_codes, error_description } = await entraError(await asked.entra.ask(cloud));
  assert.deepEqual(error_codes, [53003]);
  assert.ok(error_description.startsWith(`AADSTS53003: ${message}`));

  cloud.faults.add({ service: 'graph', fault: { kind: 'answer', status: 507, code: 'ErrorQuotaExceeded', message } });
  const { code, message: said } = await refusal(await asked.graph.ask(cloud));
  assert.deepEqual([code, said], ['ErrorQuotaExceeded', message]);
});

test("a refusal of the service's own gets the other media type as well", async () => {
  cloud.faults.add({ service: 'identity', fault: { kind: 'content-type', contentType: 'text/plain' } });
  const response = await cloud.fetch(`${cloud.urls.identity}/msi/token`);
  assert.equal(response.status, 401);
  assert.equal(response.headers.get('content-type'), 'text/plain');
});
