/** What reached the local cloud and what was decided: the tests' evidence and the demo's count. Never holds a secret. */

import { AsyncLocalStorage } from 'node:async_hooks';
import type { ServiceName } from './faults/fault-rule.ts';

/** What can be told of an HTTP request without its address, its body or a token. */
export interface RequestFacts {
  method: string;
  /** The scheme of its Authorization header in small letters, `none` without one. */
  authorization: string;
  /** What the caller named it. */
  clientRequestId?: string;
  /** How long it took until the answer was ready. */
  milliseconds?: number;
}

export interface JournalEntry {
  /** Epoch milliseconds, by the true clock. */
  at: number;
  service: ServiceName;
  /** What was asked, in the service's own words: `token`, `sendMail`, `sign` ...; `connection` where none was taken. */
  operation: string;
  /** HTTP status, or the reply code of SMTP; 0 where nothing was answered. IMAP and POP use 200 and 400. */
  status: number;
  /** The service's error code where it refused: `AADSTS7000229`, `ErrorAccessDenied`, `Forbidden` ... */
  code?: string;
  tenantId?: string;
  /** The address of the mailbox that was used; never a recipient's. */
  mailbox?: string;
  /** Of a token request: the certificate that its assertion names, by its SHA-256 thumbprint (`x5t#S256`), accepted or not. */
  certificate?: string;
  /** Why, in a few words: `no enterprise application`, `signature does not verify` ... */
  reason?: string;
  /** The rule of the fault panel that changed the answer. The status is what the service itself had decided, if it had. */
  fault?: string;
  request?: RequestFacts;
}

/** All that is given must hold; text is compared without regard to case. */
export interface JournalFilter {
  service?: ServiceName | undefined;
  operation?: string | undefined;
  tenantId?: string | undefined;
  mailbox?: string | undefined;
  /** The id of a rule. */
  fault?: string | undefined;
  outcome?: Outcome | undefined;
  /** Epoch milliseconds: what happened then or later. */
  since?: number | undefined;
  /** So many of the newest. */
  limit?: number | undefined;
}

/** Accepted and refused (or not answered) by the service itself; faulted where a rule of the fault panel changed what the caller saw. */
export const outcomes = ['accepted', 'refused', 'faulted'] as const;
export type Outcome = (typeof outcomes)[number];

export function outcomeOf({ status, fault }: JournalEntry): Outcome {
  if (fault !== undefined) return 'faulted';
  return status > 0 && status < 400 ? 'accepted' : 'refused';
}

/** A cloud that is left running for days forgets the oldest requests. */
const mostEntries = 50_000;

export class Journal {
  readonly entries: JournalEntry[] = [];
  /** How many there ever were: whoever remembers it can tell whether anything has happened since. */
  recorded = 0;
  readonly #requests = new AsyncLocalStorage<{ facts: RequestFacts; entries: JournalEntry[] }>();

  record(entry: Omit<JournalEntry, 'at' | 'request'>): void {
    const request = this.#requests.getStore();
    const kept: JournalEntry = { at: Date.now(), ...entry, ...(request && { request: request.facts }) };
    request?.entries.push(kept);
    this.recorded += 1;
    this.entries.push(kept);
    if (this.entries.length > mostEntries) this.entries.splice(0, mostEntries / 10);
  }

  /**
   * What is recorded while `work` runs belongs to one request.
   *
   * @param work is given a way to ask what it has recorded so far.
   */
  during<Result>(
    facts: RequestFacts,
    work: (entries: () => readonly JournalEntry[]) => Promise<Result> | Result,
  ): Promise<Result> {
    const request = { facts, entries: [] as JournalEntry[] };
    const began = performance.now();
    return this.#requests.run(request, async () => {
      try {
        return await work(() => request.entries);
      } finally {
        facts.milliseconds = Math.round(performance.now() - began);
      }
    });
  }

  /** The entries that a filter lets through, oldest first. */
  find(filter: JournalFilter = {}): JournalEntry[] {
    const { limit = Infinity } = filter;
    const found = this.entries.filter((entry) => passes(entry, filter));
    return limit < found.length ? found.slice(found.length - limit) : found;
  }

  /** How many requests of one kind were made since a moment (epoch milliseconds). */
  count(service: ServiceName, operation: string, since = 0): number {
    return this.find({ service, operation, since }).length;
  }

  /** Forgets all entries. `recorded` goes on. */
  clear(): void {
    this.entries.length = 0;
  }
}

function passes(entry: JournalEntry, filter: JournalFilter): boolean {
  const same = (name: 'service' | 'operation' | 'tenantId' | 'mailbox' | 'fault'): boolean =>
    filter[name] === undefined || filter[name].toLowerCase() === entry[name]?.toLowerCase();
  return (
    same('service') &&
    same('operation') &&
    same('tenantId') &&
    same('mailbox') &&
    same('fault') &&
    (filter.outcome === undefined || filter.outcome === outcomeOf(entry)) &&
    (filter.since === undefined || entry.at >= filter.since)
  );
}
