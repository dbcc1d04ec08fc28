/** The composition root: the only file that knows both the topics and the adapters. */

import { setTimeout as sleep } from 'node:timers/promises';
import { appCredential } from './adapters/entra/app-credential.ts';
import { EntraTokenIssuer } from './adapters/entra/entra-token-issuer.ts';
import { managedIdentity } from './adapters/entra/managed-identity.ts';
import { openTelemetryMetrics } from './adapters/opentelemetry-metrics.ts';
import { openTelemetryTracing } from './adapters/opentelemetry-tracing.ts';
import { askStorage } from './adapters/storage/ask-storage.ts';
import { type StorageClients, storageClients } from './adapters/storage/storage-clients.ts';
import { StorageQueueLooks } from './adapters/storage/queue-looks.ts';
import { TableCredentialRecord } from './adapters/storage/table-credential-record.ts';
import { TableRenewalClaims } from './adapters/storage/table-renewal-claims.ts';
import { TableMailFigures } from './adapters/storage/table-mail-figures.ts';
import { TableMailRetention } from './adapters/storage/table-mail-retention.ts';
import { TableTenantStore } from './adapters/storage/table-tenant-store.ts';
import { TableTokenStore } from './adapters/storage/table-token-store.ts';
import { Telemetry } from './adapters/telemetry/telemetry.ts';
import { vaultCall } from './adapters/vault/vault-call.ts';
import { vaultClients } from './adapters/vault/vault-clients.ts';
import { VaultDataKeys } from './adapters/vault/vault-data-keys.ts';
import { type CredentialReport, reportCredential } from './checks/credential-report.ts';
import { FiguresWatch } from './checks/figures-watch.ts';
import { Health } from './checks/health.ts';
import { checkStart } from './checks/start-check.ts';
import { audienceOf, clouds, isForeignIssuer } from './clouds.ts';
import type { Clock } from './clock.ts';
import type { Config } from './config.ts';
import { buildConsole, type ConsoleServices } from './console-services.ts';
import { buildDoctor, type DoctorServices } from './doctor-services.ts';
import { log } from './host/log.ts';
import type { Log } from './log.ts';
import { buildMail, type MailServices } from './mail-services.ts';
import type { Metrics } from './metrics.ts';
import { queues, tables } from './names.ts';
import { buildPages, type PageServices } from './page-services.ts';
import { type Shard, shards } from './shard.ts';
import { buildTenants, type TenantServices } from './tenant-services.ts';
import { spreadOf } from './tenants/spread.ts';
import { WarmTokens } from './tenants/warm-tokens.ts';
import { CredentialWatch } from './tokens/credential-watch.ts';
import { Rotation } from './tokens/rotation.ts';
import { SharedRenewal } from './tokens/shared-renewal.ts';
import { readToken } from './tokens/token.ts';
import { TokenSource, type TokenSourceOptions } from './tokens/token-source.ts';
import { warmSchedule } from './tenants/warm-schedule.ts';

export interface Services extends TenantServices, MailServices, DoctorServices, ConsoleServices, PageServices {
  readonly publicUrl: string;
  readonly shards: readonly Shard[];
  readonly warmSchedule: (shard: Shard) => string;
  readonly retentionSchedule: string;
  readonly tokens: TokenSource;
  readonly warm: WarmTokens;
  /** Follows the data key by the next one when its time has come. */
  readonly rotateDataKey: () => Promise<void>;
  readonly health: Health;
  readonly credentialReport: () => Promise<CredentialReport>;
  /** Measures queues and poison, where anything is measured. */
  readonly figuresWatch: Pick<FiguresWatch, 'run'> | undefined;
  /** Warns of the expiry of what proves the app. */
  readonly credentialWatch: CredentialWatch;
  /** Traces, metrics and logs: started before the first function runs, stopped after the last. */
  readonly telemetry: Pick<Telemetry, 'isOn' | 'capabilities' | 'start' | 'stop'>;
  /** Stops the start when the app can never prove itself as it is set up. */
  readonly checkStart: () => Promise<void>;
}

/** Builds everything once. Nothing is asked of the network here, so that a start is quick and cannot hang. */
export function buildServices(config: Config): Services {
  const now = Date.now;
  const { clientId, authorityUrl, publicUrl, warmEverySeconds } = config;

  const identity = managedIdentity(config.identityClientId, 'AZURE_CLIENT_ID');
  const storageIdentity =
    config.storage.kind === 'identity'
      ? managedIdentity(config.storage.clientId, 'AzureWebJobsStorage__clientId')
      : identity;
  const storage = storageClients(config.storage, storageIdentity);
  const vault = vaultClients(config.vault.url, identity);
  const { keys, cryptography } = vault;

  const dataKeys = new VaultDataKeys({
    table: storage.table(tables.tokens),
    keys,
    wrappingKeyName: config.vault.wrappingKeyName,
    cryptography: (key) => cryptography(`${config.vault.url}/keys/${key}`),
    now,
    log,
  });
  const metrics = openTelemetryMetrics();
  const tracing = openTelemetryTracing();
  const credential = appCredential(config, { identity, ...vault }, now, log);
  const record = new TableCredentialRecord(storage.table(tables.credentials));
  const refreshSeconds = config.credentialRefreshSeconds;
  const rotation = new Rotation({ credential, record, refreshSeconds, now, log });

  const { audiences, singleTenantId } = config;
  const tokenStore = new TableTokenStore(storage.table(tables.tokens), dataKeys, {
    cloud: config.cloud,
    authorityUrl,
    clientId,
  });
  const tenants = new TableTenantStore(storage.table(tables.tenants), log);
  const issuer = new EntraTokenIssuer({
    rotation,
    clientId,
    authorityUrl,
    authorityIsKnown: authorityUrl === clouds[config.cloud].authorityUrl,
    audiences,
  });
  const expect = expectationsOf(config);
  const tokens = new TokenSource({
    issuer,
    renewal: new SharedRenewal({
      claims: new TableRenewalClaims(storage.table(tables.tokens), now),
      now,
      wait: sleep,
      log,
    }),
    store: tokenStore,
    expect,
    requiredRoles: { graph: ['Mail.Send'], outlook: ['SMTP.SendAsApp', 'IMAP.AccessAsApp', 'POP.AccessAsApp'] },
    isScoped: async (id) => (await tenants.find(id))?.scoped === true,
    singleTenantId,
    now,
    log,
    metrics,
    tracing,
  });

  const { services: tenantServices, ...tenantParts } = buildTenants(config, {
    ...{ storage, tenants, tokens, dataKeys, now, log },
  });
  const { remembered, proof, links, invitationStore } = tenantParts;
  const mail = buildMail(config, {
    ...{ storage, tenants: remembered, tokens, proof, dataKeys, now, log, metrics, tracing },
  });
  const askVault = async (): Promise<void> => {
    await vaultCall('read the wrapping key', () => keys.getKey(config.vault.wrappingKeyName));
    // Without the data key no link can be signed and no token cached.
    await dataKeys.ask();
  };

  const telemetry = new Telemetry({ config: config.telemetry, identity, metrics, log });

  return {
    publicUrl,
    telemetry,
    checkStart: () =>
      checkStart({ credential, wait: (milliseconds) => sleep(milliseconds, undefined, { ref: false }), log }),
    shards: shards(config.warmShards),
    warmSchedule: ({ index }) => warmSchedule(warmEverySeconds, spreadOf(`${clientId} ${index}`)),
    // Once an hour, at a minute of each installation's own.
    retentionSchedule: `0 ${Math.floor(spreadOf(`${clientId} retention`) * 60)} * * * *`,
    rotateDataKey: () => dataKeys.rotate(),
    ...tenantServices,
    tokens,
    warm: new WarmTokens({
      tenants,
      tokens,
      index: tokenStore,
      proof,
      resources: config.resources,
      warmEverySeconds,
      now,
      wait: sleep,
      log,
      metrics,
    }),
    ...buildPages(config, { links, tenants, invitations: invitationStore, proof, now, log }),
    ...buildDoctor(config, {
      ...{ storage, tenants, dataKeys, mailApi: mail.mailApi, now, log },
      freshToken: async (id, resource) => readToken(await issuer.request(id, resource), expect(id, resource)),
      credential: { credential, record, refreshSeconds },
      ...{ askStorage: () => askStorage(storage, config.mail.eventsQueue), askVault },
    }),
    ...buildConsole(config, {
      ...{ storage, tenants, links, invitations: invitationStore, now, log },
      credentials: () => reportCredential({ credential, record, refreshSeconds, now }),
    }),
    ...mail,
    health: new Health({
      askStorage: () => askStorage(storage, config.mail.eventsQueue),
      askVault,
      credential,
      record,
      refreshSeconds,
      now,
    }),
    credentialReport: () => reportCredential({ credential, record, refreshSeconds, now }),
    figuresWatch: telemetry.isOn ? figuresWatch({ storage, metrics, now, log }) : undefined,
    credentialWatch: new CredentialWatch({ credential, record, refreshSeconds, metrics, now, log }),
  };
}

function figuresWatch({ storage, ...others }: { storage: StorageClients; metrics: Metrics; now: Clock; log: Log }) {
  const table = storage.table(tables.mail);
  return new FiguresWatch({
    ...others,
    queues: new StorageQueueLooks(storage, Object.values(queues)),
    mail: new TableMailFigures(table, new TableMailRetention(table)),
  });
}

/** What a token of this installation must be for. */
export function expectationsOf({ cloud, clientId, audiences }: Config): TokenSourceOptions['expect'] {
  const app = clientId.toLowerCase();
  const isForeign = (issuer: string): boolean => isForeignIssuer(cloud, issuer);
  return (tenantId, resource) => ({
    tenantId,
    resource,
    audience: audienceOf(audiences, resource),
    clientId: app,
    isForeignIssuer: isForeign,
  });
}
