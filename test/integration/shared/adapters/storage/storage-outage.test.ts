/** Every call of every storage adapter while nobody serves the account. It takes as long as the SDKs retry: 16 s for queues. */

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { QueueJobQueue } from '../../../../../shared/adapters/storage/queue-job-queue.ts';
import { TableAuditTrail } from '../../../../../shared/adapters/storage/table-audit-trail.ts';
import { TableInvitationStore } from '../../../../../shared/adapters/storage/table-invitation-store.ts';
import { TableMailStore } from '../../../../../shared/adapters/storage/table-mail-store.ts';
import { TableTenantStore } from '../../../../../shared/adapters/storage/table-tenant-store.ts';
import { TableTokenStore } from '../../../../../shared/adapters/storage/table-token-store.ts';
import { TableRenewalClaims } from '../../../../../shared/adapters/storage/table-renewal-claims.ts';
import { VaultDataKeys } from '../../../../../shared/adapters/vault/vault-data-keys.ts';
import { queues, tables } from '../../../../../shared/names.ts';
import { recordingLog } from '../../../../support/recording-log.ts';
import { clientId, contoso } from '../../../../support/app-identity.ts';
import { noon } from '../../../../support/clock.ts';
import { failureOf } from '../../../../support/failure-of.ts';
import { fixedDataKeys } from '../../../../support/fixed-data-keys.ts';
import { anOutcome } from '../../../../support/outcome.ts';
import { aPoisonEntry } from '../../../../support/poison.ts';
import { storageThatIsDown } from '../../../../support/storage-accounts.ts';
import { aTenant, anInvitation } from '../../../../support/tenant.ts';
import { aToken } from '../../../../support/unsigned-token.ts';
import { everything } from '../../../../support/warming.ts';

const down = await storageThatIsDown();
const tenants = new TableTenantStore(down.table(tables.tenants), recordingLog().log);
const audit = new TableAuditTrail(down.table(tables.consents));
const invitations = new TableInvitationStore(down.table(tables.invitations));
const mail = new TableMailStore(down.table(tables.mail));
const tokens = new TableTokenStore(down.table(tables.tokens), fixedDataKeys(), {
  cloud: 'public',
  authorityUrl: 'https://login.microsoftonline.com',
  clientId,
});
const claims = new TableRenewalClaims(down.table(tables.tokens), () => noon);
const jobs = new QueueJobQueue(down.queue(queues.mailGraph));
const asked: string[] = [];
const dataKeys = new VaultDataKeys({
  table: down.table(tables.tokens),
  wrappingKeyName: 'unused',
  keys: { getKey: (name) => Promise.reject(new Error(`${asked.push(name)} keys were asked for`)) },
  cryptography: (key) => assert.fail(`${asked.push(key)} keys were used`),
  now: () => noon,
  log: recordingLog().log,
});

const calls: Record<string, () => Promise<unknown>> = {
  'finding a tenant': () => tenants.find(contoso),
  'saving a tenant': () => tenants.save(aTenant()),
  'listing tenants': () => tenants.list(everything)[Symbol.asyncIterator]().next(),
  'appending an event': () => audit.append({ kind: 'consent-started', at: noon }),
  'inserting an invitation': () => invitations.insert(anInvitation()),
  'finding an invitation': () => invitations.find('1'),
  'binding an invitation': () => invitations.bind('1', contoso),
  'releasing an invitation': () => invitations.release('1'),
  'consuming a state': () => invitations.consumeState('1', noon),
  'reading an outcome': () => mail.read(contoso, '1'),
  "reading a mailbox's gate": () => mail.readGate(contoso, 'post@contoso.example'),
  'reading a poison entry': () => mail.readPoison(contoso, '1'),
  'listing outcomes': () => mail.list(contoso, { pageSize: 10 }),
  'listing poison': () => mail.listPoison(contoso, { pageSize: 10 }),
  'inserting an outcome': () => mail.commit(contoso, [{ kind: 'outcome', outcome: anOutcome() }]),
  'replacing an outcome': () => mail.commit(contoso, [{ kind: 'outcome', outcome: anOutcome(), etag: 'W/"1"' }]),
  'removing a poison entry': () => mail.commit(contoso, [{ kind: 'no-poison', id: '1' }]),
  'writing an outcome and a poison entry': () =>
    mail.commit(contoso, [
      { kind: 'outcome', outcome: anOutcome() },
      { kind: 'poison', entry: aPoisonEntry() },
    ]),
  'reading a token': () => tokens.read(contoso, 'graph'),
  'writing a token': () => tokens.write(aToken()),
  'removing a token': () => tokens.remove(contoso, 'graph'),
  'listing tokens': () => tokens.list(everything)[Symbol.asyncIterator]().next(),
  'claiming a renewal': () => claims.claim(contoso, 'graph', noon + 1),
  'reading the newest data key': () => dataKeys.current(),
  'reading a data key': () => dataKeys.find('1-0123abcd'),
  'rotating the data key': () => dataKeys.rotate(),
  'putting a job back': () => jobs.put('a job', 0),
};

describe('while storage is down', { concurrency: true }, () => {
  for (const [what, call] of Object.entries(calls)) {
    test(`${what} is STORAGE_UNAVAILABLE, with the cause`, async () => {
      const error = await failureOf(call());
      assert.deepEqual([error.code, error.detail], ['STORAGE_UNAVAILABLE', { status: undefined }]);
      assert.ok(error.cause instanceof Error && 'code' in error.cause);
      assert.equal(error.cause.code, 'ECONNREFUSED');
    });
  }
});

test('a data key that could not be looked up is not made anew', () => {
  assert.deepEqual(asked, []);
});
