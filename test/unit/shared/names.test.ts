import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { z } from 'zod';
import { containers, queues, routePrefix, routes, sendQueues, tables } from '../../../shared/names.ts';

const hostJson = z
  .object({
    extensions: z.object({
      http: z.object({ routePrefix: z.string() }),
      queues: z.object({ messageEncoding: z.string(), visibilityTimeout: z.string(), maxDequeueCount: z.int() }),
    }),
  })
  .parse(JSON.parse(readFileSync(new URL('../../../host.json', import.meta.url), 'utf8')));

describe('a name', () => {
  // https://learn.microsoft.com/rest/api/storageservices/naming-queues-and-metadata, and the same for containers.
  test('of a queue or container is one that storage takes', () => {
    for (const name of [...Object.values(queues), ...Object.values(containers)]) {
      assert.match(name, /^(?=.{3,63}$)[a-z0-9]+(-[a-z0-9]+)*$/);
    }
  });

  // https://learn.microsoft.com/rest/api/storageservices/understanding-the-table-service-data-model
  test('of a table is one that storage takes', () => {
    for (const name of Object.values(tables)) assert.match(name, /^[A-Za-z][A-Za-z0-9]{2,62}$/);
  });

  test('of a poison queue is the one that the Functions host would use for the same queue', () => {
    const names: readonly string[] = Object.values(queues);
    for (const { intake, due } of Object.values(sendQueues)) {
      for (const name of [intake, due]) assert.ok(names.includes(`${name}-poison`), name);
    }
  });

  test('of the route prefix is the one that host.json sets', () => {
    assert.equal(hostJson.extensions.http.routePrefix, routePrefix);
  });

  test('of a route is without the prefix', () => {
    for (const route of Object.values(routes)) {
      assert.match(route, /^(?!api\/)[a-z-]+(\.json)?(\/([a-z-]+|\{[a-z]+\}))*$/);
    }
  });
});

test('messages reach the app undecoded: it takes JSON and base64 of it alike', () => {
  assert.equal(hostJson.extensions.queues.messageEncoding, 'none');
});
