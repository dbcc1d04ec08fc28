import assert from 'node:assert/strict';
import { after, afterEach, describe, test } from 'node:test';
import { z } from 'zod';
import { addCertificateVersion } from '../../../../local/cloud/vault/add-certificate-version.ts';
import { addKey } from '../../../../local/cloud/vault/add-key.ts';
import { setSecret } from '../../../../local/cloud/vault/set-secret.ts';
import { startTestCloud } from '../../../support/cloud.ts';
import { administrator, bodyOf, errorOf } from './vault-requests.ts';

const cloud = await startTestCloud();
after(() => cloud.stop());
afterEach(() => {
  cloud.faults.clear();
  delete cloud.state.vault;
});

const ask = await administrator(cloud);
const url = cloud.urls.vault;
const DAY = 86_400;

/** One of each collection: how it is made anew, and how its nouns are spelled. */
const collections = {
  certificates: {
    noun: 'certificate',
    add: (name: string) => addCertificateVersion(cloud.state, { name }),
    again: (name: string) =>
      ask(`certificates/${name}/create`, { json: { policy: { x509_props: { subject: 'CN=a' } } } }),
  },
  keys: {
    noun: 'key',
    add: (name: string) => addKey(cloud.state, { name }),
    again: (name: string) => ask(`keys/${name}/create`, { json: { kty: 'RSA' } }),
  },
  secrets: {
    noun: 'secret',
    add: async (name: string) => setSecret(cloud.state, { name, value: 'x' }),
    again: (name: string) => ask(`secrets/${name}`, { method: 'PUT', json: { value: 'new' } }),
  },
} as const;

const deleted = z.looseObject({ recoveryId: z.string(), deletedDate: z.int(), scheduledPurgeDate: z.int() });
const remove = (path: string) => ask(path, { method: 'DELETE' });
const recover = (path: string) => ask(`${path}/recover`, { method: 'POST' });
/** Lets the vault's clock run ahead. */
const pass = (seconds: number): string => cloud.faults.add({ service: 'vault', fault: { kind: 'clock', seconds } });

for (const [collection, { noun, ...made }] of Object.entries(collections)) {
  const capital = noun.slice(0, 1).toUpperCase() + noun.slice(1);
  // No two collections share a name here: a certificate would claim the keys and secrets of its own.
  const live = (name: string): string => `${collection}/${noun}-${name}`;
  const gone = (name: string): string => `deleted${collection}/${noun}-${name}`;
  const add = (name: string) => made.add(`${noun}-${name}`);
  const again = (name: string) => made.again(`${noun}-${name}`);

  describe(`a ${noun} that is deleted`, () => {
    test('is not found any more, and is shown among the deleted for ninety days', async () => {
      await add('one');
      const answer = await bodyOf(remove(live('one')), deleted);
      assert.equal(answer.recoveryId, `${url}/${gone('one')}`);
      assert.equal(answer.scheduledPurgeDate - answer.deletedDate, 90 * DAY);
      for (const missing of [await ask(live('one')), await remove(live('one'))]) {
        assert.equal(missing.status, 404);
        assert.equal(errorOf(missing).code, `${capital}NotFound`);
        assert.match(errorOf(missing).message, new RegExp(`^A ${noun} with \\(name/id\\) ${noun}-one was not found`));
      }
      assert.deepEqual(await bodyOf(ask(gone('one')), deleted), answer);
      const list = z.object({ value: z.array(z.looseObject({ recoveryId: z.string() })) });
      const { value } = await bodyOf(ask(`deleted${collection}`), list);
      assert.deepEqual(
        value.map(({ recoveryId }) => recoveryId),
        [answer.recoveryId],
      );
      assert.ok(!JSON.stringify((await ask(collection)).body).includes(`${live('one')}"`));
      assert.deepEqual((await ask(`${live('one')}/versions`)).body, { value: [], nextLink: null });
    });

    test('keeps its name from being used again', async () => {
      const answer = await again('one');
      assert.equal(answer.status, 409);
      assert.deepEqual(errorOf(answer), {
        code: 'Conflict',
        message:
          `${capital} ${noun}-one is currently in a deleted but recoverable state, and its name cannot be reused; in this ` +
          `state, the ${noun} can only be recovered or purged.`,
        innererror: { code: 'ObjectIsDeletedButRecoverable' },
      });
    });

    test('comes back with its versions when it is recovered', async () => {
      assert.equal((await recover(gone('one'))).status, 200);
      assert.equal((await ask(live('one'))).status, 200);
      const answer = await ask(gone('one'));
      assert.equal(answer.status, 404);
      assert.deepEqual(errorOf(answer), {
        code: `${capital}NotFound`,
        message: `Deleted ${capital} not found: ${noun}-one`,
      });
    });

    test('is gone for good when it is purged, and its name is free', async () => {
      await remove(live('one'));
      assert.equal((await remove(gone('one'))).status, 204);
      assert.equal((await ask(gone('one'))).status, 404);
      assert.equal((await recover(gone('one'))).status, 404);
      assert.ok([200, 202].includes((await again('one')).status));
    });

    test('is purged by the vault when its time is over', async () => {
      cloud.state.vault = { recoverableDays: 7 };
      await add('old');
      await remove(live('old'));
      // The token is younger than the vault's clock allows, so that the state is asked.
      const { scheduledPurge = 0 } = cloud.state.vaultDeletions.find(({ name }) => name === `${noun}-old`) ?? {};
      assert.ok(Math.abs(scheduledPurge - Date.now() / 1000 - 7 * DAY) < 5);
      for (const one of cloud.state.vaultDeletions) one.scheduledPurge = Math.floor(Date.now() / 1000) - 1;
      assert.equal((await ask(gone('old'))).status, 404);
      assert.ok(!JSON.stringify(cloud.state.vaultKeys).includes('-old"'));
    });

    test('cannot be purged where the vault is protected from it', async () => {
      cloud.state.vault = { purgeProtection: true };
      await add('protected');
      const { attributes } = z
        .looseObject({ attributes: z.looseObject({}) })
        .parse((await remove(live('protected'))).body);
      assert.equal(attributes['recoveryLevel'], 'Recoverable');
      const answer = await remove(gone('protected'));
      assert.equal(answer.status, 403);
      assert.match(errorOf(answer).message, /^Operation "purge" is not allowed because purge protection is enabled/);
      assert.equal((await recover(gone('protected'))).status, 200);
    });

    test('takes its time to be deleted and to be recovered, as it is set', async () => {
      cloud.state.vault = { softDeleteMilliseconds: 30_000 };
      await add('slow');
      await remove(live('slow'));
      assert.equal((await ask(live('slow'))).status, 404);
      assert.equal((await ask(gone('slow'))).status, 404);
      const early = await again('slow');
      assert.deepEqual(errorOf(early), {
        code: 'Conflict',
        message: `${capital} ${noun}-slow is currently being deleted and cannot be re-created; retry later.`,
        innererror: { code: 'ObjectIsBeingDeleted' },
      });
      for (const answer of [await remove(gone('slow')), await recover(gone('slow'))]) {
        assert.equal(answer.status, 409);
        assert.equal(errorOf(answer).message, `${capital} is currently being deleted.`);
      }

      pass(60);
      assert.equal((await ask(gone('slow'))).status, 200);
      assert.equal((await recover(gone('slow'))).status, 200);
      assert.equal((await ask(live('slow'))).status, 404);
      const returning = await again('slow');
      assert.equal(returning.status, 409);
      assert.deepEqual(errorOf(returning).innererror, { code: 'ObjectIsBeingRecovered' });
      pass(60);
      assert.equal((await ask(live('slow'))).status, 200);
    });

    test('cannot be recovered or purged where it never was', async () => {
      for (const answer of [await recover(gone('never')), await remove(gone('never')), await remove(live('never'))]) {
        assert.equal(answer.status, 404);
        assert.match(errorOf(answer).message, new RegExp(`^A ${noun} with \\(name/id\\) ${noun}-never was not found`));
      }
    });
  });
}

test('a certificate takes its key and its secret with it, and brings them back', async () => {
  await collections.certificates.add('whole');
  await remove('certificates/whole');
  for (const path of ['keys/whole', 'secrets/whole']) assert.equal((await ask(path)).status, 404);
  const alone = await recover('deletedkeys/whole');
  assert.equal(alone.status, 403);
  assert.deepEqual(errorOf(alone).innererror, { code: 'KeyManagedByKeyVault' });

  await recover('deletedcertificates/whole');
  for (const path of ['keys/whole', 'secrets/whole']) assert.equal((await ask(path)).status, 200);
});
