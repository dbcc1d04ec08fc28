/** The tenants of a run: what their administrators consented to, and their mailboxes. */

import type { seededRandom } from '../support/seeded-random.ts';
import type { ChaosDelivery } from './plan.ts';

export type Random = ReturnType<typeof seededRandom>;

const appRoles = ['Mail.Send', 'Mail.Read', 'Mail.ReadWrite'] as const;

export interface PlannedTenant {
  readonly id: string;
  readonly domain: string;
  /** Application permissions of Graph; none where the tenant did not consent. */
  readonly consents: readonly (typeof appRoles)[number][];
  readonly mailboxes: readonly string[];
}

/** With `standard` one tenant gives the least right, and one can be asked afterwards; drafts need Mail.ReadWrite. */
const consentsOf: Record<ChaosDelivery, readonly PlannedTenant['consents'][]> = {
  standard: [['Mail.Send'], ['Mail.Send', 'Mail.Read'], ['Mail.Send', 'Mail.ReadWrite'], ['Mail.Send']],
  'exactly-once': Array.from({ length: 4 }, () => ['Mail.Send', 'Mail.ReadWrite'] as const),
  both: [['Mail.Send'], ['Mail.Send', 'Mail.ReadWrite'], ['Mail.Send', 'Mail.ReadWrite']],
};

export function planTenants(delivery: ChaosDelivery, messages: number, random: Random): PlannedTenant[] {
  const mailboxes = Math.min(6, Math.max(2, Math.round(messages / 1600)));
  return [...consentsOf[delivery], []].map((consents, index) => {
    const domain = consents.length === 0 ? 'stranger.example' : `customer-${index + 1}.example`;
    const addresses = Array.from({ length: mailboxes }, (_, number) => `post-${number + 1}@${domain}`);
    return { id: random.guid(), domain, consents, mailboxes: addresses };
  });
}

export const hasConsented = ({ consents }: PlannedTenant): boolean => consents.length > 0;

export const mayDraft = ({ consents }: PlannedTenant): boolean => consents.includes('Mail.ReadWrite');
