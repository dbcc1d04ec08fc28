/** The test's end of a function app: functions post what they were given, and get on when the test lets them. */

import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';

export class Collector {
  readonly received: unknown[] = [];
  /** What further posts are answered: 500 makes a run fail. */
  status: 200 | 500 = 200;
  url = '';
  #holding = false;
  readonly #held: ServerResponse[] = [];
  readonly #server = createServer((request, response) => {
    void text(request).then((body) => {
      this.received.push(JSON.parse(body));
      if (this.#holding) this.#held.push(response);
      else response.writeHead(this.status).end();
    });
  });

  async start(): Promise<this> {
    this.#server.listen(0, '127.0.0.1');
    await once(this.#server, 'listening');
    this.url = `http://127.0.0.1:${z.object({ port: z.number() }).parse(this.#server.address()).port}/`;
    return this;
  }

  /** Leaves further posts unanswered, so that the functions that made them stay under way. */
  hold(): void {
    this.#holding = true;
  }

  /** Answers the post that waits longest, and goes on holding the others. */
  releaseOne(): void {
    this.#held.shift()?.writeHead(this.status).end();
  }

  release(): void {
    this.#holding = false;
    for (const response of this.#held.splice(0)) response.writeHead(this.status).end();
  }

  clear(): void {
    this.received.length = 0;
  }

  /** What was received of a shape, once there are at least `count`. */
  async wait<T extends z.ZodType>(schema: T, count = 1): Promise<z.output<T>[]> {
    const found = (): z.output<T>[] =>
      this.received.flatMap((one) => {
        const parsed = schema.safeParse(one);
        return parsed.success ? [parsed.data] : [];
      });
    await until(() => found().length >= count, `${count} posts; received ${JSON.stringify(this.received)}`);
    return found();
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Polls a fact; fails after 15 seconds with what was waited for. */
export async function until(fact: () => boolean | Promise<boolean>, what: string, seconds = 15): Promise<void> {
  const deadline = Date.now() + seconds * 1000;
  while (!(await fact())) {
    if (Date.now() > deadline) throw new Error(`waited ${seconds} s in vain for ${what}`);
    await wait(20);
  }
}

/** The folder of a function app of test/support/apps. */
export function appFolder(name: string): string {
  return fileURLToPath(new URL(`../../../support/apps/${name}`, import.meta.url));
}
