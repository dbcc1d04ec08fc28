/** One request to the vault after authentication and authorization, what is answered to it, and how its body is read. */

import type { z } from 'zod';
import type { CloudState } from '../state.ts';
import { invalidProperty, requestTooLarge } from './vault-error.ts';

export type Collection = 'certificates' | 'keys' | 'secrets';

export interface VaultRequest {
  readonly state: CloudState;
  /** By the vault's clock, in epoch milliseconds. */
  readonly now: number;
  /** The vault's own URL, without a trailing slash: identifiers begin with it. */
  readonly vaultUrl: string;
  /** What was asked for below it, without a leading slash. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly collection: Collection;
  /** Empty where a collection is asked for. */
  readonly name: string;
  /** Undefined where the newest version is meant. */
  readonly version: string | undefined;
  /** Nothing where it is longer than what a vault takes. */
  readonly body: Buffer | undefined;
}

export interface VaultAnswer {
  status: 200 | 202 | 204;
  /** Absent where the answer has no body. */
  body?: unknown;
  headers?: Record<string, string>;
}

export const ok = (body: unknown): VaultAnswer => ({ status: 200, body });

/** What the largest import needs, many times over: a certificate's secret holds 25 KB at most. */
export const MOST_BYTES = 1_000_000;

/** @throws VaultError 400 for what is no JSON or not of this form, 413 for too much of it. */
export function parsedBody<T>({ body }: VaultRequest, schema: z.ZodType<T>): T {
  if (body === undefined) throw requestTooLarge();
  const parsed = schema.safeParse(parseJson(body.toString()));
  if (parsed.success) return parsed.data;
  throw invalidProperty(`invalid ${parsed.error.issues[0]?.path.map(String).join('.') || 'body'}`);
}

/** Clients send null for what they do not give: it is as if it were left out. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text, (_name, value: unknown) => (value === null ? undefined : value));
  } catch {
    throw invalidProperty('body is no JSON');
  }
}

/** Names and versions know no case. */
export const isSame = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

export const seconds = (milliseconds: number): number => Math.floor(milliseconds / 1000);
