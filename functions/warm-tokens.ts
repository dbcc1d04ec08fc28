/** The timer: proves pending tenants and renews tokens that will soon expire. */

import type { TimerFunctionOptions } from '@azure/functions';
import { withTrigger } from '../shared/host/log.ts';
import type { Services } from '../shared/services.ts';

export const warmTokens = ({ warm, warmSchedule }: Services): TimerFunctionOptions => ({
  schedule: warmSchedule,
  handler: (_timer, context) =>
    withTrigger(context, async () => {
      await warm.run();
    }),
});
