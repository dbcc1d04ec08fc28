/** Entries of poison. */

import type { PoisonEntry } from '../../shared/mail/poison.ts';
import { contoso } from './app-identity.ts';
import { noon } from './clock.ts';

export function aPoisonEntry(overrides: Partial<PoisonEntry> = {}): PoisonEntry {
  return {
    tenantId: contoso,
    id: 'invoice-4711',
    transport: 'graph',
    at: noon,
    reason: { code: 'JOB_INVALID', message: 'It is not valid.', remedy: 'Mend it.', owner: 'operator' },
    text: '{"version":1}',
    ...overrides,
  };
}
