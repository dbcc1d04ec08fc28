/** Reads whole tables and queues, for tests that look at what was stored. */

import type { Stack } from '../../local/stack.ts';

export async function rowsOf(stack: Stack, table: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for await (const row of stack.storage.table(table).listEntities()) rows.push(row);
  return rows;
}

/** Up to 32 messages of a queue as text, without taking them. */
export async function messagesOf(stack: Stack, queue: string): Promise<string[]> {
  const { peekedMessageItems } = await stack.storage.queue(queue).peekMessages({ numberOfMessages: 32 });
  return peekedMessageItems.map(({ messageText }) => messageText);
}
