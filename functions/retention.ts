/** The timer that removes what is over: outcomes, poison, gates and content. */

import type { TimerFunctionOptions } from '@azure/functions';
import { withTrigger } from '../shared/host/log.ts';
import type { Services } from '../shared/services.ts';

export const retention = ({
  retention,
  retentionSchedule,
}: Pick<Services, 'retention' | 'retentionSchedule'>): TimerFunctionOptions => ({
  schedule: retentionSchedule,
  handler: (_timer, context) => withTrigger(context, () => retention.run()),
});
