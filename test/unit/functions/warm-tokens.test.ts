import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Timer } from '@azure/functions';
import { warmTokens } from '../../../functions/warm-tokens.ts';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { noon } from '../../support/clock.ts';
import { failing } from '../../support/failing.ts';
import { anInvocation } from '../../support/invocation.ts';
import { memoryServices } from '../../support/memory-services.ts';
import { aPendingTenant, aTenant } from '../../support/tenant.ts';
import { plainly } from './plainly.ts';

const tick: Timer = {
  isPastDue: false,
  schedule: { adjustForDST: true },
  scheduleStatus: { last: '', next: '', lastUpdated: new Date(noon).toISOString() },
};

test('it runs by the schedule of the settings', () => {
  assert.equal(warmTokens(memoryServices().services).schedule, '0 */5 * * * *');
});

test('a tick warms active tenants and proves pending ones, and the log counts them', async () => {
  const { services, tenants, tokenStore } = memoryServices();
  await tenants.save(aTenant());
  await tenants.save(aPendingTenant({ id: fabrikam }));
  const { context, lines } = anInvocation('warmTokens');
  assert.equal(await warmTokens(services).handler(tick, context), undefined);
  assert.deepEqual([...tokenStore.rows.keys()].sort(), [`${contoso} graph`, `${fabrikam} graph`]);
  assert.equal(tenants.rows.get(fabrikam)?.state, 'active');
  assert.match(lines.at(-1) ?? '', /^information \{"event":"warm\.done","warm":0,"renewed":1,"activated":1,/);
});

test('a tick that cannot list the tenants fails the function, and the log says by which code', async () => {
  const { services, tenants } = memoryServices();
  const next = failing('STORAGE_UNAVAILABLE', { cause: new Error('secret'), detail: { status: 503 } });
  tenants.list = () => ({ [Symbol.asyncIterator]: () => ({ next }) });
  const { context, lines } = anInvocation('warmTokens');
  await assert.rejects(async () => warmTokens(services).handler(tick, context), plainly('STORAGE_UNAVAILABLE'));
  assert.deepEqual(lines, ['error {"event":"trigger.failed","status":503,"code":"STORAGE_UNAVAILABLE"}']);
});

test('an error that nobody foresaw fails the function, and neither the host nor the log gets a word of it', async () => {
  const { services, tenants } = memoryServices();
  tenants.list = () => {
    throw new TypeError('secret');
  };
  const { context, lines } = anInvocation('warmTokens');
  await assert.rejects(async () => warmTokens(services).handler(tick, context), plainly('UNEXPECTED'));
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^error \{"event":"unexpected","kinds":"TypeError","stack":"at .+"\}$/);
  assert.doesNotMatch(lines.join(), /secret/);
});
