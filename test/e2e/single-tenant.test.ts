/** The built bundle, told that its registration is single-tenant: the home tenant is served, and any other is told why it is not. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { customers } from '../../local/cloud/seed.ts';
import { invite } from '../../local/onboarding.ts';
import { aMailJob } from '../support/mail-job.ts';
import { bringIn, outcomeOf, queueMail, startTestStack, type TestStack } from '../support/stack.ts';

const { contoso: home, fabrikam: other } = customers;
let stack: TestStack;

before(async () => {
  stack = await startTestStack({ TENANTPOST_SINGLE_TENANT_ID: home.id });
});
after(async () => stack.stop());

async function outcomeOfMail({ id: tenant, domain }: { id: string; domain: string }, ...states: string[]) {
  const id = `of-${domain.replaceAll('.', '-')}`;
  const mail = { id, subject: id, tenant, from: `post@${domain}`, to: ['ada@customer.example'] };
  await queueMail(stack, aMailJob(mail));
  return outcomeOf(stack, id, ...states);
}

test('the home tenant consents and sends', async () => {
  await bringIn(stack, home);
  assert.equal((await outcomeOfMail(home, 'sent', 'refused')).state, 'sent');
});

test('another tenant is not invited: the answer is TENANT_NOT_HOME', async () => {
  await assert.rejects(invite(stack, other.id), /400.*TENANT_NOT_HOME/);
});

test('mail of another tenant is refused by the same code, and Entra is not asked', async () => {
  const { state, code } = await outcomeOfMail(other, 'sent', 'refused');
  assert.deepEqual([state, code], ['refused', 'TENANT_NOT_HOME']);
  const asked = stack.cloud.journal.find({ service: 'entra', operation: 'token' });
  assert.ok(asked.length > 0);
  assert.ok(asked.every(({ tenantId }) => tenantId === home.id));
});
