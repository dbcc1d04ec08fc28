/** The tokens of this process: a map for each resource, so that a look-up costs the same among ten tenants and ten thousand. */

import { type Resource, resources } from '../resource.ts';
import type { Token } from './token.ts';

/** About 2 KB each, so some 40 MB at most. */
const mostHeld = 20_000;

export class HeldTokens {
  readonly #byTenant: Readonly<Record<Resource, Map<string, Token>>> = { graph: new Map(), outlook: new Map() };
  readonly #most: number;

  constructor(most = mostHeld) {
    this.#most = Math.max(1, Math.floor(most / resources.length));
  }

  /** @param tenantId lower case. */
  get(tenantId: string, resource: Resource): Token | undefined {
    return this.#byTenant[resource].get(tenantId);
  }

  /** The one that was put in first goes when there are too many: it is among the next to expire. */
  put(token: Token): void {
    const held = this.#byTenant[token.resource];
    held.delete(token.tenantId);
    held.set(token.tenantId, token);
    if (held.size <= this.#most) return;
    const [oldest] = held.keys();
    if (oldest !== undefined) held.delete(oldest);
  }

  drop(tenantId: string, resource: Resource): void {
    this.#byTenant[resource].delete(tenantId);
  }
}
