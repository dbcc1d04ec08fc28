/** Raw requests to the local Key Vault, tokens of the identity that the seed lets in, and keys to try them on. */

import assert from 'node:assert/strict';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import type { JWK } from 'jose';
import { z } from 'zod';
import type { Cloud } from '../../../../local/cloud/cloud.ts';
import type { JournalEntry } from '../../../../local/cloud/journal.ts';
import type { AssignedVaultRole, VaultKey } from '../../../../local/cloud/state.ts';
import { aToken, type TestCloud, type TokenOverrides, vendor } from '../../../support/cloud.ts';

export const vaultResource = 'https://vault.azure.net';
const apiVersion = 'api-version=2025-07-01';

/** A token of the vendor's managed identity for the vault. */
export function aVaultToken(cloud: Cloud, overrides: TokenOverrides = {}, signedBy?: string): Promise<string> {
  const oid = cloud.state.identities[0]?.principalId;
  const identity = { aud: vaultResource, tid: vendor.tenantId, oid, sub: oid, appid: vendor.identityClientId };
  return aToken(cloud, { ...identity, roles: undefined, ...overrides }, signedBy);
}

/** A token of a further managed identity with these roles and no others. */
export function aTokenWithRoles(cloud: Cloud, vaultRoles: AssignedVaultRole[]): Promise<string> {
  const principalId = crypto.randomUUID();
  cloud.state.identities.push({ clientId: crypto.randomUUID(), principalId, name: 'id-test', vaultRoles });
  return aVaultToken(cloud, { oid: principalId, sub: principalId });
}

interface VaultAnswer {
  status: number;
  headers: Headers;
  body: unknown;
}

interface AskOptions {
  method?: string;
  /** Sent as JSON, by POST unless a method is given. */
  json?: unknown;
  /** Sent as it is. */
  text?: string;
  /** Sent as a bearer token; `undefined` takes the seeded identity's, `null` sends none. */
  token?: string | null;
  headers?: Record<string, string>;
  /** Replaces the query. */
  query?: string;
}

/** @param path `certificates/tenantpost`, without the leading slash. */
export async function ask(cloud: TestCloud, path: string, options: AskOptions = {}): Promise<VaultAnswer> {
  const { query = apiVersion, json, text = json === undefined ? undefined : JSON.stringify(json) } = options;
  const token = options.token === undefined ? await aVaultToken(cloud) : options.token;
  const response = await cloud.fetch(`${cloud.urls.vault}/${path}?${query}`, {
    method: options.method ?? (text === undefined ? 'GET' : 'POST'),
    headers: {
      ...(token !== null && { Authorization: `Bearer ${token}` }),
      ...(text !== undefined && { 'Content-Type': 'application/json' }),
      ...options.headers,
    },
    ...(text !== undefined && { body: text }),
  });
  const answer = await response.text();
  return { status: response.status, headers: response.headers, body: answer === '' ? undefined : JSON.parse(answer) };
}

/** The body of an answer that must be a 200. */
export async function bodyOf<T>(answer: Promise<VaultAnswer>, schema: z.ZodType<T>): Promise<T> {
  const { status, body } = await answer;
  assert.equal(status, 200, JSON.stringify(body));
  return schema.parse(body);
}

/** Requests of an administrator of the vault. */
export async function administrator(
  cloud: TestCloud,
): Promise<(path: string, options?: AskOptions) => Promise<VaultAnswer>> {
  const token = await aTokenWithRoles(cloud, ['Key Vault Administrator']);
  return (path, options = {}) => ask(cloud, path, { token, ...options });
}

const errorSchema = z.strictObject({
  error: z.strictObject({
    code: z.string(),
    message: z.string(),
    innererror: z.strictObject({ code: z.string() }).optional(),
  }),
});

/** The error of a refusal; fails where the answer is no error of Key Vault's form. */
export const errorOf = ({ body }: VaultAnswer) => errorSchema.parse(body).error;

/** What the vault journalled last. */
export function lastEntry(cloud: Cloud): Partial<JournalEntry> {
  const {
    at: _at,
    request: _request,
    ...entry
  } = cloud.journal.entries.findLast(({ service }) => service === 'vault') ?? {
    at: 0,
    request: undefined,
  };
  return entry;
}

/** The version of a seeded key, and of its certificate. */
export function versionOf(cloud: Cloud, name: string): string {
  const version = cloud.state.vaultKeys.find((key) => key.name === name)?.version;
  if (version === undefined) throw new Error(`The seed holds no key ${name}.`);
  return version;
}

/** A further key of the vault, with its private half for the test to check by. */
export function addKey(cloud: Cloud, overrides: Partial<VaultKey> = {}, modulusLength = 2048) {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength });
  const jwk: JWK = privateKey.export({ format: 'jwk' });
  const operations: VaultKey['operations'] = ['encrypt', 'decrypt', 'sign', 'verify', 'wrapKey', 'unwrapKey'];
  const made = { name: `k${randomBytes(4).toString('hex')}`, version: randomBytes(16).toString('hex'), created: 1 };
  const key = { ...made, jwk, operations, ...overrides };
  cloud.state.vaultKeys.push(key);
  return { ...key, privateKey, publicKey };
}

const result = z.strictObject({ kid: z.string(), value: z.string() });

/** The value of a key operation that must succeed, and the version that did it. */
export async function resultOf(cloud: TestCloud, path: string, json: unknown): Promise<{ kid: string; value: Buffer }> {
  const { status, body } = await ask(cloud, path, { json });
  assert.equal(status, 200, JSON.stringify(body));
  const { kid, value } = result.parse(body);
  return { kid, value: Buffer.from(value, 'base64url') };
}

/** What `getKey` answers, and nothing else: a private part would not parse. */
export const keyBundle = z.strictObject({
  key: z.strictObject({
    kid: z.string(),
    kty: z.literal('RSA'),
    key_ops: z.array(z.string()),
    n: z.string(),
    e: z.string(),
  }),
  attributes: z.record(z.string(), z.unknown()),
  tags: z.record(z.string(), z.string()).optional(),
  managed: z.boolean().optional(),
});
