/** What the tests of faults share: one good request to each HTTP service, and what went wrong with a connection. */

import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Agent as PlainAgent, type IncomingMessage, request as plainRequest } from 'node:http';
import { Agent as TlsAgent, request as tlsRequest } from 'node:https';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { aToken, requestToken, type TestCloud, vendor } from '../../../support/cloud.ts';
import { aMessage, send, sender } from './graph-requests.ts';
import { aVaultToken } from './vault-requests.ts';

export type AskedService = 'entra' | 'graph' | 'vault' | 'identity';

interface Asked {
  /** As the journal calls it. */
  operation: string;
  /** The status of success. */
  status: number;
  ask(cloud: TestCloud): Promise<Response>;
}

/** A request to each service that it accepts. */
export const asked: Record<AskedService, Asked> = {
  entra: { operation: 'token', status: 200, ask: (cloud) => requestToken(cloud) },
  graph: { operation: 'sendMail', status: 202, ask: (cloud) => send(cloud, { message: aMessage() }) },
  vault: {
    operation: 'getCertificate',
    status: 200,
    async ask(cloud) {
      const url = `${cloud.urls.vault}/certificates/${vendor.certificateName}?api-version=2025-07-01`;
      return cloud.fetch(url, { headers: { authorization: `Bearer ${await aVaultToken(cloud)}` } });
    },
  },
  identity: {
    operation: 'token',
    status: 200,
    ask(cloud) {
      return cloud.fetch(identityUrl(cloud), { headers: { 'x-identity-header': cloud.identityHeader } });
    },
  },
};

function identityUrl(cloud: TestCloud): string {
  const query = new URLSearchParams({
    'api-version': '2019-08-01',
    resource: 'https://vault.azure.net',
    client_id: vendor.identityClientId,
  });
  return `${cloud.urls.identity}/msi/token?${query.toString()}`;
}

export const askedServices: readonly AskedService[] = ['entra', 'graph', 'vault', 'identity'];

/** A mail from a caller that gives up after so many milliseconds. */
export async function sendImpatiently(cloud: TestCloud, milliseconds: number): Promise<Response> {
  const headers = { authorization: `Bearer ${await aToken(cloud)}`, 'content-type': 'application/json' };
  return cloud.fetch(`${cloud.urls.graph}/v1.0/users/${sender}/sendMail`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ message: aMessage() }),
    signal: AbortSignal.timeout(milliseconds),
  });
}

const failure = z.object({ cause: z.object({ code: z.string() }) });

/** Fails unless the request ends in a reset of its connection, with no answer at all. */
export async function isReset(request: Promise<Response>): Promise<void> {
  const error: unknown = await request.then(
    ({ status }) => assert.fail(`There was an answer: ${status}`),
    (reason: unknown) => reason,
  );
  assert.equal(failure.parse(error).cause.code, 'ECONNRESET');
}

/** The last request of the journal, without its time and what HTTP tells of it. */
export function lastEntry(cloud: TestCloud) {
  const { at: _at, request: _request, ...entry } = cloud.journal.entries.at(-1) ?? assert.fail('The journal is empty.');
  return entry;
}

/** One connection that requests follow each other on, for what `fetch` does not show. */
export interface KeptConnection {
  readonly url: string;
  readonly method: 'GET' | 'POST';
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  readonly agent: PlainAgent | TlsAgent;
  close(): void;
}

/** @param body replaces the good request's own. */
export async function connectionTo(
  cloud: TestCloud,
  service: 'graph' | 'identity',
  body?: Buffer,
): Promise<KeptConnection> {
  const options = { keepAlive: true, maxSockets: 1 };
  if (service === 'identity') {
    const agent = new PlainAgent(options);
    const headers = { 'x-identity-header': cloud.identityHeader };
    return {
      url: identityUrl(cloud),
      method: 'GET',
      headers,
      body: Buffer.alloc(0),
      agent,
      close: () => agent.destroy(),
    };
  }
  const agent = new TlsAgent({ ...options, ca: cloud.ca });
  return {
    url: `${cloud.urls.graph}/v1.0/users/${sender}/sendMail`,
    method: 'POST',
    headers: { authorization: `Bearer ${await aToken(cloud)}`, 'content-type': 'application/json' },
    body: body ?? Buffer.from(JSON.stringify({ message: aMessage() })),
    agent,
    close: () => agent.destroy(),
  };
}

/** The status of the answer, and whether the connection had been used before. */
export async function askOn(connection: KeptConnection): Promise<{ status: number | undefined; reused: boolean }> {
  const { url, method, headers, body, agent } = connection;
  const request = (url.startsWith('https:') ? tlsRequest : plainRequest)(url, { method, headers, agent });
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  await text(response);
  // The agent takes the connection back in a later turn.
  await new Promise(setImmediate);
  return { status: response.statusCode, reused: request.reusedSocket };
}
