/** The lease that makes a timer run on one host only, across all that share the storage account. */

import { type BlobLeaseClient, type BlockBlobClient, type ContainerClient, RestError } from '@azure/storage-blob';
import type { Logger } from './log.ts';
import { sleep } from './sleep.ts';
import { createTextBlob } from './text-blob.ts';

export interface SingletonLockOptions {
  /** azure-webjobs-hosts; made when it is missing. */
  container: ContainerClient;
  /** `locks/<hostid>/Host.Functions.<function>.Listener` */
  blobName: string;
  /** 15 in the real host; 15 to 60 are what Blob storage takes. */
  leaseSeconds: number;
  /** How long to wait before asking again for a lease that another host holds, in milliseconds. */
  retryAfter: number;
  log: Logger;
}

export class SingletonLock {
  readonly #container: ContainerClient;
  readonly #blob: BlockBlobClient;
  readonly #leaseSeconds: number;
  readonly #retryAfter: number;
  readonly #log: Logger;

  constructor({ container, blobName, leaseSeconds, retryAfter, log }: SingletonLockOptions) {
    this.#container = container;
    this.#blob = container.getBlockBlobClient(blobName);
    this.#leaseSeconds = leaseSeconds;
    this.#retryAfter = retryAfter;
    this.#log = log;
  }

  /**
   * Does the work whenever this host holds the lease, until `stop`. The work is told by its signal to end when the lease
   * is lost or the host stops; work that fails is begun again.
   */
  async whileHeld(work: (end: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void> {
    let waiting = false;
    while (!stop.aborted) {
      try {
        const lease = await this.#acquire();
        if (lease) {
          waiting = false;
          await this.#hold(lease, work, stop);
        } else if (!waiting) {
          waiting = true;
          this.#log.info(
            `Another host holds this timer's lock; waiting. A host that was killed keeps it for ${this.#leaseSeconds} s.`,
          );
        }
      } catch (error) {
        this.#log.error('The timer cannot run; trying again.', error);
      }
      await sleep(this.#retryAfter, stop);
    }
  }

  async #acquire(): Promise<BlobLeaseClient | undefined> {
    await this.#container.createIfNotExists();
    await createTextBlob(this.#blob, '');
    const lease = this.#blob.getBlobLeaseClient();
    try {
      await lease.acquireLease(this.#leaseSeconds);
      return lease;
    } catch (error) {
      if (error instanceof RestError && error.statusCode === 409) return undefined;
      throw error;
    }
  }

  async #hold(lease: BlobLeaseClient, work: (end: AbortSignal) => Promise<void>, stop: AbortSignal): Promise<void> {
    const done = new AbortController();
    const lost = new AbortController();
    const renewals = this.#renew(lease, lost, done.signal);
    try {
      await work(AbortSignal.any([stop, lost.signal]));
    } finally {
      done.abort();
      await renewals;
      // Whoever waits for the lease gets it at once. When it is lost or storage is away there is nothing to give back.
      if (!lost.signal.aborted) await lease.releaseLease().catch(() => undefined);
    }
  }

  async #renew(lease: BlobLeaseClient, lost: AbortController, done: AbortSignal): Promise<void> {
    let renewedAt = Date.now();
    for (;;) {
      await sleep((this.#leaseSeconds * 1000) / 3, done);
      if (done.aborted) return;
      try {
        await lease.renewLease();
        renewedAt = Date.now();
      } catch (error) {
        const taken = error instanceof RestError && [404, 409, 412].includes(error.statusCode ?? 0);
        // Storage that is away may come back while the lease still runs; after that another host may hold it.
        if (!taken && Date.now() - renewedAt < this.#leaseSeconds * 1000) continue;
        this.#log.warn("The timer's lock is lost; another host may run it now.");
        return lost.abort();
      }
    }
  }
}
