/** The timers: each renews the tokens of its part of the tenants, and asks about those that are pending or stopped. */

import type { TimerFunctionOptions } from '@azure/functions';
import { withTrigger } from '../shared/host/log.ts';
import type { Services } from '../shared/services.ts';
import type { Shard } from '../shared/shard.ts';

export const warmTokens = (services: Services, shard: Shard): TimerFunctionOptions => ({
  schedule: services.warmSchedule(shard),
  handler: (_timer, context) =>
    withTrigger(context, async () => {
      await services.warm.run(shard);
      if (shard.index !== 0) return;
      await services.credentialWatch.run();
      await services.rotateDataKey();
    }),
});
