import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hours } from '../../../../../shared/clock.ts';
import { recentMail } from '../../../../../shared/mail/operating/recent-mail.ts';
import type { Outcome } from '../../../../../shared/mail/outcome.ts';
import { noon } from '../../../../support/clock.ts';
import { MemoryMailStore } from '../../../../support/memory-mail-store.ts';
import { anOutcome } from '../../../../support/outcome.ts';

const mailbox = 'post@contoso.example';

function storeWith(...outcomes: Partial<Outcome>[]): MemoryMailStore {
  const store = new MemoryMailStore();
  outcomes.forEach((one, at) => store.put(anOutcome({ id: `job-${at}`, mailbox, updatedAt: noon, ...one })));
  return store;
}
const recent = (store: MemoryMailStore) => recentMail(store, anOutcome().tenantId, mailbox, noon);

test('the newest failure comes first, whether it is certain or not', async () => {
  const { failures, leftAt } = await recent(
    storeWith(
      { state: 'failed', code: 'MAILBOX_FULL', updatedAt: noon - 2000, serviceCode: '554 5.2.2' },
      { state: 'unknown', code: 'SEND_UNCONFIRMED', updatedAt: noon - 1000 },
      { state: 'sent', updatedAt: noon - 3000 },
    ),
  );
  assert.deepEqual(failures, [
    { code: 'SEND_UNCONFIRMED', at: noon - 1000 },
    { code: 'MAILBOX_FULL', at: noon - 2000, serviceCode: '554 5.2.2' },
  ]);
  assert.equal(leftAt, undefined);
});

test('mail that has left since is told', async () => {
  const store = storeWith(
    { state: 'failed', code: 'MAILBOX_FULL', updatedAt: noon - 2000 },
    { state: 'sent', updatedAt: noon - 500, mailbox: 'POST@contoso.example' },
    { state: 'sent', updatedAt: noon - 100, mailbox: 'anna@contoso.example' },
  );
  assert.equal((await recent(store)).leftAt, noon - 500);
});

test('other mailboxes, and what is older than a day, are left out', async () => {
  const { failures } = await recent(
    storeWith(
      { state: 'failed', code: 'MAILBOX_FULL', mailbox: 'anna@contoso.example' },
      { state: 'failed', code: 'MAILBOX_FULL', updatedAt: noon - 25 * hours },
      { state: 'refused', code: 'TENANT_NOT_CONSENTED' },
    ),
  );
  assert.deepEqual(failures, []);
});
