import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ListPoison } from '../../../../../shared/mail/operating/list-poison.ts';
import type { PoisonEntry } from '../../../../../shared/mail/poison.ts';
import { noon } from '../../../../support/clock.ts';
import { withCode } from '../../../../support/failing.ts';

const entry = (tenantId: string, id: string): PoisonEntry => ({
  tenantId,
  id,
  transport: 'graph',
  at: noon,
  reason: { code: 'JOB_INVALID', message: 'wrong', remedy: 'mend it', owner: 'operator' },
  text: '{}',
});

/** Tenants in the order of their ids, each with so many entries. */
function listing(counts: Readonly<Record<string, number>>) {
  const ids = Object.keys(counts).sort();
  let calls = 0;
  const list = new ListPoison({
    store: {
      listPoison: (tenantId, { pageSize, continuation }) => {
        calls += 1;
        const from = Number(continuation ?? 0);
        const all = Array.from({ length: counts[tenantId] ?? 0 }, (_, at) => entry(tenantId, `job-${at}`));
        const more = from + pageSize < all.length ? { continuation: String(from + pageSize) } : {};
        return Promise.resolve({ items: all.slice(from, from + pageSize), ...more });
      },
    },
    tenants: {
      after: (tenantId) => {
        calls += 1;
        return Promise.resolve(ids.find((id) => id > tenantId));
      },
    },
  });
  return { list, calls: () => calls };
}

async function everything(list: ListPoison, pageSize: number) {
  const pages: (readonly PoisonEntry[])[] = [];
  let continuation: string | undefined;
  do {
    const page = await list.ofAll(pageSize, continuation);
    pages.push(page.items);
    continuation = page.continuation;
  } while (continuation !== undefined);
  return pages;
}

describe('poison of all tenants', () => {
  test('is listed whole and once, whatever the size of a page', async () => {
    const { list } = listing({ a: 3, b: 0, c: 5, unreadable: 2 });
    for (const pageSize of [1, 2, 3, 4, 100]) {
      const pages = await everything(list, pageSize);
      assert.ok(pages.every((page) => page.length <= pageSize));
      const found = pages.flat().map(({ tenantId, id }) => `${tenantId} ${id}`);
      assert.equal(found.length, 10, `${pageSize}`);
      assert.equal(new Set(found).size, 10);
    }
  });

  test('takes bounded work a page where most tenants have none, and reaches the last', async () => {
    const counts = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`t${String(at).padStart(3, '0')}`, 0]));
    const { list, calls } = listing({ ...counts, unreadable: 1 });
    const first = await list.ofAll(100);
    assert.deepEqual(first.items, []);
    assert.ok(first.continuation);
    assert.ok(calls() <= 51, `${calls()}`);
    assert.deepEqual((await everything(list, 100)).flat(), [entry('unreadable', 'job-0')]);
  });

  test('is empty where there is no mail', async () => {
    assert.deepEqual(await listing({}).list.ofAll(100), { items: [] });
  });

  test('is not listed by a continuation that is none of ours', async () => {
    const { list } = listing({ a: 1 });
    for (const wrong of ['x', '', 'bnVsbA', Buffer.from('{"tenant":1}').toString('base64url')]) {
      await assert.rejects(list.ofAll(100, wrong), withCode('REQUEST_INVALID'));
    }
  });
});
