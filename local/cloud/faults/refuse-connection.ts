/** New connections to a service that is down. */

import type { CloudContext } from '../cloud.ts';
import type { ServiceName } from './fault-rule.ts';

/** Whether the service takes no connection now; one that it does not take is in the journal, as no request will be. */
export function refusesConnection({ faults, journal }: CloudContext, service: ServiceName): boolean {
  const hit = faults.takeConnection(service);
  if (hit === undefined) return false;
  journal.record({ service, operation: 'connection', status: 0, reason: 'fault: down', fault: hit.id });
  return true;
}
