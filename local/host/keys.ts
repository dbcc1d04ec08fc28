/**
 * Function keys, in the blobs where the real host keeps them: `<hostid>/host.json` and `<hostid>/<function>.json` of the
 * container azure-webjobs-secrets (https://learn.microsoft.com/azure/azure-functions/function-keys-how-to).
 */

import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import type { ContainerClient } from '@azure/storage-blob';
import { z } from 'zod';
import { ConfigurationError } from './describe-issues.ts';
import type { HttpTrigger } from './function-definition.ts';
import { createTextBlob, readTextBlob } from './text-blob.ts';

const key = z.looseObject({
  name: z.string(),
  value: z.string().min(1),
  encrypted: z.literal(false, 'was encrypted by another host'),
});
const hostKeys = z.looseObject({ masterKey: key, functionKeys: z.array(key).min(1) });
const functionKeys = z.looseObject({ keys: z.array(key).min(1) });

const newKey = (name: string) => ({ name, value: randomBytes(40).toString('base64url'), encrypted: false as const });

export class Keys {
  readonly #container: ContainerClient | undefined;
  readonly #hostId: string;
  readonly #known = new Map<string, Promise<unknown>>();

  /** @param container absent when the host has no storage: then keys last as long as the process. */
  constructor(container: ContainerClient | undefined, hostId: string) {
    this.#container = container;
    this.#hostId = hostId;
  }

  async master(): Promise<string> {
    return (await this.#host()).masterKey.value;
  }

  /** Keys that open every function of level `function`. */
  async host(): Promise<string[]> {
    return (await this.#host()).functionKeys.map(({ value }) => value);
  }

  /** Keys of one function; other functions do not take them. */
  async ofFunction(name: string): Promise<string[]> {
    const made = await this.#kept(`${name.toLowerCase()}.json`, functionKeys, () => ({ keys: [newKey('default')] }));
    return made.keys.map(({ value }) => value);
  }

  async isMaster(presented: string | undefined): Promise<boolean> {
    return isOneOf(presented, [await this.master()]);
  }

  async allows(functionName: string, level: HttpTrigger['authLevel'], presented: string | undefined): Promise<boolean> {
    if (level === 'anonymous') return true;
    if (level === 'admin') return this.isMaster(presented);
    return isOneOf(presented, [await this.master(), ...(await this.host()), ...(await this.ofFunction(functionName))]);
  }

  #host() {
    return this.#kept('host.json', hostKeys, () => ({
      masterKey: newKey('master'),
      functionKeys: [newKey('default')],
      systemKeys: [],
      source: 'runtime',
    }));
  }

  async #kept<T extends z.ZodType>(name: string, schema: T, make: () => object): Promise<z.output<T>> {
    const known = this.#known.get(name) ?? this.#readOrCreate(name, make);
    this.#known.set(name, known);
    try {
      const parsed = schema.safeParse(await known);
      if (parsed.success) return parsed.data;
    } catch (error) {
      this.#known.delete(name);
      throw error;
    }
    throw new ConfigurationError(
      `Blob azure-webjobs-secrets/${this.#hostId}/${name} holds no keys that can be read here.`,
    );
  }

  /** Two hosts that start together must end with the same keys: only the first may create the blob. */
  async #readOrCreate(name: string, make: () => object): Promise<unknown> {
    const blob = this.#container?.getBlockBlobClient(`${this.#hostId}/${name}`);
    if (!blob) return make();
    await this.#container?.createIfNotExists();
    await createTextBlob(blob, JSON.stringify(make(), null, 2));
    return JSON.parse((await readTextBlob(blob)) ?? 'null');
  }
}

/** Compares digests, and all of them, so that the time taken tells nothing about any key. */
function isOneOf(presented: string | undefined, keys: readonly string[]): boolean {
  if (presented === undefined) return false;
  const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
  const given = digest(presented);
  return keys.map((one) => timingSafeEqual(digest(one), given)).includes(true);
}

/** The header goes before the query. */
export function presentedKey(header: string | string[] | undefined, url: URL): string | undefined {
  const first = Array.isArray(header) ? header[0] : header;
  return first ?? url.searchParams.get('code') ?? undefined;
}
