/** What the load consists of: one typical request of each service, over and over, on sixteen connections. */

import { createHash } from 'node:crypto';
import { QueueClient } from '@azure/storage-queue';
import { ImapFlow } from 'imapflow';
import { createTransport } from 'nodemailer';
import { vendor } from '../../../local/cloud/seed.ts';
import { connectPop } from './pop-client.ts';
import { connections, loadMailboxes, type LoadTarget, tenantId } from './target.ts';

interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body?: string;
}

/** One connection's work: `once` is repeated until the time is over. */
export interface Worker {
  once(): Promise<unknown>;
  end(): Promise<unknown> | void;
}

export type Operation = { readonly service: string; readonly what: string } & (
  { readonly request: HttpRequest } | { readonly connect: (place: number) => Promise<Worker> }
);

const form = { 'content-type': 'application/x-www-form-urlencoded' };
const json = { 'content-type': 'application/json' };

export async function operations(target: LoadTarget): Promise<Operation[]> {
  const { urls, identityHeader, secret, signingKey, connectionString } = target;
  const tokenRequest = (resource: string): HttpRequest => ({
    method: 'POST',
    url: `${urls.entra}/${tenantId}/oauth2/v2.0/token`,
    headers: form,
    body: new URLSearchParams({
      client_id: vendor.appId,
      client_secret: secret,
      grant_type: 'client_credentials',
      scope: `${resource}/.default`,
    }).toString(),
  });
  const identityRequest: HttpRequest = {
    method: 'GET',
    url: `${urls.identity}/msi/token?${new URLSearchParams({
      'api-version': '2019-08-01',
      resource: 'https://vault.azure.net',
      client_id: vendor.identityClientId,
    }).toString()}`,
    headers: { 'x-identity-header': identityHeader },
  };
  const [graphToken, mailToken, vaultToken] = await Promise.all([
    accessToken(tokenRequest('https://graph.microsoft.com')),
    accessToken(tokenRequest('https://outlook.office365.com')),
    accessToken(identityRequest),
  ]);
  const mailbox = (place: number): string => loadMailboxes[place % connections] ?? '';
  return [
    { service: 'Entra', what: 'token by secret', request: tokenRequest('https://graph.microsoft.com') },
    { service: 'Managed identity', what: 'token', request: identityRequest },
    {
      service: 'Key Vault',
      what: 'sign PS256, RSA 2048',
      request: {
        method: 'POST',
        url: `${signingKey}/sign?api-version=2025-07-01`,
        headers: { ...json, authorization: `Bearer ${vaultToken}` },
        body: JSON.stringify({ alg: 'PS256', value: createHash('sha256').update('load').digest('base64url') }),
      },
    },
    {
      service: 'Graph',
      what: 'sendMail, 1 KB',
      request: {
        method: 'POST',
        url: `${urls.graph}/v1.0/users/${mailbox(0)}/sendMail`,
        headers: { ...json, authorization: `Bearer ${graphToken}` },
        body: JSON.stringify({
          message: {
            subject: 'Load',
            body: { contentType: 'Text', content: 'x'.repeat(1000) },
            toRecipients: [{ emailAddress: { address: 'ada@customer.example' } }],
          },
        }),
      },
    },
    { service: 'Storage', what: 'put a queue message, Shared Key', connect: queueWorker(connectionString) },
    {
      service: 'SMTP',
      what: 'submit 1 KB on an open connection',
      connect: (place) => Promise.resolve(smtpWorker(target, mailToken, mailbox(place))),
    },
    { service: 'IMAP', what: 'STATUS of the inbox', connect: (place) => imapWorker(target, mailToken, mailbox(place)) },
    { service: 'POP3', what: 'STAT', connect: (place) => popWorker(target, mailToken, mailbox(place)) },
  ];
}

async function accessToken({ method, url, headers, body }: HttpRequest): Promise<string> {
  const response = await fetch(url, { method, headers, ...(body !== undefined && { body }) });
  const answer: unknown = await response.json();
  if (typeof answer === 'object' && answer !== null && 'access_token' in answer) return String(answer.access_token);
  throw new Error(`No token for the load: ${response.status}.`);
}

function queueWorker(connectionString: string): () => Promise<Worker> {
  return async () => {
    const queue = new QueueClient(connectionString, 'load');
    await queue.createIfNotExists();
    return { once: () => queue.sendMessage('x'.repeat(1000)), end: () => {} };
  };
}

function smtpWorker({ urls, ca }: LoadTarget, accessToken: string, user: string): Worker {
  const transport = createTransport({
    pool: true,
    maxConnections: 1,
    maxMessages: Number.MAX_SAFE_INTEGER,
    host: 'localhost',
    port: Number(new URL(urls.smtp).port),
    requireTLS: true,
    tls: { ca },
    auth: { type: 'OAuth2', user, accessToken },
  });
  const message = { from: user, to: 'ada@customer.example', subject: 'Load', text: 'x'.repeat(1000) };
  return { once: () => transport.sendMail(message), end: () => transport.close() };
}

async function imapWorker({ urls, ca }: LoadTarget, accessToken: string, user: string): Promise<Worker> {
  const client = new ImapFlow({
    host: 'localhost',
    port: Number(new URL(urls.imap).port),
    secure: true,
    tls: { ca },
    auth: { user, accessToken },
    logger: false,
  });
  await client.connect();
  return { once: () => client.status('INBOX', { messages: true }), end: () => client.logout() };
}

async function popWorker({ urls, ca }: LoadTarget, accessToken: string, user: string): Promise<Worker> {
  const client = await connectPop(Number(new URL(urls.pop).port), ca, user, accessToken);
  return { once: () => client.command('STAT'), end: () => client.end() };
}
