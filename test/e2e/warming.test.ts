/** The built bundle with several timers and both resources: each tenant's tokens are warmed by the timer of its shard. */

import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { customers, vendor } from '../../local/cloud/seed.ts';
import { waitFor } from '../../local/wait.ts';
import { tables } from '../../shared/names.ts';
import { bringIn, startTestStack, type TestStack } from '../support/stack.ts';

const { contoso, fabrikam } = customers;
let stack: TestStack;

before(async () => {
  stack = await startTestStack({ TENANTPOST_WARM_SHARDS: '8', TENANTPOST_RESOURCES: 'graph,outlook' });
});
after(async () => stack.stop());

/** Which tokens the table has. */
async function warm(): Promise<string[]> {
  const found: string[] = [];
  for await (const { partitionKey = '', rowKey = '', sealed } of stack.storage.table(tables.tokens).listEntities()) {
    if (sealed !== undefined) found.push(`${partitionKey} ${rowKey}`);
  }
  return found.sort();
}

test('every shard has a timer of its own', () => {
  const timers = stack.lines.flatMap((line) => /(warmTokens\d*)\s+timer /.exec(line)?.[1] ?? []);
  const others = [2, 3, 4, 5, 6, 7, 8].map((number) => `warmTokens${number}`);
  assert.deepEqual(timers.sort(), ['warmTokens', ...others]);
});

test('tenants of different shards get both tokens, and no run asks for what is warm', async () => {
  const { registrations } = stack.cloud.state;
  const registration = registrations.find(({ appId }) => appId === vendor.appId);
  registration?.requiredAppRoles.push({ resource: 'https://outlook.office365.com', role: 'SMTP.SendAsApp' });
  await bringIn(stack, contoso);
  await bringIn(stack, fabrikam);
  const wanted = [contoso, fabrikam].flatMap(({ id }) => [`${id} graph`, `${id} outlook`]);
  await waitFor('both tokens of both', async () => ((await warm()).length === 4 ? true : undefined));
  assert.deepEqual(await warm(), wanted.sort());

  const runs = (timer: string): number =>
    stack.lines.filter((line) => line.includes(`'Functions.${timer}' (Succeeded`)).length;
  const furtherRuns = async (): Promise<void> => {
    const before = [runs('warmTokens'), runs('warmTokens2')] as const;
    // The first to end may have begun before.
    const isOver = (): boolean => runs('warmTokens') > before[0] + 1 && runs('warmTokens2') > before[1] + 1;
    await waitFor('further runs of both timers', () => (isOver() ? true : undefined));
  };
  const requests = (): number => stack.cloud.journal.find({ service: 'entra', operation: 'token' }).length;
  await furtherRuns();
  const before = requests();
  await furtherRuns();
  assert.equal(requests(), before);
});
