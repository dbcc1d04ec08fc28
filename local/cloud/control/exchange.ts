/** Exchange Online PowerShell: the cmdlets that set a tenant up, run as they are written. */

import type { Hono } from 'hono';
import { z } from 'zod';
import type { CloudContext } from '../cloud.ts';
import { runCmdlets } from '../exchange/run-cmdlets.ts';
import { readBody } from './read-body.ts';
import { ok, resource } from './resource.ts';

const run = z.strictObject({
  /** Signs in to this tenant first, by its id or its domain; else the script connects itself. */
  tenantId: z.string().min(1).exactOptional(),
  script: z.string().max(100_000),
});

export function exchangeRoutes(app: Hono, cloud: CloudContext): void {
  resource(app, '/exchange', {
    // 200 for a script that stopped as well: what it did before stays done, and `error` says where it stopped.
    POST: async (c) => {
      const { script, ...options } = await readBody(c, run);
      return ok(c, runCmdlets(cloud, script, options));
    },
  });
}
