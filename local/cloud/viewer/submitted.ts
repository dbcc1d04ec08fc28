/** Forms as they arrive: only those that one of these pages made are taken. */

import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Context } from 'hono';
import { Problem } from '../control/problem.ts';
import { readText } from '../control/read-body.ts';

/** The value of each field, without spaces around it. */
export type Submitted = (name: string) => string;

export class AntiForgery {
  /** As long as the cloud runs: another site cannot read a page of this one, and so not the token in its forms. */
  readonly token = randomBytes(24).toString('base64url');

  /** @throws Problem for what is no form of these pages. */
  async read(c: Context): Promise<Submitted> {
    const text = await readText(c.req.raw);
    const type = c.req.header('content-type') ?? '';
    if (!/^application\/x-www-form-urlencoded\s*(?:;|$)/i.test(type)) {
      throw new Problem(415, 'Only the forms of these pages are taken.');
    }
    const fields = new URLSearchParams(text);
    if (!this.#isOwn(fields.get('token') ?? '')) {
      throw new Problem(403, 'The form is not of this run of the cloud. Load the page again, and send it once more.');
    }
    return (name) => fields.get(name)?.trim().replaceAll('\r\n', '\n') ?? '';
  }

  #isOwn(token: string): boolean {
    const [given, own] = [Buffer.from(token), Buffer.from(this.token)];
    return given.length === own.length && timingSafeEqual(given, own);
  }
}
