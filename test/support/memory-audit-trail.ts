/** The audit trail as a list. */

import type { AuditTrail, ConsentEvent, ConsentEventKind, ReadAuditTrail } from '../../shared/tenants/audit.ts';

export class MemoryAuditTrail implements AuditTrail, ReadAuditTrail {
  readonly events: ConsentEvent[] = [];

  append(event: ConsentEvent): Promise<void> {
    this.events.push(event);
    return Promise.resolve();
  }

  newest(tenantId: string, most: number): Promise<readonly ConsentEvent[]> {
    const events = this.events.filter((event) => event.tenantId === tenantId);
    return Promise.resolve(events.toReversed().slice(0, most));
  }

  kinds(): readonly ConsentEventKind[] {
    return this.events.map(({ kind }) => kind);
  }
}
