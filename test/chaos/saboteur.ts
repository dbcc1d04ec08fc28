/** Carries out the events of a plan, each when Graph has accepted as many mails as it says. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud } from '../../local/cloud/cloud.ts';
import type { WatchedRequest } from '../../local/cloud/faults/watches.ts';
import type { Instances } from './instances.ts';
import type { PlannedEvent } from './plan-events.ts';
import { type StepName, steps } from './steps.ts';

type Of<Kind extends PlannedEvent['kind']> = Extract<PlannedEvent, { kind: Kind }>;

export class Saboteur {
  /** How many mails Graph has accepted. */
  accepted = 0;
  readonly killsByStep: Partial<Record<StepName | 'any', number>> = {};
  readonly #cloud: Cloud;
  readonly #instances: Instances;
  readonly #events: PlannedEvent[];
  /** What the rules are called that this one has added, and how often those that are gone had hit. */
  readonly #names = new Map<string, string>();
  readonly #former: Record<string, number> = {};
  readonly #armed = new Map<() => void, StepName>();
  readonly #underWay = new Set<Promise<unknown>>();
  readonly #endCount: () => void;

  constructor(cloud: Cloud, instances: Instances, events: readonly PlannedEvent[]) {
    this.#cloud = cloud;
    this.#instances = instances;
    this.#events = [...events];
    this.#endCount = cloud.faults.watches.add({
      service: 'graph',
      operations: ['sendMail', 'sendMessage'],
      when: 'after',
      seen: ({ status = 0 }) => {
        if (status < 300) this.#advance();
      },
    });
  }

  /** Requests, and of a service that was down connections, by the names of the faults that hit them. */
  get faults(): Readonly<Record<string, number>> {
    const hits = { ...this.#former };
    for (const { rule, hits: now } of this.#cloud.faults.list()) add(hits, this.#names.get(rule.id), now);
    return hits;
  }

  /** What has not happened: events that were not reached, and steps that nobody came to. */
  get missed(): readonly string[] {
    return [...this.#events.map(nameOf), ...[...this.#armed.values()].map((step) => `kill at ${step}`)];
  }

  /** Nothing goes wrong from now on. Waits until outages are over and the killed are replaced. */
  async end(): Promise<void> {
    while (this.#underWay.size > 0) await Promise.all(this.#underWay);
    this.#endCount();
    for (const disarm of this.#armed.keys()) disarm();
    await this.#instances.whenAllAreUp();
  }

  #advance(): void {
    this.accepted += 1;
    while ((this.#events[0]?.at ?? Infinity) <= this.accepted) {
      const event = this.#events.shift();
      if (event) this.#begin(event);
    }
  }

  #begin(event: PlannedEvent): void {
    switch (event.kind) {
      case 'kill':
        return this.#track(this.#killAny(event));
      case 'kill-at-step':
        return this.#arm(event);
      case 'outage':
        return this.#track(this.#outage(event));
      case 'fault':
        this.#names.set(this.#cloud.faults.add(event.rule), event.name);
    }
  }

  async #killAny({ draw, downSeconds }: Of<'kill'>): Promise<void> {
    const { up } = this.#instances;
    const victim = up[draw % up.length];
    if (victim === undefined) return;
    add(this.killsByStep, 'any', 1);
    await this.#instances.kill(victim, downSeconds);
  }

  /** The next one of them that comes to this step is killed there: the request waits until it is gone. */
  #arm({ step, downSeconds }: Of<'kill-at-step'>): void {
    const { status: isTheOne = () => true, of: _, ...watch } = steps[step];
    const seen = async ({ status = 0, remotePort }: WatchedRequest): Promise<void> => {
      if (!this.#armed.has(disarm) || (watch.when === 'after' && !isTheOne(status))) return;
      const victim = this.#instances.ownerOf(remotePort);
      if (victim === undefined) return;
      this.#armed.delete(disarm);
      disarm();
      add(this.killsByStep, step, 1);
      await this.#instances.kill(victim, downSeconds);
    };
    const disarm = this.#cloud.faults.watches.add({ ...watch, seen });
    this.#armed.set(disarm, step);
  }

  async #outage({ services, seconds }: Of<'outage'>): Promise<void> {
    const ids = services.map((service) => this.#cloud.faults.add({ service, fault: { kind: 'down' } }));
    const name = nameOf({ kind: 'outage', at: 0, services, seconds });
    for (const id of ids) this.#names.set(id, name);
    await sleep(seconds * 1000);
    for (const id of ids) {
      const hits = this.#cloud.faults.list().find(({ rule }) => rule.id === id)?.hits ?? 0;
      this.#cloud.faults.remove(id);
      add(this.#former, name, hits);
    }
  }

  #track(work: Promise<unknown>): void {
    const tracked = work.finally(() => this.#underWay.delete(tracked));
    this.#underWay.add(tracked);
  }
}

function nameOf(event: PlannedEvent): string {
  switch (event.kind) {
    case 'kill':
      return 'kill';
    case 'kill-at-step':
      return `kill at ${event.step}`;
    case 'outage':
      return `${event.services.join(', ')} down`;
    case 'fault':
      return event.name;
  }
}

function add<Name extends string>(counts: Partial<Record<Name, number>>, name: Name | undefined, count: number): void {
  if (name !== undefined && count > 0) counts[name] = (counts[name] ?? 0) + count;
}
