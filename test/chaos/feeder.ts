/** The producer: puts the planned jobs on the send queue, some twice, and takes some back by the HTTP API. */

import { setTimeout as sleep } from 'node:timers/promises';
import type { Stack } from '../../local/stack.ts';
import { queues, routePrefix, routes } from '../../shared/names.ts';
import type { PlannedJob } from './plan-jobs.ts';
import { queueMessage } from './queue-messages.ts';

/** How many are put at a time. */
const lanes = 6;

const queuesOfGraph = [queues.mailGraph, queues.mailGraphDue, queues.mailGraphPoison, queues.mailGraphDuePoison];

export class Feeder {
  /** Of the jobs. */
  fed = 0;
  /** Of the messages: some jobs come twice. */
  queued = 0;
  /** The jobs whose cancelling was answered with 200. */
  readonly cancelled = new Set<string>();
  /** How many messages were on the queues when somebody looked last. */
  lastWaiting = 0;
  /** By job, epoch milliseconds. */
  readonly notBefore = new Map<string, number>();
  readonly #stack: Stack;
  readonly #jobs: readonly PlannedJob[];
  readonly #mostWaiting: number;
  readonly #later = new Set<Promise<void>>();
  #isOver = false;

  /** @param mostWaiting messages on the queue: a longer queue makes the emulator slow. */
  constructor(stack: Stack, jobs: readonly PlannedJob[], mostWaiting: number) {
    this.#stack = stack;
    this.#jobs = jobs;
    this.#mostWaiting = mostWaiting;
  }

  /** Resolves when everything that is to be put on the queue is, and every cancelling has its answer. */
  async run(stop: AbortSignal): Promise<void> {
    const rest = [...this.#jobs];
    while (rest.length > 0 && !stop.aborted) {
      const room = this.#mostWaiting - (await this.waiting());
      const next = rest.splice(0, Math.max(0, room));
      await Promise.all(
        Array.from({ length: lanes }, (_, lane) => this.#feed(next.filter((__, place) => place % lanes === lane))),
      );
      if (rest.length > 0) await sleep(200);
    }
    while (this.#later.size > 0 && !stop.aborted) await Promise.all(this.#later);
    this.#isOver = true;
  }

  /** How many messages the send queues and their poison queues hold, those under way and those put back among them. */
  async waiting(): Promise<number> {
    const counts = await Promise.all(queuesOfGraph.map((name) => this.#stack.storage.queue(name).getProperties()));
    this.lastWaiting = counts.reduce((sum, { approximateMessagesCount = 0 }) => sum + approximateMessagesCount, 0);
    return this.lastWaiting;
  }

  async #feed(jobs: readonly PlannedJob[]): Promise<void> {
    for (const job of jobs) await this.#feedOne(job);
  }

  async #feedOne(job: PlannedJob): Promise<void> {
    const { cancelAfterSeconds, againAfterSeconds } = job;
    if (cancelAfterSeconds === 0) await this.#cancel(job);
    const { text, notBefore } = queueMessage(job, Date.now());
    if (notBefore !== undefined) this.notBefore.set(job.id, notBefore);
    await this.#put(text);
    this.fed += 1;
    if (againAfterSeconds === 0) await this.#put(text);
    else if (againAfterSeconds !== undefined) this.#after(againAfterSeconds, () => this.#put(text));
    if (cancelAfterSeconds !== undefined && cancelAfterSeconds > 0) {
      this.#after(cancelAfterSeconds, () => this.#cancel(job));
    }
  }

  async #put(text: string): Promise<void> {
    await this.#stack.storage.queue(queues.mailGraph).sendMessage(text);
    this.queued += 1;
  }

  #after(seconds: number, work: () => Promise<void>): void {
    const tracked = sleep(seconds * 1000)
      .then(work)
      // Out of time, the run is counted as it stands; what was still to come meets a world that is gone.
      .catch((error: unknown) => {
        if (!this.#isOver) throw error;
      })
      .finally(() => this.#later.delete(tracked));
    this.#later.add(tracked);
  }

  /** Storage may be away this moment: whoever has no answer asks again. 409 is an answer: it is too late. */
  async #cancel({ tenant, id }: PlannedJob): Promise<void> {
    const { url, keys } = this.#stack.host;
    const path = routes.cancelMailJob.replace('{tenant}', tenant).replace('{id}', id);
    for (let tries = 1; ; tries += 1) {
      const response = await fetch(`${url}/${routePrefix}/${path}`, {
        method: 'POST',
        headers: { 'x-functions-key': keys.host },
        signal: AbortSignal.timeout(30_000),
      }).catch(() => undefined);
      if (response?.status === 200) this.cancelled.add(id);
      if (response?.status === 200 || response?.status === 409) return;
      const answer = response === undefined ? 'no answer' : `${response.status} ${await response.text()}`;
      if (tries === 30) throw new Error(`The job ${id} could not be cancelled: ${answer}`);
      await sleep(1000);
    }
  }
}
