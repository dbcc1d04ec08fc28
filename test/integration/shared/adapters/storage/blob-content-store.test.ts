import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { after, describe, test } from 'node:test';
import type { ContainerClient } from '@azure/storage-blob';
import { z } from 'zod';
import { waitFor } from '../../../../../local/wait.ts';
import { BlobContentStore } from '../../../../../shared/adapters/storage/blob-content-store.ts';
import { storageClients } from '../../../../../shared/adapters/storage/storage-clients.ts';
import { TenantpostError } from '../../../../../shared/errors.ts';
import { mostContentBytes } from '../../../../../shared/mail/job/content-ref.ts';
import { containers } from '../../../../../shared/names.ts';
import { withCode } from '../../../../support/failing.ts';
import { startLossyProxy } from '../../../../support/lossy-proxy.ts';
import { refTo } from '../../../../support/memory-content-store.ts';
import { byKey, noCredential, startStorageAccounts, storageThatIsDown } from '../../../../support/storage-accounts.ts';

const accounts = await startStorageAccounts();
after(() => accounts.stop());

const mebibyte = 1024 * 1024;
/** More than one range, and no multiple of it. */
const large = randomBytes(9 * mebibyte + 7);
const small = Buffer.from('Grüße 🎉');

async function* pieces(of: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < of.length; at += size) yield of.subarray(at, at + size);
}

async function namesIn(container: ContainerClient): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of container.listBlobsFlat({ prefix: 'jobs/' })) found.push(name);
  return found.sort();
}

for (const { how, clients } of accounts.both) {
  describe(`content over ${how}`, () => {
    const container = clients.container(containers.mailContent);
    const store = new BlobContentStore(container);
    const upload = async (octets: Buffer, name = `jobs/${crypto.randomUUID()}`) => {
      await container.getBlockBlobClient(name).uploadData(octets);
      return refTo(octets, name);
    };

    for (const [what, octets] of [
      ['nothing', Buffer.alloc(0)],
      ['a little', small],
      ['several ranges', large],
    ] as const) {
      test(`that a producer uploaded is read whole: ${what}`, async () => {
        const content = await store.open(await upload(octets));
        assert.equal(content.bytes, octets.length);
        assert.deepEqual(await content.whole(), octets);
      });

      test(`that is put has a name made of its hash, so that the same has the same name: ${what}`, async () => {
        const ref = await store.put(octets);
        assert.deepEqual(ref, refTo(octets, `jobs/${createHash('sha256').update(octets).digest('hex')}`));
        assert.deepEqual(await (await store.open(ref)).whole(), octets);
        // Twice at once, as two instances may.
        assert.deepEqual(await Promise.all([store.put(octets), store.put(octets)]), [ref, ref]);
        assert.deepEqual(await (await store.open(ref)).whole(), octets);
      });

      test(`that is put in pieces of any size has a name of its own: ${what}`, async () => {
        const [one, other] = [await store.put(pieces(octets, 70_001)), await store.put(pieces(octets, 5_000_003))];
        assert.match(one.blob, /^jobs\/[\w-]{36}$/);
        assert.notEqual(one.blob, other.blob);
        for (const ref of [one, other]) {
          assert.deepEqual(ref, refTo(octets, ref.blob));
          assert.deepEqual(await (await store.open(ref)).whole(), octets);
        }
      });
    }

    test('is read in any range', async () => {
      for (const octets of [small, large]) {
        const content = await store.open(await upload(octets));
        for (const [start, end] of [
          [0, 1],
          [3, 9],
          [octets.length - 4, octets.length],
          [5, 5],
        ] as const) {
          assert.deepEqual(await content.range(start, end), octets.subarray(start, end));
        }
      }
    });

    test('that does not exist is CONTENT_MISSING', async () => {
      await assert.rejects(store.open(refTo(small, 'jobs/nobody/uploaded-it')), withCode('CONTENT_MISSING'));
    });

    for (const octets of [small, large]) {
      test(`of another size or hash is CONTENT_WRONG: ${octets.length} bytes`, async () => {
        const ref = await upload(octets);
        const changed = Buffer.from(octets);
        changed[octets.length - 1] = (changed.at(-1) ?? 0) ^ 1;
        for (const wrong of [
          { ...ref, bytes: ref.bytes - 1 },
          { ...ref, bytes: ref.bytes + 1 },
          { ...ref, sha256: refTo(changed).sha256 },
        ]) {
          await assert.rejects(store.open(wrong), (error: unknown) => {
            assert.ok(error instanceof TenantpostError);
            assert.equal(error.code, 'CONTENT_WRONG');
            // The name is the producer's own text, and may tell whom the mail is for.
            assert.doesNotMatch(`${error.message} ${JSON.stringify(error.detail)}`, /jobs\//);
            return true;
          });
        }
      });
    }

    test('that is replaced while it is sent is never sent in part: what is read has the hash, or nothing is read', async () => {
      const ref = await upload(large);
      const content = await store.open(ref);
      assert.deepEqual(await content.range(0, 10), large.subarray(0, 10));
      await upload(randomBytes(large.length), ref.blob);
      await assert.rejects(content.range(10, 20), withCode('CONTENT_WRONG'));
      await container.getBlockBlobClient(ref.blob).delete();
      await assert.rejects(content.range(10, 20), withCode('CONTENT_MISSING'));
    });

    test('that is touched while it is sent is the same content', async () => {
      const ref = await upload(large);
      const content = await store.open(ref);
      await store.touch(ref);
      assert.deepEqual(await content.range(10, 20), large.subarray(10, 20));
    });

    test('that is touched counts as modified now, and is the same content', async () => {
      const ref = await upload(small);
      const blob = container.getBlockBlobClient(ref.blob);
      const { lastModified: before = new Date(NaN) } = await blob.getProperties();
      await waitFor('the next second', async () => {
        await store.touch(ref);
        const { lastModified = before } = await blob.getProperties();
        return lastModified > before || undefined;
      });
      assert.deepEqual(await (await store.open(ref)).whole(), small);
    });

    test('that is touched and gone is no error: whoever needs it finds out when it is sent', async () => {
      await store.touch(refTo(small, 'jobs/nobody/uploaded-it'));
    });

    test('that breaks off while it comes leaves no blob, and its error is not called one of storage', async () => {
      async function* broken(): AsyncGenerator<Buffer> {
        yield Buffer.alloc(5 * mebibyte);
        throw new RangeError('The client went away.');
      }
      const before = await namesIn(container);
      await assert.rejects(store.put(broken()), RangeError);
      assert.deepEqual(await namesIn(container), before);
    });
  });
}

test('content that is larger than a mail can be is refused on the way, and leaves no blob', async () => {
  const container = accounts.byConnectionString.clients.container(containers.mailContent);
  const before = await namesIn(container);
  let given = 0;
  async function* endless(): AsyncGenerator<Buffer> {
    const piece = Buffer.alloc(4 * mebibyte);
    for (;;) yield (given++, piece);
  }
  await assert.rejects(new BlobContentStore(container).put(endless()), withCode('REQUEST_INVALID'));
  assert.ok(given * 4 * mebibyte <= mostContentBytes + 8 * mebibyte);
  assert.deepEqual(await namesIn(container), before);
});

test('large content is read once to be checked, however often it is opened', async () => {
  const { azurite } = accounts.byConnectionString;
  const proxy = await startLossyProxy(new URL(azurite.urls.blob).origin);
  try {
    const through = azurite.connectionString.replace(new URL(azurite.urls.blob).origin, proxy.url);
    const store = new BlobContentStore(storageClients(byKey(through), noCredential).container(containers.mailContent));
    const ref = await store.put(large);
    const reads = () => proxy.passed.filter((one) => one.startsWith('GET')).length;
    await store.open(ref);
    assert.equal(reads(), 3, 'three ranges');
    await store.open(ref);
    assert.equal(reads(), 3);
    await assert.rejects(store.open({ ...ref, sha256: createHash('sha256').digest('hex') }), withCode('CONTENT_WRONG'));
  } finally {
    await proxy.stop();
  }
});

describe('storage trouble is called that, and nothing of the content', { concurrency: true }, () => {
  const ref = refTo(small);

  test('where nobody listens', async () => {
    const store = new BlobContentStore((await storageThatIsDown()).container(containers.mailContent));
    // At once, as the client tries each for as long as a call may take.
    const calls = [store.open(ref), store.put(small), store.touch(ref)];
    await Promise.all(calls.map((call) => assert.rejects(call, withCode('STORAGE_UNAVAILABLE'))));
  });

  test('where a blob begins to come and then does not', async () => {
    const facts = { etag: '"1"', 'content-length': '1000000', 'last-modified': new Date().toUTCString() };
    const server = createServer(({ method }, answer) => {
      if (method === 'HEAD') answer.writeHead(200, facts).end();
      else answer.writeHead(206, { ...facts, 'content-range': 'bytes 0-999999/1000000' }).write(Buffer.alloc(1000));
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const { blob } = accounts.byConnectionString.azurite.urls;
    const stalling = accounts.byConnectionString.azurite.connectionString.replace(
      new URL(blob).origin,
      `http://127.0.0.1:${port}`,
    );
    try {
      const store = new BlobContentStore(
        storageClients(byKey(stalling), noCredential).container(containers.mailContent),
      );
      await assert.rejects(store.open({ ...ref, bytes: 1_000_000 }), withCode('STORAGE_UNAVAILABLE'));
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  test('where the container is missing: that is the installation, and no fault of the job', async () => {
    const store = new BlobContentStore(accounts.byConnectionString.clients.container('no-such-container'));
    await assert.rejects(store.open(ref), withCode('STORAGE_UNAVAILABLE'));
    await assert.rejects(store.touch(ref), withCode('STORAGE_UNAVAILABLE'));
  });
});
