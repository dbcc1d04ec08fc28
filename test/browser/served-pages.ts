/** Pages of the app as a browser gets them, each at an address of its own, with the headers that they are answered with. */

import type { HttpResponseInit } from '@azure/functions';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface ServedPages {
  readonly url: string;
  /** What was asked for beside the pages. */
  readonly others: readonly string[];
  stop(): Promise<void>;
}

/** @param pages by the path under which they are served. */
export async function servePages(pages: Readonly<Record<string, HttpResponseInit>>): Promise<ServedPages> {
  const others: string[] = [];
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname;
    const page = pages[path];
    if (page === undefined) others.push(path);
    response.writeHead(page?.status ?? 404, page?.headers as Record<string, string> | undefined);
    response.end(page?.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://localhost:${port}`,
    others,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
