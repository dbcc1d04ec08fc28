/** The audit trail as a list. */

import type { AuditTrail, ConsentEvent, ConsentEventKind } from '../../shared/tenants/audit.ts';

export class MemoryAuditTrail implements AuditTrail {
  readonly events: ConsentEvent[] = [];

  append(event: ConsentEvent): Promise<void> {
    this.events.push(event);
    return Promise.resolve();
  }

  kinds(): readonly ConsentEventKind[] {
    return this.events.map(({ kind }) => kind);
  }
}
