/**
 * `POST /admin/functions/<name>`: runs a function by hand
 * (https://learn.microsoft.com/azure/azure-functions/functions-manually-run-non-http).
 */

import { z } from 'zod';

const schema = z.object({ input: z.string().default('') });

/** Begins a run of a function with the input, and does not wait for it. */
export type ManualRun = (input: string) => void;

export class Admin {
  readonly #runs = new Map<string, ManualRun>();

  add(functionName: string, run: ManualRun): void {
    this.#runs.set(functionName.toLowerCase(), run);
  }

  /** @returns the status to answer: 202 when the function was started, whatever becomes of it. */
  run(functionName: string, body: Buffer): 202 | 400 | 404 {
    const run = this.#runs.get(functionName.toLowerCase());
    if (!run) return 404;
    const input = parseInput(body);
    if (input === undefined) return 400;
    run(input);
    return 202;
  }
}

/** An empty body counts as no input. */
function parseInput(body: Buffer): string | undefined {
  if (body.length === 0) return '';
  try {
    const parsed = schema.safeParse(JSON.parse(body.toString('utf8')));
    return parsed.success ? parsed.data.input : undefined;
  } catch {
    return undefined;
  }
}
