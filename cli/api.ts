/** The app's HTTP API as the commands use it: where it is, the key for it, and answers that were understood. */

import { z } from 'zod';
import { routePrefix } from '../shared/names.ts';
import { CannotAskError, UsageError } from './command.ts';

/** The same options in every command, for `parseArgs`. */
export const apiOptions = { url: { type: 'string' }, key: { type: 'string' } } as const;

export const apiUsage = `  --url URL   where the app is, for example https://contoso-mail.azurewebsites.net; or the variable TPCLI_URL
  --key KEY   the function's key, a host key or the master key; better in the variable TPCLI_KEY, since other users of
              a machine can read the arguments of a command`;

/** The app takes a minute to start when nobody used it for a while. */
const patience = 90_000;

export interface Api {
  readonly origin: string;
  readonly key: string | undefined;
}

/** @throws UsageError */
export function apiOf(given: { url?: string | undefined; key?: string | undefined }): Api {
  const url = given.url ?? variable('TPCLI_URL');
  if (url === undefined) throw new UsageError('Where is the app? Give --url, or set TPCLI_URL.');
  const parsed = URL.parse(url);
  const isLoopback = parsed !== null && ['localhost', '127.0.0.1', '[::1]'].includes(parsed.hostname);
  if (parsed === null || !(parsed.protocol === 'https:' || (parsed.protocol === 'http:' && isLoopback))) {
    throw new UsageError(
      '--url (or TPCLI_URL) must be an https address (http only on this machine): the key travels with the request.',
    );
  }
  const key = (given.key ?? variable('TPCLI_KEY'))?.trim();
  // What cannot stand in a header would be said aloud by the error of `fetch`.
  if (key !== undefined && !/^[\x21-\x7e]+$/.test(key)) {
    throw new UsageError('--key (or TPCLI_KEY) is not a key: it is empty, or holds characters that no key has.');
  }
  return { origin: parsed.origin, key };
}

/** @throws CannotAskError when there is no answer of this form. */
export async function get<Schema extends z.ZodType>(
  { origin, key }: Api,
  route: string,
  schema: Schema,
): Promise<z.output<Schema>> {
  const address = `${origin}/${routePrefix}/${route}`;
  let response: Response;
  let text: string;
  try {
    response = await fetch(address, {
      headers: { accept: 'application/json', ...(key !== undefined && { 'x-functions-key': key }) },
      // A redirect would carry the key to whoever it names.
      redirect: 'manual',
      signal: AbortSignal.timeout(patience),
    });
    text = await response.text();
  } catch (error) {
    throw new CannotAskError(`${address} did not answer: ${reasonOf(error)}.`, { cause: error });
  }
  if (response.status === 401 || response.status === 403) {
    const why = key === undefined ? 'it wants a key: give --key, or set TPCLI_KEY' : 'the key is not one that it takes';
    throw new CannotAskError(`${address} answered ${response.status}: ${why}.`);
  }
  if (!response.ok) throw new CannotAskError(`${address} answered ${response.status}${problemOf(text)}`);
  const parsed = schema.safeParse(json(text));
  if (parsed.success) return parsed.data;
  throw new CannotAskError(`${address} gave an answer that is not understood: is it tenantpost, and of this version?`);
}

function variable(name: string): string | undefined {
  const value = process.env[name];
  return value === '' ? undefined : value;
}

const problem = z.object({ code: z.string(), detail: z.string(), remedy: z.string() });

/** RFC 9457, as the app answers. What anything else answers may hold anything, and is not printed. */
function problemOf(text: string): string {
  const parsed = problem.safeParse(json(text));
  return parsed.success ? `: ${parsed.data.code}. ${parsed.data.detail}\n${parsed.data.remedy}` : '.';
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
  const { cause } = error;
  return cause instanceof Error
    ? 'code' in cause && cause.message === ''
      ? String(cause.code)
      : cause.message
    : error.message;
}
