/** A consent as far as an attacker has it in hand: raw requests with whatever cookies, states and parameters he likes. */

import assert from 'node:assert/strict';
import { SignJWT } from 'jose';
import { z } from 'zod';
import { vendor } from '../../local/cloud/seed.ts';
import type { Stack } from '../../local/stack.ts';
import { VaultDataKeys } from '../../shared/adapters/vault/vault-data-keys.ts';
import { routePrefix, routes, tables } from '../../shared/names.ts';
import { Links } from '../../shared/tenants/links.ts';
import { managedIdentity } from './managed-identity.ts';
import { recordingLog } from './recording-log.ts';
import { rowsOf } from './tables.ts';
import { vaultClients } from './vault-clients.ts';

/** What a browser has after it opened an invitation and was sent to Entra. */
export interface Begun {
  readonly invitationId: string;
  /** The signed invitation. */
  readonly signed: string;
  readonly state: string;
  /** The value of the cookie that binds the consent. */
  readonly browser: string;
  readonly location: string;
}

const cookieName = 'tenantpost-consent';
const made = z.object({ id: z.string(), link: z.url() });

export class ConsentAttack {
  readonly #stack: Stack;

  constructor(stack: Stack) {
    this.#stack = stack;
  }

  url(route: 'consentStart' | 'consentCallback' | 'consentInvitation', query: string | Record<string, string>): string {
    const search = typeof query === 'string' ? query : new URLSearchParams(query).toString();
    return `${this.#stack.host.url}/${routePrefix}/${routes[route]}?${search}`;
  }

  /** Follows nothing, and sends the cookies that it is given and no others. */
  get(url: string, cookies: readonly string[] = [], init: RequestInit = {}): Promise<Response> {
    const headers = cookies.length === 0 ? {} : { cookie: cookies.join('; ') };
    return fetch(url, { redirect: 'manual', headers, ...init });
  }

  /** Comes back as Entra would send a browser, with what the attacker wants changed. */
  callback(query: string | Record<string, string>, ...browsers: readonly string[]): Promise<Response> {
    return this.get(this.url('consentCallback', query), browsers.map(cookieOf));
  }

  /** `POST /api/invitations` with the operator's key. */
  invite(request: Record<string, unknown>): Promise<Response> {
    return fetch(`${this.#stack.host.url}/${routePrefix}/${routes.invitations}`, {
      method: 'POST',
      headers: { 'x-functions-key': this.#stack.host.keys.functions['createInvitation'] ?? '' },
      body: JSON.stringify(request),
    });
  }

  async begin(request: Record<string, unknown> = {}): Promise<Begun> {
    const response = await this.invite(request);
    assert.equal(response.status, 201);
    const { id, link } = made.parse(await response.json());
    const signed = new URL(link).searchParams.get('invitation') ?? '';
    return { invitationId: id, signed, ...(await this.start(signed)) };
  }

  /** One more browser with the same link. */
  async start(signed: string): Promise<Pick<Begun, 'state' | 'browser' | 'location'>> {
    const response = await this.get(this.url('consentStart', { invitation: signed }));
    assert.equal(response.status, 302);
    const location = response.headers.get('location') ?? '';
    const state = new URL(location).searchParams.get('state') ?? '';
    const line = response.headers.getSetCookie().find((one) => one.startsWith(`${cookieName}=`));
    const browser = /=([\w-]{43});/.exec(line ?? '')?.[1] ?? '';
    assert.ok(state !== '' && browser !== '');
    return { location, state, browser };
  }

  /** The installation's own key, which no attacker has: for what time alone would make. */
  links(): Links {
    const { cloud, storage } = this.#stack;
    const dataKeys = new VaultDataKeys({
      ...vaultClients(cloud.urls.vault, managedIdentity(cloud)),
      table: storage.table(tables.tokens),
      wrappingKeyName: vendor.wrappingKeyName,
      now: Date.now,
      log: recordingLog().log,
    });
    return new Links(dataKeys, Date.now);
  }

  /** What must stay as it is: every tenant, and which tenant each invitation is bound to. */
  async recorded(): Promise<readonly string[]> {
    const tenants = (await rowsOf(this.#stack, tables.tenants)).map((row) => JSON.stringify(row));
    const invitations = (await rowsOf(this.#stack, tables.invitations))
      .filter(({ partitionKey }) => partitionKey === 'invitation')
      .map((row) => `${String(row['rowKey'])} ${String(row['usedBy'] ?? '')}`);
    return [...tenants.sort(), ...invitations.sort()];
  }
}

export const cookieOf = (browser: string): string => `${cookieName}=${browser}`;

/** Header, claims and signature of a state, for those who change one of them. */
export function partsOf(state: string): { header: string; claims: string; signature: string } {
  const [header = '', claims = '', signature = ''] = state.split('.');
  return { header, claims, signature };
}

export const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
export const decoded = (part: string): Record<string, unknown> =>
  z.looseObject({}).parse(JSON.parse(Buffer.from(part, 'base64url').toString()));

/** The same claims under a key of the attacker's, with the key id of ours. */
export async function signedByAnother(state: string, changes: Record<string, unknown> = {}): Promise<string> {
  const { header, claims } = partsOf(state);
  return new SignJWT({ ...decoded(claims), ...changes })
    .setProtectedHeader({ alg: 'HS256', ...decoded(header) })
    .sign(crypto.getRandomValues(new Uint8Array(32)));
}
