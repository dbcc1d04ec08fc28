/** ConsentProof with its ports in memory. */

import { ConsentProof } from '../../shared/tenants/prove-consent.ts';
import type { Tenant } from '../../shared/tenants/tenant.ts';
import type { Resource } from '../../shared/resource.ts';
import type { Token } from '../../shared/tokens/token.ts';
import { settableClock } from './clock.ts';
import { MemoryAuditTrail } from './memory-audit-trail.ts';
import { MemoryTenantStore } from './memory-tenant-store.ts';
import { recordingLog } from './recording-log.ts';
import { aToken } from './unsigned-token.ts';

/** @param known the tenants; by default none. */
export function aProof(...known: readonly Tenant[]) {
  const clock = settableClock();
  const tenants = new MemoryTenantStore(...known);
  const audit = new MemoryAuditTrail();
  const log = recordingLog();
  const dropped: string[] = [];
  const tokens = {
    renew: (tenantId: string, _resource: Resource): Promise<Token> => Promise.resolve(aToken({ tenantId })),
    drop: (tenantId: string, resource: Resource): Promise<void> => {
      dropped.push(`${tenantId} ${resource}`);
      return Promise.resolve();
    },
  };
  const probed: string[] = [];
  const probe = {
    maySend: (tenantId: string, mailbox: string): Promise<void> => {
      probed.push(`${tenantId} ${mailbox}`);
      return Promise.resolve();
    },
  };
  const resources: Resource[] = ['graph'];
  const proof = new ConsentProof({ tenants, tokens, probe, resources, audit, now: clock.now, log: log.log });
  return { resources, probe, probed, clock, tenants, audit, log, tokens, dropped, proof };
}
