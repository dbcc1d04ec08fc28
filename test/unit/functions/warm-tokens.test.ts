import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Timer } from '@azure/functions';
import { warmTokens } from '../../../functions/warm-tokens.ts';
import { type Shard, shards } from '../../../shared/shard.ts';
import { contoso, fabrikam } from '../../support/app-identity.ts';
import { noon } from '../../support/clock.ts';
import { aProof } from '../../support/credential.ts';
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

const [everything] = shards(1);
const [first, second] = shards(2);
assert.ok(everything && first && second);

test('it runs by the schedule of the settings, each shard by its own', () => {
  const { services } = memoryServices();
  const scheduled = { ...services, warmSchedule: ({ index }: Shard) => `${index} */5 * * * *` };
  assert.equal(warmTokens(scheduled, first).schedule, '0 */5 * * * *');
  assert.equal(warmTokens(scheduled, second).schedule, '1 */5 * * * *');
});

test('a tick warms its shard alone, and the first one looks after the data key as well, when that is done', async () => {
  const { services, tenants, tokenStore } = memoryServices();
  await tenants.save(aTenant());
  const late = 'f0000000-0000-4000-8000-000000000000';
  await tenants.save(aTenant({ id: late }));
  const warm: string[][] = [];
  const watched = { ...services, rotateDataKey: async () => void warm.push([...tokenStore.rows.keys()]) };
  const { context } = anInvocation('warmTokens');
  await warmTokens(watched, second).handler(tick, context);
  assert.deepEqual([...tokenStore.rows.keys()], [`${late} graph`]);
  assert.deepEqual(warm, []);
  await warmTokens(watched, first).handler(tick, context);
  assert.deepEqual(warm, [[`${late} graph`, `${contoso} graph`]]);
});

test('a tick warms active tenants and proves pending ones, and the log counts them', async () => {
  const { services, tenants, tokenStore } = memoryServices();
  await tenants.save(aTenant());
  await tenants.save(aPendingTenant({ id: fabrikam }));
  const { context, lines } = anInvocation('warmTokens');
  assert.equal(await warmTokens(services, everything).handler(tick, context), undefined);
  assert.deepEqual([...tokenStore.rows.keys()].sort(), [`${contoso} graph`, `${fabrikam} graph`]);
  assert.equal(tenants.rows.get(fabrikam)?.state, 'active');
  assert.match(
    lines.at(-1) ?? '',
    /^information \{"event":"warm\.done","shard":0,"warm":0,"renewed":1,"failed":0,"activated":1,/,
  );
});

test('a tick of the first shard looks at the expiry of what proves the app, and no other does', async () => {
  const { services, parts } = memoryServices();
  parts.credential.list = [aProof('print', { expiresAt: noon + 1 })];
  const { context, lines } = anInvocation('warmTokens');
  await warmTokens(services, second).handler(tick, context);
  assert.equal(parts.record.reads, 0);
  await warmTokens(services, first).handler(tick, context);
  assert.ok(lines.some((line) => line.startsWith('error {"event":"credential.expires","credential":"certificate"')));
});

test('a tick looks at the expiry though the tenants cannot be warmed', async () => {
  const { services, parts, tenants } = memoryServices();
  parts.credential.list = [aProof('print', { expiresAt: noon + 1 })];
  tenants.list = () => ({ [Symbol.asyncIterator]: () => ({ next: failing('STORAGE_UNAVAILABLE') }) });
  const { context, lines } = anInvocation('warmTokens');
  await assert.rejects(
    async () => warmTokens(services, everything).handler(tick, context),
    plainly('STORAGE_UNAVAILABLE'),
  );
  assert.ok(lines.some((line) => line.startsWith('error {"event":"credential.expires"')));
});

test('a tick that cannot list the tenants fails the function, and the log says by which code', async () => {
  const { services, tenants } = memoryServices();
  const next = failing('STORAGE_UNAVAILABLE', { cause: new Error('secret'), detail: { status: 503 } });
  tenants.list = () => ({ [Symbol.asyncIterator]: () => ({ next }) });
  const { context, lines } = anInvocation('warmTokens');
  await assert.rejects(
    async () => warmTokens(services, everything).handler(tick, context),
    plainly('STORAGE_UNAVAILABLE'),
  );
  assert.deepEqual(lines, ['error {"event":"trigger.failed","status":503,"code":"STORAGE_UNAVAILABLE"}']);
});

test('an error that nobody foresaw fails the function, and neither the host nor the log gets a word of it', async () => {
  const { services, tenants } = memoryServices();
  tenants.list = () => {
    throw new TypeError('secret');
  };
  const { context, lines } = anInvocation('warmTokens');
  await assert.rejects(async () => warmTokens(services, everything).handler(tick, context), plainly('UNEXPECTED'));
  assert.equal(lines.length, 1);
  assert.match(lines[0] ?? '', /^error \{"event":"unexpected","kinds":"TypeError","stack":"at .+"\}$/);
  assert.doesNotMatch(lines.join(), /secret/);
});
