/** A local cloud in a process of its own, so that its share of a core can be told from that of the load. */

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startCloud } from '../../local/cloud/cloud.ts';
import { loadState } from './cloud-load-state.ts';

const folder = mkdtempSync(join(tmpdir(), 'cloud-load-'));
const cloud = await startCloud({ folder, seed: loadState });
const { urls, ca, identityHeader } = cloud;
process.send?.({ urls, ca, identityHeader });
process.on('message', () => process.send?.(process.cpuUsage()));
process.on('disconnect', () => {
  void cloud.stop().then(() => {
    rmSync(folder, { recursive: true });
    process.exit(0);
  });
});
