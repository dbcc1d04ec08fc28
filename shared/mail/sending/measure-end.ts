/** Counts an end of a mail job. Once, by whoever has written it: an end that is told again is not another one. */

import type { Metrics } from '../../metrics.ts';
import type { Tracing } from '../../tracing.ts';
import type { Outcome } from '../outcome.ts';

export interface Measuring {
  readonly metrics: Pick<Metrics, 'count' | 'record'>;
  readonly tracing: Tracing;
}

export function measureEnd(
  { metrics, tracing }: Measuring,
  { transport, state, code }: Pick<Outcome, 'transport' | 'state' | 'code'>,
): void {
  tracing.note({ 'tenantpost.job.state': state, 'tenantpost.code': code });
  switch (state) {
    case 'sent':
    case 'cancelled':
      return metrics.count(`tenantpost.mail.${state}`, { transport });
    case 'refused':
    case 'failed':
    case 'unknown':
      return metrics.count(`tenantpost.mail.${state}`, { transport, code: code ?? 'UNEXPECTED' });
    default:
  }
}
