/** The app's timer in a process of its own, composed as in Azure: each message is one run of it. */

import { readConfig } from '../../../shared/config.ts';
import { buildServices } from '../../../shared/services.ts';
import type { FromWarmProcess } from './warm-messages.ts';

const say = (message: FromWarmProcess): unknown => process.send?.(message);

const { warm, shards } = buildServices(readConfig(process.env));
const [shard] = shards;
if (shard === undefined) throw new Error('There is no shard to warm.');

process.on('message', () => {
  const began = performance.now();
  const cpu = process.cpuUsage();
  void warm.run(shard).then(({ warm, renewed, failed, left }) => {
    const { user, system } = process.cpuUsage(cpu);
    say({
      seconds: (performance.now() - began) / 1000,
      rssMB: process.resourceUsage().maxRSS / 1024,
      cpuSeconds: (user + system) / 1e6,
      report: { warm, renewed, failed, left },
    });
  });
});
process.once('disconnect', () => process.exit(0));
say({ ready: true });
