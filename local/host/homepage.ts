/** What the root of the address answers when no function does, as HomepageMiddleware of the Functions host. */

import type { ServerResponse } from 'node:http';

const page = `<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Function app</title>
<p>The function app runs in the local host.</p></html>
`;

/** @param disabled `AzureWebJobsDisableHomepage` is true: no page, 204. */
export function writeHomepage(response: ServerResponse, disabled: boolean): void {
  if (disabled) response.writeHead(204).end();
  else response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(page);
}
