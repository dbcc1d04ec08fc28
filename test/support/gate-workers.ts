/** Several instances of the app beside each other, each a process, at the gate of one mailbox. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type GateAnswer, gateAnswer, type GateQuestion } from './gate-workers-process.ts';

export class GateWorkers {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor() {
    this.#child = fork(join(import.meta.dirname, 'gate-workers-process.ts'), {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#exited = once(this.#child, 'exit');
  }

  /** @returns when it is ready to be asked. */
  static async start(): Promise<GateWorkers> {
    const workers = new GateWorkers();
    await workers.#next((message) => message === 'ready');
    return workers;
  }

  /** @returns when every job is through. */
  async run(question: GateQuestion): Promise<GateAnswer> {
    const answer = this.#next((message) => typeof message === 'object');
    this.#child.send(question);
    return gateAnswer.parse(await answer);
  }

  /** Kills it once so many of its jobs are being sent: nothing is given back. */
  async runUntilKilled(question: GateQuestion, sending: number): Promise<void> {
    let seen = 0;
    const begun = this.#next((message) => message === 'sending' && (seen += 1) >= sending);
    this.#child.send(question);
    await begun;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }

  /** @returns the first message that fits. */
  async #next(fits: (message: unknown) => boolean): Promise<unknown> {
    const { promise, resolve } = Promise.withResolvers<unknown>();
    const listen = (message: unknown): void => {
      if (fits(message)) resolve(message);
    };
    this.#child.on('message', listen);
    const gone = this.#exited.then(() => {
      throw new Error('A process that worked at the gate has ended.');
    });
    try {
      return await Promise.race([promise, gone]);
    } finally {
      this.#child.off('message', listen);
    }
  }
}
