/**
 * The timers: each renews the tokens of its part of the tenants, and asks about those that are pending or stopped. The first
 * looks after the credential and the data key as well, and measures queues and poison.
 */

import type { TimerFunctionOptions } from '@azure/functions';
import { withTrigger } from '../shared/host/log.ts';
import type { Services } from '../shared/services.ts';
import type { Shard } from '../shared/shard.ts';

export const warmTokens = (services: Services, shard: Shard): TimerFunctionOptions => ({
  schedule: services.warmSchedule(shard),
  handler: (_timer, context) =>
    withTrigger(context, async () => {
      const isFirst = shard.index === 0;
      // Ahead of what may fail or be cut off: they fail nothing, and cost some reads.
      if (isFirst) await Promise.all([services.credentialWatch.run(), services.figuresWatch?.run()]);
      await services.warm.run(shard);
      if (isFirst) await services.rotateDataKey();
    }),
});
