/**
 * What the Table service does and its emulator does not: an empty page need not be the last, as where a query goes from one
 * partition to the next, and a number in a filter is of the type that it looks like, where the smallest is Int32.
 */

import assert from 'node:assert/strict';
import { after, beforeEach, describe, test } from 'node:test';
import { storageClients } from '../../../../../shared/adapters/storage/storage-clients.ts';
import { TableInvitationStore } from '../../../../../shared/adapters/storage/table-invitation-store.ts';
import { tables } from '../../../../../shared/names.ts';
import { noon } from '../../../../support/clock.ts';
import { type ReceivedRequest, startScriptedServer } from '../../../../support/scripted-server.ts';

/** What each query is answered with, in turn: row keys of states, and where the next page begins. */
let pages: { readonly states: readonly string[]; readonly next?: string }[] = [];
const removed: string[] = [];
const filters: string[] = [];

const service = await startScriptedServer({
  answer(response, { method, path }: ReceivedRequest) {
    if (method === 'DELETE') {
      removed.push(/RowKey='([^']*)'/.exec(decodeURIComponent(path))?.[1] ?? '');
      response.writeHead(204).end();
      return;
    }
    const filter = new URL(path, 'https://localhost').searchParams.get('$filter') ?? '';
    const tooLarge = /(?<![\w'.-])\d{11,}(?![\d.L])/.exec(filter)?.[0];
    if (tooLarge !== undefined) {
      const message = { lang: 'en-US', value: `Unrecognized 'Edm.Int32' literal '${tooLarge}'.` };
      response.writeHead(400, { 'content-type': 'application/json;odata=minimalmetadata' });
      response.end(JSON.stringify({ 'odata.error': { code: 'InvalidInput', message } }));
      return;
    }
    filters.push(filter);
    const { states, next } = pages.shift() ?? { states: [] };
    response.writeHead(200, {
      'content-type': 'application/json;odata=minimalmetadata',
      ...(next === undefined ? {} : { 'x-ms-continuation-NextPartitionKey': next }),
    });
    response.end(JSON.stringify({ value: states.map((RowKey) => ({ PartitionKey: 'state', RowKey })) }));
  },
});
after(() => service.stop());

const { url } = service;
const credential = { getToken: () => Promise.resolve({ token: 'any', expiresOnTimestamp: Number.MAX_SAFE_INTEGER }) };
const clients = storageClients(
  { kind: 'identity', urls: { blob: url, queue: url, table: url }, clientId: undefined },
  credential,
);
const store = new TableInvitationStore(clients.table(tables.invitations));

beforeEach(() => {
  pages = [];
  removed.length = 0;
  filters.length = 0;
});

describe('a sweep of invitations and states', () => {
  test('asks with times of the type that they are kept in', async () => {
    await store.sweep(noon - 1, noon);
    assert.deepEqual(filters, [
      `(PartitionKey eq 'invitation' and expiresAt lt ${noon - 1}.0) or (PartitionKey eq 'state' and expiresAt lt ${noon}.0)`,
    ]);
  });

  test('goes past pages that are empty and not the last', async () => {
    pages = [{ states: [], next: 'invitation' }, { states: [], next: 'state' }, { states: ['spent'] }];
    assert.deepEqual(await store.sweep(noon, noon), { removed: 1, failed: 0, isMore: false });
    assert.deepEqual(removed, ['spent']);
  });

  test('ends with the first page that has something, and says that there is more', async () => {
    pages = [{ states: ['one', 'two'], next: 'state' }, { states: ['three'] }];
    assert.deepEqual(await store.sweep(noon, noon), { removed: 2, failed: 0, isMore: true });
    assert.deepEqual(removed.toSorted(), ['one', 'two']);
  });

  test('ends where nothing is over', async () => {
    pages = [{ states: [], next: 'state' }, { states: [] }];
    assert.deepEqual(await store.sweep(noon, noon), { removed: 0, failed: 0, isMore: false });
  });
});
