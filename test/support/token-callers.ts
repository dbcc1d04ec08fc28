/** Several instances of the app beside each other, each a process, all asking for tokens of one local cloud. */

import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { type CallersAnswer, callersAnswer } from './token-callers-process.ts';

export class TokenCallers {
  readonly #child: ChildProcess;
  readonly #exited: Promise<unknown>;

  private constructor(settings: Readonly<Record<string, string>>) {
    this.#child = fork(join(import.meta.dirname, 'token-callers-process.ts'), {
      env: { ...process.env, ...settings },
      // What it logs is for the host, which is not there.
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#exited = once(this.#child, 'exit');
  }

  /** @returns when it is ready to be asked. */
  static async start(settings: Readonly<Record<string, string>>): Promise<TokenCallers> {
    const callers = new TokenCallers(settings);
    await callers.#next();
    return callers;
  }

  /** So many callers in this process ask at once, as soon as the message arrives. */
  async ask(tenantId: string, callers: number): Promise<CallersAnswer> {
    const answer = this.#next();
    this.#child.send({ tenantId, callers });
    return callersAnswer.parse(await answer);
  }

  /** As when an instance is lost: nothing is finished or cleared away. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect();
    await this.#exited;
  }

  async #next(): Promise<unknown> {
    const gone = this.#exited.then(() => {
      throw new Error('A process that was asked for tokens has ended.');
    });
    const [message] = (await Promise.race([once(this.#child, 'message'), gone])) as unknown[];
    return message;
  }
}
