import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { z } from 'zod';
import { setSecret } from '../../../../local/cloud/vault/set-secret.ts';
import { startTestCloud } from '../../../support/cloud.ts';
import { administrator, bodyOf, errorOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());

const ask = await administrator(cloud);
const list = z.strictObject({ value: z.array(z.object({ id: z.string() })), nextLink: z.string().nullable() });

before(() => {
  for (let number = 0; number < 60; number += 1) setSecret(cloud.state, { name: `s${number}`, value: 'x' });
});

/** Follows the links from page to page. */
async function pages(query: string): Promise<string[][]> {
  const found: string[][] = [];
  let next: string | null = query;
  while (next !== null) {
    const page: z.infer<typeof list> = await bodyOf(ask('secrets', { query: next }), list);
    found.push(page.value.map(({ id }) => id));
    assert.ok(page.nextLink === null || page.nextLink.startsWith(`${cloud.urls.vault}/secrets?`));
    next = page.nextLink && new URL(page.nextLink).search.slice(1);
  }
  return found;
}

test('lists come in pages of 25, which name the next until there is none', async () => {
  const found = await pages('api-version=7.6');
  assert.deepEqual(
    found.map(({ length }) => length),
    [25, 25, 11],
  );
  assert.equal(new Set(found.flat()).size, 61);
});

test('a page may be made smaller, and stays so', async () => {
  const found = await pages('api-version=7.6&maxresults=20');
  assert.deepEqual(
    found.map(({ length }) => length),
    [20, 20, 20, 1],
  );
});

test('a page may not be larger, nothing, or no number', async () => {
  for (const query of ['maxresults=26', 'maxresults=0', 'maxresults=-1', 'maxresults=all', '$skiptoken=x']) {
    const answer = await ask('secrets', { query: `api-version=7.6&${query}` });
    assert.equal(answer.status, 400, query);
    assert.equal(errorOf(answer).code, 'BadParameter');
  }
});
