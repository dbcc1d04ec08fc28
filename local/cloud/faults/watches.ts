/**
 * Requests that a test wants to be told of while they are under way, so that it can do something to the caller at a moment
 * that it knows: kill it, above all. From code only, since a rule of the fault panel is data and this is not.
 */

import type { FaultTarget } from './fault-panel.ts';
import type { ServiceName } from './fault-rule.ts';

export interface WatchedRequest extends FaultTarget {
  /** The caller's end of the connection, which tells its process from others. */
  readonly remotePort: number | undefined;
  /** Of the service's own answer; absent before. */
  readonly status?: number;
}

export interface Watch {
  readonly service: ServiceName;
  /** Any of these. */
  readonly operations: readonly string[];
  /**
   * Before the service sees it, or after it has done its work and before the answer leaves. What a fault keeps from the
   * service is not watched.
   */
  readonly when: 'before' | 'after';
  /** Of HTTP storage services alone: whether the request's content is what is waited for. */
  readonly content?: (text: string) => boolean;
  /** The request waits for it. */
  readonly seen: (request: WatchedRequest) => unknown;
}

export class Watches {
  #watches: readonly Watch[] = [];

  /** @returns what ends it. */
  add(watch: Watch): () => void {
    this.#watches = [...this.#watches, watch];
    return () => {
      this.#watches = this.#watches.filter((one) => one !== watch);
    };
  }

  /** Whether the content of such a request is to be read before it is served. */
  wantsContent(target: FaultTarget): boolean {
    return this.#watches.some((watch) => watch.content !== undefined && isOf(watch, target));
  }

  async tell(when: Watch['when'], request: WatchedRequest, content: string): Promise<void> {
    for (const watch of this.#watches) {
      if (watch.when !== when || !isOf(watch, request) || watch.content?.(content) === false) continue;
      await watch.seen(request);
    }
  }
}

function isOf({ service, operations }: Watch, target: FaultTarget): boolean {
  return service === target.service && operations.includes(target.operation);
}
