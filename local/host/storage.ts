/**
 * Storage clients for a connection as bindings name it: the setting `<connection>` with a connection string, or the
 * `<connection>__*` settings of an identity-based connection
 * (https://learn.microsoft.com/azure/azure-functions/functions-reference#connections).
 */

import type { TokenCredential } from '@azure/identity';
import { BlobServiceClient } from '@azure/storage-blob';
import { QueueServiceClient } from '@azure/storage-queue';
import { ConfigurationError, notImplemented } from './describe-issues.ts';
import { MissingSettingError, type Settings } from './settings.ts';

/** The host's own storage: keys, timer status, locks, and every binding that names no connection. */
export const hostConnection = 'AzureWebJobsStorage';

/** Short, so that a storage account that is away is noticed in the log within seconds; listeners try again by themselves. */
const clientOptions = { retryOptions: { maxTries: 3, retryDelayInMs: 200, maxRetryDelayInMs: 1000 } };

/** What may stand below `<connection>__`. */
const known = new Set(['blobserviceuri', 'clientid', 'credential', 'queueserviceuri', 'serviceuri', 'tableserviceuri']);

type Endpoint = { connectionString: string } | { uri: string; credential: TokenCredential };

export class StorageConnections {
  readonly #settings: Settings;
  readonly #queues = new Map<string, QueueServiceClient>();
  readonly #blobs = new Map<string, BlobServiceClient>();

  constructor(settings: Settings) {
    this.#settings = settings;
  }

  /** @throws MissingSettingError naming what to set. */
  queues(connection: string): QueueServiceClient {
    return memoize(this.#queues, connection, () => {
      const endpoint = this.#endpoint(connection, 'queue');
      return 'connectionString' in endpoint
        ? QueueServiceClient.fromConnectionString(endpoint.connectionString, clientOptions)
        : new QueueServiceClient(endpoint.uri, endpoint.credential, clientOptions);
    });
  }

  /** @throws MissingSettingError naming what to set. */
  blobs(connection: string): BlobServiceClient {
    return memoize(this.#blobs, connection, () => {
      const endpoint = this.#endpoint(connection, 'blob');
      return 'connectionString' in endpoint
        ? BlobServiceClient.fromConnectionString(endpoint.connectionString, clientOptions)
        : new BlobServiceClient(endpoint.uri, endpoint.credential, clientOptions);
    });
  }

  /** A setting of the exact name wins over the `__` ones, and the prefix AzureWebJobs may be left out in code. */
  #endpoint(connection: string, service: 'queue' | 'blob'): Endpoint {
    for (const prefix of [`AzureWebJobs${connection}`, connection]) {
      const connectionString = this.#settings.get(prefix);
      if (connectionString !== undefined) return { connectionString };
      this.#refuseOthers(prefix);
      const uri = this.#serviceUri(prefix, service);
      if (uri !== undefined) return { uri, credential: this.#credential(prefix) };
    }
    throw new MissingSettingError(
      `Setting ${connection} is missing: set it to a connection string, or set ${connection}__${service}ServiceUri.`,
    );
  }

  /** `__serviceUri` says the same for a connection that has one service only, which the host's own has not. */
  #serviceUri(prefix: string, service: 'queue' | 'blob'): string | undefined {
    const own = this.#settings.get(`${prefix}__${service}ServiceUri`);
    return own ?? (prefix === hostConnection ? undefined : this.#settings.get(`${prefix}__serviceUri`));
  }

  #refuseOthers(prefix: string): void {
    const others = this.#settings.namesBelow(prefix).filter((name) => !known.has(name.toLowerCase()));
    if (others.length === 0) return;
    const remedy = `set ${prefix}__credential, ${prefix}__clientId and the URI of the service`;
    throw new ConfigurationError(others.map((name) => notImplemented(`${prefix}__${name}`, remedy)).join('\n'));
  }

  #credential(prefix: string): TokenCredential {
    if (this.#settings.get(`${prefix}__credential`) !== 'managedidentity') {
      throw new ConfigurationError(
        notImplemented(`${prefix}__credential of another value than managedidentity`, 'set it to managedidentity'),
      );
    }
    return managedIdentity(this.#settings.get(`${prefix}__clientId`));
  }
}

/** Loaded when it is first asked: the library takes as long to load as the rest of the host. */
function managedIdentity(clientId: string | undefined): TokenCredential {
  let loading: Promise<TokenCredential> | undefined;
  const load = async (): Promise<TokenCredential> => {
    const { ManagedIdentityCredential } = await import('@azure/identity');
    return clientId === undefined ? new ManagedIdentityCredential() : new ManagedIdentityCredential({ clientId });
  };
  return {
    async getToken(scopes, options) {
      loading ??= load();
      return (await loading).getToken(scopes, options);
    },
  };
}

function memoize<T>(cache: Map<string, T>, key: string, make: () => T): T {
  const known = cache.get(key);
  if (known !== undefined) return known;
  const made = make();
  cache.set(key, made);
  return made;
}
