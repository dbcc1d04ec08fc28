/** The article's small case against the local cloud: an app registration with a secret and a certificate, and no app of ours. */

import assert from 'node:assert/strict';
import { createPrivateKey } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeAppCertificate } from '../../local/cloud/certificate-authority.ts';
import { addSecret } from '../../local/cloud/entra/client-secrets.ts';
import { addCertificate } from '../../local/cloud/entra/registered-certificates.ts';
import { startTestCloud, type TestCloud, vendor } from './cloud.ts';

export interface DirectCase {
  readonly cloud: TestCloud;
  /** A client secret of the app registration. */
  readonly secret: string;
  /** Options that point a command at the local cloud, with the client id. */
  readonly options: readonly string[];
  /** Of the environment: the CA, and nothing that proves the app. */
  readonly variables: Record<string, string>;
  /** The same with the secret. */
  readonly withSecret: Record<string, string>;
  /** A file in a folder that goes when the case does. @returns its path. */
  file(name: string, content: string | Buffer): string;
  /** A certificate that the app registration knows. */
  certificate(): Promise<{ pem: string; keyPem: string; thumbprint: string }>;
  stop(): Promise<void>;
}

export async function startDirectCase(options: Parameters<typeof startTestCloud>[0] = {}): Promise<DirectCase> {
  const cloud = await startTestCloud(options);
  const folder = mkdtempSync(join(tmpdir(), 'tenantpost-direct-'));
  const registration = cloud.state.registrations.find(({ appId }) => appId === vendor.appId);
  assert.ok(registration);
  // As the article has it; Entra does not compare the port.
  registration.redirectUris.push('http://localhost');
  const secret = addSecret(registration).value;
  const variables = { NODE_EXTRA_CA_CERTS: cloud.caFile };
  return {
    cloud,
    secret,
    options: [
      ...['--client-id', vendor.appId, '--authority', cloud.urls.entra, '--graph-url', cloud.urls.graph],
      ...['--smtp-host', new URL(cloud.urls.smtp).host],
    ],
    variables,
    withSecret: { ...variables, TPCLI_CLIENT_SECRET: secret },
    file(name, content) {
      const path = join(folder, name);
      writeFileSync(path, content, { mode: 0o600 });
      return path;
    },
    async certificate() {
      const { der, privateJwk, thumbprint } = await makeAppCertificate('tenantpost direct');
      addCertificate(registration, der);
      const key = createPrivateKey({ key: privateJwk, format: 'jwk' });
      const base64 = der.match(/.{1,64}/g)?.join('\n') ?? '';
      return {
        pem: `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`,
        keyPem: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
        thumbprint,
      };
    },
    async stop() {
      await cloud.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Options and values, those of `own` in place of the ones by the same name: a command refuses what is given twice. */
export function overridden(base: readonly string[], own: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < base.length; at += 2) {
    const [name = '', value = ''] = base.slice(at, at + 2);
    if (!own.includes(name)) kept.push(name, value);
  }
  return [...kept, ...own];
}
