/** The local Functions host: builds itself around one function app, starts its triggers, and stops without losing work. */

import { Admin } from './admin.ts';
import { ConfigurationError } from './describe-issues.ts';
import { loadFunctionApp } from './function-app.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { groupOf, httpGroup, isSameGroup } from './function-group.ts';
import { FunctionsCore } from './functions-core.ts';
import { readHostId } from './host-id.ts';
import { readHostJson } from './host-json.ts';
import { HttpRouter } from './http-router.ts';
import { HttpServer } from './http-server.ts';
import { Invoker } from './invoke.ts';
import { Keys } from './keys.ts';
import { Log, type Logger } from './log.ts';
import { queueOf } from './queue-client.ts';
import { QueueListener } from './queue-listener.ts';
import { QueueOutputs } from './queue-outputs.ts';
import type { FunctionSummary, HostKeys } from './ready.ts';
import { refuseSettings } from './refused-settings.ts';
import { MissingSettingError, type Settings } from './settings.ts';
import { hostConnection, StorageConnections } from './storage.ts';
import { type Connected, connect, type TriggerContext } from './triggers.ts';

export interface LocalHostOptions {
  /** Folder of host.json and package.json. */
  root: string;
  /** 0 lets the system choose. */
  port: number;
  /** The only group of functions that this process listens for; left out, every function. */
  group: string | undefined;
  messageLockSeconds: number;
  settings: Settings;
  /** Takes the log, an event at a time. */
  emit: (line: string) => void;
}

export interface LocalHost {
  /** Every function of the app, also those that another process listens for. */
  functions: FunctionSummary[];
  /** Absent when the group is not the HTTP functions. */
  http: { url: string; keys: HostKeys } | undefined;
  /** Takes no new work, waits for what is under way, then runs the app's terminate hooks. */
  stop(): Promise<void>;
}

/** @throws what the app throws while it loads, and ConfigurationError for what this host is asked in vain. */
export async function startLocalHost(options: LocalHostOptions): Promise<LocalHost> {
  const { root, port, group, messageLockSeconds, settings, emit } = options;
  refuseSettings(settings);
  const hostId = readHostId(settings, root);
  const hostJson = readHostJson(root);
  const log = new Log(hostJson.logLevel, emit);
  const hostLog = log.logger('host', 'Host.Startup');
  const appLog = log.logger('app', 'Worker');
  const core = new FunctionsCore((level, message) => appLog.write(level, message));
  await loadFunctionApp(root, core);

  const storage = new StorageConnections(settings);
  const connected: Connected[] = [];
  const notify = (queueName: string): void => {
    for (const one of connected) {
      if (one.queueName === queueName && one.listener instanceof QueueListener) one.listener.notify();
    }
  };
  const { messageEncoding } = hostJson.queues;
  const outputs = new QueueOutputs((output) => queueOf(output, { settings, storage }), messageEncoding, notify);
  const invoker = new Invoker(core, outputs, log, hostJson.functionTimeout);
  const router = new HttpRouter();
  const admin = new Admin();
  const development = settings.get('AZURE_FUNCTIONS_ENVIRONMENT')?.toLowerCase() === 'development';
  const surroundings = { settings, storage, hostJson, hostId, messageLockSeconds, development };
  const context: TriggerContext = { ...surroundings, router, admin, invoker, log };
  for (const definition of core.functions.values()) {
    const one = connectOrSay(definition, context, hostLog);
    if (one) connected.push(one);
  }
  connected.sort((a, b) => (a.summary.name < b.summary.name ? -1 : 1));
  const own = ofGroup(connected, group);

  let server: HttpServer | undefined;
  let http: LocalHost['http'];
  if (group === undefined || isSameGroup(group, httpGroup)) {
    const keyStore = new Keys(keyContainer(storage, hostLog), hostId);
    const keys = await readKeys(keyStore, connected, core);
    const homepage = settings.get('AzureWebJobsDisableHomepage')?.toLowerCase() === 'true' ? 'disabled' : 'shown';
    const httpLog = log.logger('host', 'Host.Http');
    server = new HttpServer({ router, keys: keyStore, invoker, admin, homepage, log: httpLog });
    http = { url: `http://localhost:${await server.listen(port)}`, keys };
  }
  for (const { listener } of own) listener?.start();

  hostLog.info(`Local Functions host on Node ${process.version}, ${development ? 'Development' : 'Production'}`);
  hostLog.info(`App ${root}, host id ${hostId}${group === undefined ? '' : `, group ${group}`}`);
  const width = Math.max(0, ...own.map(({ summary }) => summary.name.length));
  for (const { summary, description } of own) hostLog.info(`  ${summary.name.padEnd(width)}  ${description}`);
  if (http) hostLog.info(`Listening on ${http.url}`);

  return {
    functions: connected.map(({ summary }) => summary),
    http,
    async stop() {
      hostLog.info(`Stopping; invocations under way: ${invoker.running}`);
      await Promise.all([server?.close(), ...own.map(({ listener }) => listener?.stop())]);
      // What was run by hand belongs to no listener.
      await invoker.idle();
      await core.terminate();
      hostLog.info('Stopped');
    },
  };
}

/**
 * What this process listens for. The others are connected all the same, so that they can be run by hand: the real host
 * gives them a listener that does nothing and does not disable them (FunctionGroupListenerDecorator.cs).
 */
function ofGroup(connected: readonly Connected[], group: string | undefined): readonly Connected[] {
  if (group === undefined) return connected;
  const own = connected.filter(({ summary }) => isSameGroup(groupOf(summary), group));
  // Without an HTTP function the group still has the admin route.
  if (own.length > 0 || isSameGroup(group, httpGroup)) return own;
  const known = [...new Set([httpGroup, ...connected.map(({ summary }) => groupOf(summary))])];
  throw new ConfigurationError(`No function is of group ${group}. The groups of this app: ${known.join(', ')}.`);
}

/** A function that cannot run is left out with a line that says why; the others run (seen on host 4.1037). */
function connectOrSay(definition: FunctionDefinition, context: TriggerContext, log: Logger): Connected | undefined {
  const { name } = definition;
  if (context.settings.isDisabled(name)) {
    log.info(`Function ${name} is disabled by the setting AzureWebJobs.${name}.Disabled.`);
    return undefined;
  }
  try {
    return connect(definition, context);
  } catch (error) {
    if (!(error instanceof ConfigurationError) && !(error instanceof MissingSettingError)) throw error;
    log.error(`Function ${name} is disabled: ${error.message}`);
    return undefined;
  }
}

function keyContainer(storage: StorageConnections, log: Logger) {
  try {
    return storage.blobs(hostConnection).getContainerClient('azure-webjobs-secrets');
  } catch (error) {
    if (!(error instanceof MissingSettingError)) throw error;
    log.warn(`${error.message} Until then keys last as long as this process.`);
    return undefined;
  }
}

async function readKeys(store: Keys, connected: readonly Connected[], core: FunctionsCore): Promise<HostKeys> {
  try {
    const functions: Record<string, string> = {};
    for (const { summary } of connected) {
      const trigger = core.functions.get(summary.name.toLowerCase())?.trigger;
      if (trigger?.type !== 'httpTrigger' || trigger.authLevel !== 'function') continue;
      functions[summary.name] = (await store.ofFunction(summary.name))[0] ?? '';
    }
    return { master: await store.master(), host: (await store.host())[0] ?? '', functions };
  } catch (cause) {
    if (cause instanceof ConfigurationError) throw cause;
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ConfigurationError(`The storage of ${hostConnection} cannot be used: ${why}`, { cause });
  }
}
