/** The rules in force, and which of them hits a request. */

import { describeProblems, type FieldProblem, fieldProblems } from '../field-problem.ts';
import { type Fault, type FaultRule, type FaultRuleInput, faultRule, type ServiceName } from './fault-rule.ts';
import { Watches } from './watches.ts';

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
  /** For a fault that could not be carried out: the rule is as if it had not seen the request. */
  release(): void;
}

/** A rule as the panel shows it. */
export interface ListedRule {
  rule: FaultRule & { id: string };
  /** How many requests it has hit so far; of a rule of kind `down`, how many connections. */
  hits: number;
}

interface Entry extends ListedRule {
  /** How many requests it matched while it still had hits to give. */
  matched: number;
  seed: number;
}

export class InvalidFaultError extends Error {
  override readonly name = 'InvalidFaultError';
  readonly problems: readonly FieldProblem[];

  constructor(problems: readonly FieldProblem[]) {
    super(`A fault rule is wrong: ${describeProblems(problems)}.`);
    this.problems = problems;
  }
}

export class FaultPanel {
  /** Who is told of requests, whether a rule hits them or not. */
  readonly watches = new Watches();
  #entries: Entry[] = [];
  #added = 0;
  #numbered = 0;

  /**
   * Adds a rule behind the others: the first one that matches a request hits it.
   *
   * @returns the rule's id.
   * @throws InvalidFaultError naming the field, or for an id that is taken.
   */
  add(input: FaultRuleInput): string {
    const parsed = faultRule.safeParse(input);
    if (!parsed.success) throw new InvalidFaultError(fieldProblems(parsed.error));
    const id = parsed.data.id ?? this.#freeId();
    if (this.#has(id)) throw new InvalidFaultError([{ field: 'id', message: `"${id}" is taken` }]);
    const rule = { ...parsed.data, id };
    this.#added += 1;
    this.#entries.push({ rule, hits: 0, matched: 0, seed: rule.seed ?? this.#added });
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
    return this.#entries.map(({ rule, hits }) => ({ rule: structuredClone(rule), hits }));
  }

  /** The rule that hits this request, if any; it is counted as hit. A service that is down is so before all else. */
  take(target: FaultTarget): Hit | undefined {
    const down = this.takeConnection(target.service);
    if (down !== undefined) return down;
    for (const entry of this.#entries) {
      const { rule } = entry;
      if (rule.fault.kind === 'clock' || !matches(rule, target)) continue;
      if (rule.times !== undefined && entry.hits >= rule.times) continue;
      entry.matched += 1;
      if (entry.matched <= (rule.skip ?? 0)) continue;
      if (rule.probability !== undefined && draw(entry.seed, entry.matched) >= rule.probability) continue;
      return hit(entry);
    }
    return undefined;
  }

  /** The rule by which a service is down, if it is; it is counted as hit. For new connections, before any request. */
  takeConnection(service: ServiceName): Hit | undefined {
    const down = this.#entries.find(({ rule }) => rule.service === service && rule.fault.kind === 'down');
    return down && hit(down);
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

  #has(id: string): boolean {
    return this.#entries.some(({ rule }) => rule.id === id);
  }

  /** Never the same again, so that the journal's id is one rule's for ever. */
  #freeId(): string {
    do this.#numbered += 1;
    while (this.#has(`fault-${this.#numbered}`));
    return `fault-${this.#numbered}`;
  }
}

function hit(entry: Entry): Hit {
  entry.hits += 1;
  let released = false;
  return {
    id: entry.rule.id,
    fault: entry.rule.fault,
    release() {
      if (released) return;
      released = true;
      entry.hits -= 1;
      entry.matched -= 1;
    },
  };
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

/**
 * A number from 0 to below 1, the same for the same seed and place: mulberry32, whose quality is enough for a coin. By
 * place, so that a request whose hit was released leaves the sequence as it was.
 */
function draw(seed: number, place: number): number {
  const state = (seed + Math.imul(place, 0x6d2b79f5)) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), state | 1);
  mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
}
