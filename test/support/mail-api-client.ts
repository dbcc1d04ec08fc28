/** Asks the running app over HTTP. Every answer is held against the OpenAPI description that the app itself gives. */

import type { Stack } from '../../local/stack.ts';
import { waitFor } from '../../local/wait.ts';
import { routePrefix, routes } from '../../shared/names.ts';
import { OpenApi } from './open-api.ts';

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Record<string, unknown>;
}

export interface Asked {
  readonly query?: Record<string, string>;
  readonly headers?: Record<string, string>;
  /** A value as JSON; text and octets as they are. */
  readonly body?: unknown;
  readonly withoutKey?: boolean;
}

export class MailApiClient {
  readonly api: OpenApi;
  /** Each operation with the statuses that were seen. */
  readonly seen = new Set<string>();
  /** Everything that was answered, to look for what must not be there. */
  readonly answered: string[] = [];
  readonly #stack: Stack;

  constructor(stack: Stack, api: OpenApi) {
    this.#stack = stack;
    this.api = api;
  }

  static async of(stack: Stack): Promise<MailApiClient> {
    const response = await fetch(`${stack.host.url}/${routePrefix}/${routes.openApi}`);
    return new MailApiClient(stack, new OpenApi(await response.json()));
  }

  /** @param params what stands in the path. */
  async ask(id: string, params: Record<string, string> = {}, asked: Asked = {}): Promise<Answer> {
    const { query = {}, headers = {}, body, withoutKey = false } = asked;
    const { url, keys } = this.#stack.host;
    const { path, method } = this.api.operation(id);
    const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
    const search = new URLSearchParams(query).toString();
    const response = await fetch(`${url}/${routePrefix}${filled}${search === '' ? '' : `?${search}`}`, {
      method: method.toUpperCase(),
      headers: { ...(withoutKey ? {} : { 'x-functions-key': keys.functions[id] ?? '' }), ...headers },
      ...(body === undefined ? {} : { body: bodyOf(body) }),
    });
    const text = await response.text();
    this.answered.push(text);
    const value: unknown = text === '' ? undefined : JSON.parse(text);
    this.api.requireAnswer(id, response.status, response.headers.get('content-type') ?? '', value);
    this.seen.add(`${id} ${response.status}`);
    return { status: response.status, headers: response.headers, body: { ...(value as object | undefined) } };
  }

  /** The outcome of a mail job, once it is one of the states. */
  outcome(job: { readonly tenant: string; readonly id: string }, ...states: string[]): Promise<Answer['body']> {
    return waitFor(`mail job ${job.id} to be ${states.join(' or ')}`, async () => {
      const { body } = await this.ask('readMailJob', job);
      return states.includes(String(body['state'])) ? body : undefined;
    });
  }
}

function bodyOf(body: unknown): string | Uint8Array<ArrayBuffer> {
  if (body instanceof Uint8Array) return new Uint8Array(body);
  return typeof body === 'string' ? body : JSON.stringify(body);
}
