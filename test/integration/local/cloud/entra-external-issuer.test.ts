import assert from 'node:assert/strict';
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { SignJWT } from 'jose';
import { addFederatedCredential } from '../../../../local/cloud/entra/federated-credentials.ts';
import { directoryState } from '../../../../local/cloud/state/directory.ts';
import { startTestCloud } from '../../../support/cloud.ts';
import { addApp, outcome } from './entra-apps.ts';

const cloud = await startTestCloud();
const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 });
const keySet = { keys: [{ ...publicKey.export({ format: 'jwk' }), kid: 'k1', use: 'sig' }] };

/** An identity provider on this machine: what it answers is decided by the path. */
const answers: Record<string, (response: ServerResponse) => void> = {
  '/keys': (response) => response.end(JSON.stringify(keySet)),
  '/no-keys': (response) => response.end('{"keys":"none"}'),
  '/broken': (response) => response.writeHead(500).end(),
};
const asked: string[] = [];
const provider = createServer((request, response) => {
  asked.push(request.url ?? '');
  (answers[request.url ?? ''] ?? ((unknown) => unknown.writeHead(404).end()))(response);
}).listen(0, '127.0.0.1');
await once(provider, 'listening');
const origin = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;
after(async () => {
  provider.close();
  await cloud.stop();
});

const SUBJECT = 'system:serviceaccount:mail:sender';

/** An app that trusts an issuer whose keys are at a path of the provider; at none if left out. */
function appOf(issuer: string, path?: string): string {
  const { registration } = addApp(cloud);
  addFederatedCredential(registration, {
    name: 'k8s',
    issuer,
    subject: SUBJECT,
    audiences: ['api://AzureADTokenExchange'],
  });
  if (path !== undefined) cloud.state.externalIssuers.push({ issuer, jwksUri: `${origin}${path}` });
  return registration.appId;
}

const token = (
  issuer: string,
  key: KeyObject = privateKey,
  alg = 'RS256',
  kid = 'k1',
  aud: string | string[] = ['api://AzureADTokenExchange'],
): Promise<string> =>
  new SignJWT({ aud, sub: SUBJECT, iss: issuer })
    .setProtectedHeader({ alg, kid })
    .setIssuedAt()
    .setExpirationTime('5m')
    .sign(key);

const ask = (clientId: string, assertion: string) =>
  outcome(cloud, { form: { client_id: clientId, client_assertion: assertion } });

test('a token of an identity provider on this machine is taken by the keys that it publishes', async () => {
  const issuer = 'https://oidc.cluster.example';
  const app = appOf(issuer, '/keys');
  assert.equal(await ask(app, await token(issuer)), 'granted');
  assert.equal(await ask(app, await token(issuer)), 'granted');
  assert.equal(asked.filter((path) => path === '/keys').length, 1, 'keys are asked for once');
});

test('a token that the provider did not sign, or not with RS256, is refused', async () => {
  const issuer = 'https://oidc.other.example';
  const app = appOf(issuer, '/keys');
  assert.equal(await ask(app, await token(issuer, stranger.privateKey)), 700027);
  assert.equal(await ask(app, await token(issuer, privateKey, 'PS256')), 700027);
  assert.equal(await ask(app, await token(issuer, privateKey, 'RS256', 'k2')), 700027);
  assert.equal(await ask(app, await token(issuer)), 'granted');
});

test('a token that has the app id of the token exchange as its audience, as only tokens of Entra have, is refused', async () => {
  const issuer = 'https://oidc.audience.example';
  const app = appOf(issuer, '/keys');
  const asEntra = await token(issuer, privateKey, 'RS256', 'k1', 'fb60f99c-7a34-4190-8149-302f77469936');
  assert.equal(await ask(app, asEntra), 700212);
  assert.equal(await ask(app, await token(issuer, privateKey, 'RS256', 'k1', 'api://AzureADTokenExchange')), 'granted');
});

test('an issuer that cannot be asked for its keys, and one that the cloud does not know, is refused as unreachable', async () => {
  for (const [issuer, path] of [
    ['https://broken.example', '/broken'],
    ['https://missing.example', '/nowhere'],
    ['https://token.actions.githubusercontent.com', undefined],
  ] as const) {
    assert.equal(await ask(appOf(issuer, path), await token(issuer)), 90061, issuer);
  }
  const silent = 'https://silent.example';
  cloud.state.externalIssuers.push({ issuer: silent, jwksUri: 'http://127.0.0.1:1/keys' });
  assert.equal(await ask(appOf(silent), await token(silent)), 90061);
});

test('an issuer whose keys are none is refused for that', async () => {
  const issuer = 'https://no-keys.example';
  assert.equal(await ask(appOf(issuer, '/no-keys'), await token(issuer)), 900612);
});

test('the keys of an issuer can be on this machine alone', () => {
  const accepts = (jwksUri: string): boolean =>
    directoryState.externalIssuers.safeParse([{ issuer: 'https://i.example', jwksUri }]).success;
  for (const url of ['http://127.0.0.1:8080/keys', 'https://localhost/keys', 'http://[::1]:1/keys']) {
    assert.ok(accepts(url), url);
  }
  for (const url of ['https://i.example/keys', 'http://localhost.i.example/keys', 'http://localhost@i.example/', 'x']) {
    assert.ok(!accepts(url), url);
  }
});
