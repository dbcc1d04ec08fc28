import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { BlobContentStore } from '../../../../../shared/adapters/storage/blob-content-store.ts';
import { BlobOldContent } from '../../../../../shared/adapters/storage/blob-old-content.ts';
import { hours } from '../../../../../shared/clock.ts';
import { containers } from '../../../../../shared/names.ts';
import { withCode } from '../../../../support/failing.ts';
import { startStorageAccounts } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

for (const { how, clients } of accounts.both) {
  describe(`content that is over, over ${how}`, () => {
    const container = clients.container(containers.mailContent);
    const content = new BlobContentStore(container);
    const old = new BlobOldContent(container);

    const names = async (): Promise<string[]> => {
      const found: string[] = [];
      for await (const { name } of container.listBlobsFlat()) found.push(name);
      return found.sort();
    };

    test('is what was last written before the time; what was written later stays', async () => {
      const ref = await content.put(Buffer.from('one'));
      assert.deepEqual(await old.sweep(Date.now() - 1 * hours, undefined), {
        removed: 0,
        failed: 0,
        position: undefined,
      });
      assert.deepEqual(await names(), [ref.blob]);
      assert.equal((await old.sweep(Date.now() + 1 * hours, undefined)).removed, 1);
      assert.deepEqual(await names(), []);
    });

    test('is removed page by page, from a position on', async () => {
      const blobs = Array.from({ length: 520 }, (_, at) => `jobs/many/${at}`);
      const next = blobs.values();
      const writer = async (): Promise<void> => {
        for (const name of next) await container.getBlockBlobClient(name).upload('x', 1);
      };
      await Promise.all(Array.from({ length: 16 }, writer));
      const first = await old.sweep(Date.now() + 1 * hours, undefined);
      assert.deepEqual([first.removed, first.failed], [500, 0]);
      assert.ok(first.position);
      const second = await old.sweep(Date.now() + 1 * hours, first.position);
      assert.deepEqual([second.removed, second.position], [20, undefined]);
    });

    test('is kept when a job touches it while it is swept', async () => {
      const ref = await content.put(Buffer.from('two'));
      const deleteBlob = container.deleteBlob.bind(container);
      const racing = Object.assign(Object.create(container) as typeof container, {
        listBlobsFlat: container.listBlobsFlat.bind(container),
        deleteBlob: async (...args: Parameters<typeof deleteBlob>) => {
          await content.touch(ref);
          return deleteBlob(...args);
        },
      });
      const done = await new BlobOldContent(racing).sweep(Date.now() + 1 * hours, undefined);
      assert.deepEqual([done.removed, done.failed], [0, 0]);
      assert.deepEqual(await names(), [ref.blob]);
    });

    test('of a container that is missing is a failure, and not an empty one', async () => {
      const missing = new BlobOldContent(clients.container('no-such-container'));
      await assert.rejects(missing.sweep(Date.now(), undefined), withCode('STORAGE_UNAVAILABLE'));
    });
  });
}
