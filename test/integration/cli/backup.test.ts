/** `tenantpost backup` and `tenantpost restore` as processes, between two storage accounts. */

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { after, describe, test } from 'node:test';
import { TableMailStore } from '../../../shared/adapters/storage/table-mail-store.ts';
import { MailboxGate } from '../../../shared/mail/gate/mailbox-gate.ts';
import { tables } from '../../../shared/names.ts';
import { contoso } from '../../support/app-identity.ts';
import { noon } from '../../support/clock.ts';
import { tenantpost } from '../../support/command.ts';
import { aMailJob } from '../../support/mail-job.ts';
import { aMailRoomWith } from '../../support/mail-room.ts';
import { managedIdentity } from '../../support/managed-identity.ts';
import { startStorageAccounts } from '../../support/storage-accounts.ts';
import { readStorage, storageFile, type StoredRow, writeStorage } from '../../support/stored-rows/storage-file.ts';

const accounts = await startStorageAccounts();
const folder = mkdtempSync(join(tmpdir(), 'tenantpost-backup-'));
after(async () => {
  await accounts.stop();
  rmSync(folder, { recursive: true, force: true });
});
const { cloud, byConnectionString: before, byIdentity: other } = accounts;

const rows = join(import.meta.dirname, '..', '..', 'support', 'stored-rows', 'rows-0.1.0.json');
const stored = storageFile.parse(JSON.parse(readFileSync(rows, 'utf8')));
await writeStorage(before.clients, { ...stored, messages: [] });

const byKey = { AZURE_STORAGE_CONNECTION_STRING: before.azurite.connectionString };
const storageToken = await managedIdentity(cloud).getToken('https://storage.azure.com/.default');

/** An operator who is signed in to the Azure CLI, whose token is this one. */
function signedIn(token: string | undefined = storageToken?.token): Record<string, string> {
  const bin = mkdtempSync(join(folder, 'bin-'));
  const az = join(bin, 'az');
  writeFileSync(
    az,
    `#!/bin/sh\ntest "$*" = "account get-access-token --resource https://storage.azure.com --query accessToken -o tsv" && echo '${token}'\n`,
  );
  chmodSync(az, 0o755);
  return { PATH: `${bin}${delimiter}${process.env['PATH']}`, NODE_EXTRA_CA_CERTS: cloud.caFile };
}
const ofOther = ['--table-url', other.azurite.urls.table];
const kept = ({ table, partitionKey, rowKey }: StoredRow): boolean =>
  table === 'tenants' ||
  table === 'consents' ||
  (table === 'invitations' && partitionKey !== 'console-session') ||
  (table === 'mail' && !partitionKey.startsWith('!') && !rowKey.startsWith('!'));

describe('tenantpost backup', () => {
  const file = join(folder, 'tables.jsonl');

  test('writes tenants, consents, invitations and outcomes, for its owner alone, and nothing else', async () => {
    const whole = join(folder, 'with-poison.jsonl');
    const [{ code, stdout, stderr }, poison] = await Promise.all([
      tenantpost(['backup', file], byKey),
      tenantpost(['backup', whole, '--with-poison'], byKey),
    ]);
    assert.deepEqual([code, poison.code], [0, 0], stderr + poison.stderr);
    assert.match(readFileSync(whole, 'utf8'), /"rowKey":"!poison failed"/);
    assert.match(stdout, /2 of consents, 3 of invitations, \d+ of mail, 2 of tenants\.\n$/);
    assert.equal(statSync(file).mode & 0o777, 0o600);
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .slice(1, -1)
      .map((line) => JSON.parse(line) as StoredRow);
    assert.deepEqual(
      lines.map(({ table, partitionKey, rowKey }) => [table, partitionKey, rowKey]).sort(),
      stored.rows
        .filter(kept)
        .map(({ table, partitionKey, rowKey }) => [table, partitionKey, rowKey])
        .sort(),
    );
    assert.doesNotMatch(readFileSync(file, 'utf8'), /anna@customer|sealed"|Your invoice/);
  });

  test('leaves a file alone that is there, and none behind when it is not allowed to read', async () => {
    const none = join(folder, 'none.jsonl');
    const [there, refused, nobody] = await Promise.all([
      tenantpost(['backup', file], byKey),
      tenantpost(['backup', none, ...ofOther], signedIn('eyJub3QiOiJvbmUifQ.e30.')),
      tenantpost(['backup', join(folder, 'nobody.jsonl'), '--account', 'sttenantpost'], { PATH: folder }),
    ]);
    assert.deepEqual([there.code, /EEXIST/.test(there.stderr)], [2, true], there.stderr);
    assert.deepEqual([refused.code, /Storage Table Data Reader/.test(refused.stderr)], [3, true], refused.stderr);
    assert.throws(() => statSync(none), /ENOENT/);
    assert.deepEqual([nobody.code, /az login/.test(nobody.stderr)], [1, true], nobody.stderr);
  });
});

describe('tenantpost restore', () => {
  const file = join(folder, 'tables.jsonl');

  test('refuses a file that is cut off, and writes nothing of it', async () => {
    const cut = join(folder, 'cut.jsonl');
    writeFileSync(cut, readFileSync(file, 'utf8').split('\n').slice(0, 5).join('\n'));
    const { code, stderr } = await tenantpost(['restore', cut, ...ofOther], signedIn());
    assert.deepEqual([code, /not whole/.test(stderr)], [2, true], stderr);
    assert.deepEqual((await readStorage(other.clients, '')).rows, []);
  });

  test('brings the rows back as they were, and leaves what is newer: its id stays spent', async () => {
    const newer = { partitionKey: contoso, rowKey: 'submitted', schema: 1, state: 'sent', transport: 'graph' };
    const at = new Date(noon);
    const facts = { fingerprint: 'other', tries: 1, createdAt: at, updatedAt: at };
    await other.clients.table(tables.mail).createEntity({ ...newer, ...facts });
    const { code, stdout, stderr } = await tenantpost(['restore', file, ...ofOther], signedIn());
    assert.equal(code, 0, stderr);
    const expected = stored.rows.filter(kept);
    assert.match(stdout, new RegExp(`^${expected.length - 1} rows written; 1 were there`));

    const there = (await readStorage(other.clients, '')).rows.filter(({ rowKey }) => rowKey !== 'submitted');
    const plain = (list: readonly StoredRow[]) =>
      list.map(({ etag: _, columns: { writeId: __, ...columns }, ...row }) => ({ ...row, columns }));
    assert.deepEqual(plain(there), plain(expected.filter(({ rowKey }) => rowKey !== 'submitted')));
    const store = new TableMailStore(other.clients.table(tables.mail));
    assert.equal((await store.read(contoso, 'submitted'))?.outcome.state, 'sent');

    const room = aMailRoomWith({
      store,
      gate: new MailboxGate(
        store,
        () => noon,
        () => Promise.resolve(),
      ),
    });
    await room.sendMail.handle(JSON.stringify(aMailJob({ id: 'sent', from: 'sent@contoso.example' })));
    assert.deepEqual(room.sent, []);
  });
});
