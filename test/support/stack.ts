/** The whole stack for one test file: free ports, a folder of its own, nothing kept. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { odata } from '@azure/data-tables';
import { readPoisonRow } from '../../shared/adapters/storage/poison-row.ts';
import type { PoisonEntry } from '../../shared/mail/poison.ts';
import { queues, tables } from '../../shared/names.ts';
import { consent, invite, tenantState } from '../../local/onboarding.ts';
import { readOutcomes } from '../../local/outcomes.ts';
import { type Stack, type StackOptions, startStack } from '../../local/stack.ts';
import { waitFor } from '../../local/wait.ts';

export interface TestStack extends Stack {
  /** Everything that the host and the app printed. */
  readonly lines: readonly string[];
}

/** The timer runs every two seconds unless the settings say otherwise. */
export async function startTestStack(settings: StackOptions['settings'] = {}): Promise<TestStack> {
  const folder = mkdtempSync(join(tmpdir(), 'tenantpost-test-'));
  const lines: string[] = [];
  const stack = await startStack({
    folder,
    keepStorage: false,
    firstPort: 0,
    settings: { TENANTPOST_WARM_EVERY_SECONDS: '2', ...settings },
    onHostLine: (line) => lines.push(line),
  });
  return {
    ...stack,
    lines,
    async stop() {
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Invites a tenant, consents as its administrator, and waits until mail can leave. */
export async function bringIn(stack: Stack, tenant: { id: string; domain: string }): Promise<void> {
  const { link } = await invite(stack, tenant.id);
  await consent(link, `admin@${tenant.domain}`);
  await waitFor('the tenant to be active', async () => (await tenantState(stack, tenant.id)) === 'active' || undefined);
}

/** Puts a message on the send queue: an object as JSON, a string as it is. */
export async function queueMail(stack: Stack, message: object | string): Promise<void> {
  const text = typeof message === 'string' ? message : JSON.stringify(message);
  await stack.storage.queue(queues.mailGraph).sendMessage(text);
}

/** The outcome of a mail job, once it is one of the states. */
export function outcomeOf(stack: Stack, id: string, ...states: string[]) {
  return waitFor(`mail job ${id} to be ${states.join(' or ')}`, async () => {
    return (await readOutcomes(stack.storage)).find((one) => one.id === id && states.includes(one.state));
  });
}

/** What lies in poison, of all tenants. */
export async function poisonOf(stack: Stack): Promise<PoisonEntry[]> {
  const found: PoisonEntry[] = [];
  const queryOptions = { filter: odata`RowKey ge ${'!poison '} and RowKey lt ${'!poison!'}` };
  for await (const row of stack.storage.table(tables.mail).listEntities({ queryOptions }))
    found.push(readPoisonRow(row));
  return found;
}

/** The copies of a mail, found by its subject. */
export function copiesOf(stack: Stack, subject: string) {
  return stack.cloud.state.messages.filter((message) => message.subject === subject);
}
