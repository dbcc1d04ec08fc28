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

/** A cloud that is left running for days forgets the oldest requests. */
const mostEntries = 50_000;

export class Journal {
  readonly entries: JournalEntry[] = [];
  /** How many there ever were: whoever remembers it can tell whether anything has happened since. */
  recorded = 0;

  record(entry: Omit<JournalEntry, 'at'>): void {
    this.recorded += 1;
    this.entries.push({ at: Date.now(), ...entry });
    if (this.entries.length > mostEntries) this.entries.splice(0, mostEntries / 10);
  }

  /** How many requests of one kind were made since a moment (epoch milliseconds). */
  count(service: JournalEntry['service'], operation: string, since = 0): number {
    return this.entries.filter(
      (entry) => entry.service === service && entry.operation === operation && entry.at >= since,
    ).length;
  }
}
