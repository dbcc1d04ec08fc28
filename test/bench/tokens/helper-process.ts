/** A process that is started for a measurement and is talked to, one question at a time. It ends with its parent's word. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { z } from 'zod';

export interface HelperOptions {
  /** Below test/bench. */
  readonly file: string;
  readonly argument?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export class HelperProcess<Message> {
  readonly #child: ChildProcess;
  readonly #schema: z.ZodType<Message>;
  readonly #exited: Promise<unknown>;
  readonly #file: string;

  constructor(schema: z.ZodType<Message>, { file, argument, environment = {} }: HelperOptions) {
    this.#schema = schema;
    this.#file = file;
    this.#child = fork(join(import.meta.dirname, '..', file), argument === undefined ? [] : [argument], {
      env: { ...process.env, ...environment },
      // What the app logs is for the host, which is not there.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#exited = once(this.#child, 'exit');
  }

  /** @throws Error when it ends in place of an answer. */
  async next(): Promise<Message> {
    const gone = this.#exited.then(() => {
      throw new Error(`${this.#file} has ended before its time.`);
    });
    const [message] = (await Promise.race([once(this.#child, 'message'), gone])) as unknown[];
    return this.#schema.parse(message);
  }

  ask(question: object): Promise<Message> {
    const answer = this.next();
    this.#child.send(question);
    return answer;
  }

  async end(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }
}
