/** The app's HTTP API as the commands use it: where it is, the key for it, and answers that were understood. */

import type { Argv } from 'yargs';
import { z } from 'zod';
import { routePrefix } from '../shared/names.ts';
import { exitCodes } from './exit-codes.ts';
import { BadNewsError, CannotAskError, CommandError, type Problem, UsageError } from './failure.ts';
import { variable } from './variables.ts';

/** The same options in every command that asks the app. */
export function apiOptions<T>(yargs: Argv<T>) {
  return yargs
    .option('url', {
      type: 'string',
      requiresArg: true,
      group: 'The app:',
      describe: 'Where it is, such as https://contoso-mail.azurewebsites.net; or the variable TPCLI_URL',
    })
    .option('key', {
      type: 'string',
      requiresArg: true,
      group: 'The app:',
      describe:
        'A host key, the master key or the key of the function; better in the variable TPCLI_KEY, since other users of a machine can read the arguments of a command',
    });
}

export interface ApiArguments {
  readonly url?: string | undefined;
  readonly key?: string | undefined;
}

/** The app takes a minute to start when nobody used it for a while, and the doctor nearly another where much is away. */
const patience = 150_000;

interface Request {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Of `routes`; what stands in braces is filled in from `path`. */
  readonly route: string;
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: readonly (readonly [name: string, value: string | undefined])[];
  /** Sent as JSON; octets as they are. */
  readonly body?: object | Uint8Array<ArrayBuffer>;
}

export class Api {
  readonly #origin: string;
  readonly #key: string | undefined;
  readonly #signal: AbortSignal;

  /** @throws UsageError */
  constructor(given: ApiArguments, signal: AbortSignal) {
    this.#origin = originOf(given.url ?? variable('TPCLI_URL'));
    this.#key = keyOf(given.key ?? variable('TPCLI_KEY'));
    this.#signal = signal;
  }

  /** @throws CommandError when there is no answer of this form, or it is a refusal. */
  async ask<Schema extends z.ZodType>(request: Request, schema: Schema): Promise<z.output<Schema>> {
    const { address, text } = await this.#answer(request);
    const parsed = schema.safeParse(json(text));
    if (parsed.success) return parsed.data;
    const told = `${address} gave an answer that is not understood: is it tenantpost, and of this version?`;
    throw new CannotAskError(told, { cause: parsed.error });
  }

  /** An answer that is no JSON. */
  async askText(request: Request): Promise<string> {
    return (await this.#answer(request)).text;
  }

  async #answer(request: Request): Promise<{ address: string; text: string }> {
    const { method = 'GET', body } = request;
    const address = `${this.#origin}/${routePrefix}/${pathOf(request)}`;
    const octets = body instanceof Uint8Array;
    let response: Response;
    let text: string;
    try {
      response = await fetch(`${address}${queryOf(request)}`, {
        method,
        headers: {
          accept: 'application/json, text/plain;q=0.5',
          ...(this.#key !== undefined && { 'x-functions-key': this.#key }),
          ...(body !== undefined && { 'content-type': octets ? 'application/octet-stream' : 'application/json' }),
        },
        ...(body !== undefined && { body: octets ? body : JSON.stringify(body) }),
        // A redirect would carry the key to whoever it names.
        redirect: 'manual',
        signal: AbortSignal.any([this.#signal, AbortSignal.timeout(patience)]),
      });
      text = await response.text();
    } catch (error) {
      this.#signal.throwIfAborted();
      throw new CannotAskError(`${address} did not answer: ${reasonOf(error)}.`, { cause: error });
    }
    if (!response.ok) throw this.#refusal(address, response.status, text);
    return { address, text };
  }

  #refusal(address: string, status: number, text: string): CommandError {
    const parsed = problemDetails.safeParse(json(text));
    if (parsed.success) return refusal(address, status, parsed.data);
    // The Functions host itself, which answers without a body; whatever else answers may say anything, and is not printed.
    if (status === 401 || status === 403) {
      const why =
        this.#key === undefined ? 'it wants a key: give --key, or set TPCLI_KEY' : 'the key is not one that it takes';
      return new CannotAskError(`${address} answered ${status}: ${why}.`);
    }
    const hint = status === 404 ? ': there is no such address. Is it tenantpost, and of this version?' : '.';
    return new CannotAskError(`${address} answered ${status}${hint}`);
  }
}

/** RFC 9457, as the app answers. */
const problemDetails = z.object({
  code: z.string(),
  detail: z.string(),
  remedy: z.string(),
  owner: z.string().optional(),
  field: z.string().optional(),
  expected: z.string().optional(),
});

function refusal(address: string, status: number, details: z.infer<typeof problemDetails>): CommandError {
  const { detail, ...others } = details;
  const problem: Problem = { ...others, message: detail };
  // The app, or what it needs, is away: nothing has been said of what was asked.
  if (status >= 500) return new CannotAskError({ ...problem, message: `${address} answered ${status}: ${detail}` });
  if (status === 400) return new UsageError(problem);
  return new BadNewsError(problem);
}

/** Whether the app does not have what was asked for. */
export const isMissing = (error: unknown, code: string): boolean =>
  error instanceof CommandError && error.exitCode === exitCodes.badNews && error.problem.code === code;

function originOf(url: string | undefined): string {
  if (url === undefined) throw new UsageError('Where is the app? Give --url, or set TPCLI_URL.');
  const parsed = URL.parse(url);
  const isLoopback = parsed !== null && ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (parsed === null || !(parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopback))) {
    throw new UsageError(
      '--url (or TPCLI_URL) must be an https address (http only on this machine): the key travels with the request.',
    );
  }
  return parsed.origin;
}

function keyOf(given: string | undefined): string | undefined {
  const key = given?.trim();
  // What cannot stand in a header would be said aloud by the error of `fetch`.
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError('--key (or TPCLI_KEY) is not a key: it is empty, or holds characters that no key has.');
  }
  return key;
}

function pathOf({ route, path = {} }: Request): string {
  return route.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
}

function queryOf({ query = [] }: Request): string {
  const given = query.filter((one): one is readonly [string, string] => one[1] !== undefined);
  return given.length === 0
    ? ''
    : `?${new URLSearchParams(given.map(([name, value]): [string, string] => [name, value])).toString()}`;
}

function json(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `nothing came within ${patience / 1000} seconds`;
  const { cause } = error;
  return cause instanceof Error
    ? 'code' in cause && cause.message === ''
      ? String(cause.code)
      : cause.message
    : error.message;
}
