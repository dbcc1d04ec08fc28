/** The instances of the send functions: killed by their pid, and replaced after a while as Azure would replace them. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { HostProcess } from '../../local/host/host-process.ts';
import type { Host } from '../../local/host/start-host.ts';
import { ownerOf } from './socket-owner.ts';

/** New jobs, and those whose turn has come. */
export const sendGroups: readonly string[] = ['function:sendGraph', 'function:sendGraphDue'];

export class Instances {
  kills = 0;
  readonly #host: Host;
  readonly #down = new Set<HostProcess>();
  readonly #replacing = new Set<Promise<unknown>>();
  #failure: Error | undefined;

  constructor(host: Host) {
    this.#host = host;
  }

  get up(): readonly HostProcess[] {
    return this.#host.processes.filter((one) => sendGroups.includes(one.group) && !this.#down.has(one));
  }

  /** Of all that should be there. */
  get count(): number {
    return this.#host.processes.filter(({ group }) => sendGroups.includes(group)).length;
  }

  /** The one that has the other end of a connection; nothing when it is another process's. */
  ownerOf(remotePort: number | undefined): HostProcess | undefined {
    const up = this.up;
    const pid = ownerOf(
      remotePort ?? 0,
      up.map((one) => one.pid),
    );
    return up.find((one) => one.pid === pid);
  }

  /** Resolves when it has ended; another one comes after `downSeconds`. */
  async kill(victim: HostProcess, downSeconds: number): Promise<void> {
    this.kills += 1;
    this.#down.add(victim);
    victim.kill();
    await victim.exited;
    const replacing = this.#replace(victim, downSeconds).catch((error: Error) => (this.#failure ??= error));
    this.#replacing.add(replacing);
    void replacing.finally(() => this.#replacing.delete(replacing));
  }

  /** @throws when one could not be replaced. */
  async whenAllAreUp(): Promise<void> {
    while (this.#replacing.size > 0) await Promise.all(this.#replacing);
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** A start needs vault and storage, which may be away this moment: Azure goes on trying as well. */
  async #replace(victim: HostProcess, downSeconds: number): Promise<void> {
    await sleep(downSeconds * 1000);
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#host.replace(victim);
        this.#down.delete(victim);
        return;
      } catch (error) {
        if (tries === 20) throw error;
        await sleep(1000);
      }
    }
  }
}
