/** The timer that removes what is over: outcomes, poison, gates, content and invitations. */

import type { TimerFunctionOptions } from '@azure/functions';
import { withTrigger } from '../shared/host/log.ts';
import type { Services } from '../shared/services.ts';

type Needed = Pick<Services, 'retention' | 'invitationRetention' | 'retentionSchedule'>;

export const retention = ({ retention, invitationRetention, retentionSchedule }: Needed): TimerFunctionOptions => ({
  schedule: retentionSchedule,
  handler: (_timer, context) =>
    withTrigger(context, async () => {
      await retention.run();
      await invitationRetention.run();
    }),
});
