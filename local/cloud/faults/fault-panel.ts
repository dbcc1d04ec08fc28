/** The rules in force, and which of them hits a request. */

import type { z } from 'zod';
import { type Fault, type FaultRule, type FaultRuleInput, faultRule, type ServiceName } from './fault-rule.ts';

/** What a request is as far as a rule can tell. */
export interface FaultTarget {
  service: ServiceName;
  operation: string;
  tenantId?: string | undefined;
  mailbox?: string | undefined;
}

/** A rule that hits one request. */
export interface Hit {
  id: string;
  fault: Fault;
  /** For a fault that could not be carried out: the rule is as if it had not been hit. */
  release(): void;
}

/** A rule as the panel shows it. */
export interface ListedRule {
  rule: FaultRule & { id: string };
  /** How many requests it has hit so far. */
  hits: number;
}

interface Entry extends ListedRule {
  matched: number;
  random: () => number;
}

export class InvalidFaultError extends Error {
  override readonly name = 'InvalidFaultError';
}

export class FaultPanel {
  #entries: Entry[] = [];
  #added = 0;

  /**
   * Adds a rule behind the others: the first one that matches a request hits it.
   *
   * @returns the rule's id.
   * @throws InvalidFaultError naming the field, or for an id that is taken.
   */
  add(input: FaultRuleInput): string {
    const parsed = faultRule.safeParse(input);
    if (!parsed.success) throw new InvalidFaultError(`A fault rule is wrong: ${describe(parsed.error)}.`);
    this.#added += 1;
    const id = parsed.data.id ?? `fault-${this.#added}`;
    if (this.#entries.some(({ rule }) => rule.id === id)) {
      throw new InvalidFaultError(`A fault rule is wrong: id: "${id}" is taken.`);
    }
    const rule = { ...parsed.data, id };
    this.#entries.push({ rule, hits: 0, matched: 0, random: sequence(rule.seed ?? this.#added) });
    return id;
  }

  /** Whether there was such a rule. */
  remove(id: string): boolean {
    const before = this.#entries.length;
    this.#entries = this.#entries.filter(({ rule }) => rule.id !== id);
    return this.#entries.length < before;
  }

  clear(): void {
    this.#entries = [];
  }

  list(): readonly ListedRule[] {
    return this.#entries.map(({ rule, hits }) => ({ rule, hits }));
  }

  /** The rule that hits this request, if any; it is counted as hit. */
  take(target: FaultTarget): Hit | undefined {
    for (const entry of this.#entries) {
      const { rule } = entry;
      if (rule.fault.kind === 'clock' || !matches(rule, target)) continue;
      if (rule.times !== undefined && entry.hits >= rule.times) continue;
      entry.matched += 1;
      if (entry.matched <= (rule.skip ?? 0)) continue;
      if (rule.probability !== undefined && entry.random() >= rule.probability) continue;
      entry.hits += 1;
      return { id: rule.id, fault: rule.fault, release: () => (entry.hits -= 1) };
    }
    return undefined;
  }

  isDown(service: ServiceName): boolean {
    return this.#entries.some(({ rule }) => rule.service === service && rule.fault.kind === 'down');
  }

  /** By how much a service's clock is ahead, in milliseconds. */
  skew(service: ServiceName): number {
    const seconds = this.#entries.map(({ rule }) =>
      rule.service === service && rule.fault.kind === 'clock' ? rule.fault.seconds : 0,
    );
    return 1000 * seconds.reduce((sum, one) => sum + one, 0);
  }
}

function matches(rule: FaultRule, target: FaultTarget): boolean {
  const same = (wanted: string | undefined, is: string | undefined): boolean =>
    wanted === undefined || wanted.toLowerCase() === is?.toLowerCase();
  return (
    rule.service === target.service &&
    same(rule.operation, target.operation) &&
    same(rule.tenantId, target.tenantId) &&
    same(rule.mailbox, target.mailbox)
  );
}

/** Numbers from 0 to below 1, the same for the same seed: mulberry32, whose quality is enough for a coin. */
function sequence(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function describe(error: z.ZodError): string {
  return error.issues.map(({ path, message }) => `${path.map(String).join('.') || 'the whole'}: ${message}`).join('; ');
}
