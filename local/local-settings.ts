/** local.settings.json for `func start` on a running local cloud: what docs/func-start.md describes. */

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { z } from 'zod';
import { clouds } from '../shared/clouds.ts';
import type { LocalCloud } from './cloud/index.ts';

/** The port of `func start` unless it is told another. */
const hostPort = 7071;

/** Tells that nobody wrote the file by hand. The app reads no setting of this name. */
const mark = 'LOCAL_CLOUD_WROTE_THIS';

const written = z.object({ Values: z.object({ [mark]: z.string() }) });

/** Whether the file is somebody's own: only what this module wrote may be replaced without being asked. */
export function isSomebodys(file: string): boolean {
  if (!existsSync(file)) return false;
  try {
    return !written.safeParse(JSON.parse(readFileSync(file, 'utf8'))).success;
  } catch {
    return true;
  }
}

export function writeLocalSettings(file: string, values: Readonly<Record<string, string>>): void {
  const content = { IsEncrypted: false, Values: { [mark]: 'at each start of npm run cloud', ...values } };
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o600 });
}

/**
 * Every setting that the app and its host need. They become environment variables of the host and of the worker that it
 * starts, unless one of that name is there already (StartHostAction.cs of
 * https://github.com/Azure/azure-functions-core-tools), so that Node finds NODE_EXTRA_CA_CERTS when it begins.
 *
 * @param connectionString of the storage, by plain http.
 * @throws when the cloud has no app that could be started, naming what is missing.
 */
export function localSettingsOf(
  { state, urls, identityHeader, caFile }: Pick<LocalCloud, 'state' | 'urls' | 'identityHeader' | 'caFile'>,
  connectionString: string,
): Record<string, string> {
  const identity = needed('managed identity', state.identities[0]);
  const certificate = needed('certificate in the vault', state.vaultCertificates[0]);
  const registration = needed(
    'app registration with a certificate',
    state.registrations.find(({ certificates }) => certificates.length > 0),
  );
  // A certificate has a key of the same name, which may be allowed as much.
  const ofCertificates = state.vaultCertificates.map(({ name }) => name);
  const wrappingKey = needed(
    'key in the vault that wraps',
    state.vaultKeys.find(({ name, operations }) => operations.includes('wrapKey') && !ofCertificates.includes(name)),
  );
  const { graph, outlook } = clouds.public.resources;
  return {
    FUNCTIONS_WORKER_RUNTIME: 'node',
    AzureWebJobsStorage: connectionString,
    AZURE_CLIENT_ID: identity.clientId,
    TENANTPOST_CLOUD: 'custom',
    TENANTPOST_RESOURCES: 'graph,outlook',
    TENANTPOST_CLIENT_ID: registration.appId,
    TENANTPOST_PUBLIC_URL: `http://localhost:${hostPort}`,
    TENANTPOST_AUTHORITY_URL: urls.entra,
    TENANTPOST_GRAPH_URL: urls.graph,
    TENANTPOST_GRAPH_RESOURCE: graph ?? '',
    TENANTPOST_OUTLOOK_RESOURCE: outlook ?? '',
    TENANTPOST_SMTP_HOST: new URL(urls.smtp).host,
    TENANTPOST_IMAP_HOST: new URL(urls.imap).host,
    TENANTPOST_POP_HOST: new URL(urls.pop).host,
    TENANTPOST_VAULT_URL: urls.vault,
    TENANTPOST_CERTIFICATE_NAME: certificate.name,
    TENANTPOST_WRAPPING_KEY_NAME: wrappingKey.name,
    TENANTPOST_WARM_EVERY_SECONDS: '30',
    // What App Service sets on an instance that has a managed identity.
    IDENTITY_ENDPOINT: `${urls.identity}/msi/token`,
    IDENTITY_HEADER: identityHeader,
    NODE_EXTRA_CA_CERTS: caFile,
  };
}

function needed<T>(what: string, found: T | undefined): T {
  if (found !== undefined) return found;
  throw new Error(
    `The app needs a ${what}, and the seed has none. npm run cloud -- --print-seed shows a seed that has.`,
  );
}
