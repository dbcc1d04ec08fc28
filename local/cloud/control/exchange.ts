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
  /** What the script's own parameters are given. */
  parameters: z.record(z.string(), z.string()).exactOptional(),
  /** What the script may read with Import-Csv, by path. */
  files: z.record(z.string(), z.string().max(1_000_000)).exactOptional(),
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
