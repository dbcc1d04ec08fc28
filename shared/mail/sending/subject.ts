/** Which row a queue message is about, as far as its tenant and id can be read: a malformed job is found under its own id too. */

import { tenantId } from '../../tenants/tenant.ts';
import type { Subject } from './job-ledger.ts';
import { fingerprint, mailJobId } from '../job/mail-job.ts';
import { type TransportName, unreadableTenant } from '../outcome.ts';
import { decodeMessage, type RawMessage } from './raw-message.ts';

export function subjectOf(transport: TransportName, raw: RawMessage): Subject {
  const { value, print } = readable(raw);
  const tenant = tenantId.safeParse('tenant' in value ? value.tenant : undefined);
  const id = mailJobId.safeParse('id' in value ? value.id : undefined);
  return {
    transport,
    text: raw.text,
    tenantId: tenant.success ? tenant.data : unreadableTenant,
    id: id.success ? id.data : `message-${raw.digest}`,
    fingerprint: print,
  };
}

function readable(raw: RawMessage): { value: object; print: string } {
  try {
    const value = decodeMessage(raw);
    return { value, print: fingerprint(value) };
  } catch {
    // No JSON, or JSON that is nested too deep to be walked: no job either way.
    return { value: {}, print: raw.digest };
  }
}
