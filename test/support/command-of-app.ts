/** `tenantpost` for an app that runs in the local host. */

import assert from 'node:assert/strict';
import type { z } from 'zod';
import type { Stack } from '../../local/stack.ts';
import { type Ended, type Running, start } from './command.ts';

export class CommandOfApp {
  readonly #stack: Stack;
  readonly #key: string;

  constructor(stack: Stack, key: string = stack.host.keys.master) {
    this.#stack = stack;
    this.#key = key;
  }

  begin(argv: readonly string[], input?: string | Buffer): Running {
    return start(argv, { TPCLI_URL: this.#stack.host.url, TPCLI_KEY: this.#key }, input);
  }

  /** To its end. Neither the key nor a stack trace is in what it says. */
  async run(argv: readonly string[], input?: string | Buffer): Promise<Ended> {
    const ended = await this.begin(argv, input).ended;
    const said = `${ended.stdout}${ended.stderr}`;
    assert.ok(!said.includes(this.#key), 'the key was printed');
    assert.doesNotMatch(said, /\n {4}at |eyJ0eXAi/);
    return ended;
  }

  /** With `--json`, and the exit code that is expected. */
  async json<T>(code: number, argv: readonly string[], schema: z.ZodType<T>, input?: string | Buffer): Promise<T> {
    const ended = await this.run([...argv, '--json'], input);
    assert.equal(ended.code, code, `${ended.stdout}${ended.stderr}`);
    return schema.parse(JSON.parse(ended.stdout));
  }
}
