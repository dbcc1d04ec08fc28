/** Lists that come in pages, followed to their end or to as many as are wanted. */

import type { Terminal } from './terminal/terminal.ts';

interface Page<Item> {
  readonly items: readonly Item[];
  readonly continuation?: string | undefined;
  /** Left out of the page, since the app could not read them. */
  readonly unreadable?: number | undefined;
}

interface Pages<Item> {
  readonly limit: number;
  readonly terminal: Terminal;
  /** For the progress. */
  readonly what: string;
  /** @param more parameters of the query. */
  readonly page: (more: readonly (readonly [string, string | undefined])[]) => Promise<Page<Item>>;
}

/** What the app gives at a time at most. */
const mostInPage = 500;

/** A page may be empty and not be the last: only one without a continuation is. */
export async function allPages<Item>({ limit, terminal, what, page }: Pages<Item>) {
  const items: Item[] = [];
  let continuation: string | undefined;
  let unreadable = 0;
  do {
    const room = Math.min(mostInPage, limit - items.length);
    const next = await page([
      ['limit', String(room)],
      ['continuation', continuation],
    ]);
    items.push(...next.items);
    continuation = next.continuation;
    unreadable += next.unreadable ?? 0;
    if (continuation !== undefined && items.length < limit) terminal.progress(`${items.length} ${what} so far`);
  } while (continuation !== undefined && items.length < limit);
  if (unreadable > 0) terminal.warn(`${unreadable} more cannot be read: another release of the app has written them.`);
  const hasMore = continuation !== undefined || items.length > limit;
  return { items: items.slice(0, limit), hasMore, isComplete: !hasMore && unreadable === 0 };
}
