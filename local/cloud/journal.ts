/** What reached the local cloud and what was decided: the tests' evidence and the demo's count. Never holds a secret. */

export interface JournalEntry {
  /** Epoch milliseconds. */
  at: number;
  service: 'entra' | 'graph' | 'vault' | 'identity';
  /** What was asked, in the service's own words: `token`, `adminconsent`, `sendMail`, `sign` ... */
  operation: string;
  status: number;
  /** The service's error code where it refused: `AADSTS7000229`, `ErrorAccessDenied`, `Forbidden` ... */
  code?: string;
  tenantId?: string;
  /** Why, in a few words: `no enterprise application`, `signature does not verify` ... */
  reason?: string;
}

export class Journal {
  readonly entries: JournalEntry[] = [];

  record(entry: Omit<JournalEntry, 'at'>): void {
    this.entries.push({ at: Date.now(), ...entry });
  }

  /** How many requests of one kind were made since a moment (epoch milliseconds). */
  count(service: JournalEntry['service'], operation: string, since = 0): number {
    return this.entries.filter(
      (entry) => entry.service === service && entry.operation === operation && entry.at >= since,
    ).length;
  }
}
